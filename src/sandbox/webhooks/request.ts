// Builds the requests of a webhook: the first one, and those after redirects.
import { TWILIO_AGENT } from '../../http/user-agents.js';
import { WebhookFailure } from './failure.js';
import type { AnswerHead } from './http-request.js';
import { type Parameter, signRequest } from './signature.js';
import type { Destination } from './webhook.js';
import { findWebhookUrl } from './webhook-url.js';

/** What a request carries besides its parameters. */
export interface RequestCredentials {
  readonly authToken: string;
  readonly cookie: string | undefined;
  /** Returns the header `Authorization` for the request; undefined for none. */
  readonly authorize: (request: Destination) => string | undefined;
  /** The SID of the message or call that the webhook is about. */
  readonly sid: string;
  /** The same for all attempts at one webhook. */
  readonly idempotencyToken: string;
  /** The value of the header `traceparent`; undefined for none. Twilio sends none. */
  readonly traceparent: string | undefined;
}

/** Builds a signed request with the headers of https://www.twilio.com/docs/usage/webhooks. */
export function formatRequest(
  { url, method }: Destination,
  parameters: readonly Parameter[],
  { authToken, cookie, authorize, sid, idempotencyToken, traceparent }: RequestCredentials,
) {
  const form = encodeForm(parameters);
  const isGet = method === 'GET';
  const target = isGet && form !== '' ? `${url}${url.includes('?') ? '&' : '?'}${form}` : url;
  const authorization = authorize({ url: target, method });
  const headers = {
    'User-Agent': TWILIO_AGENT,
    Accept: '*/*',
    'Accept-Encoding': 'gzip',
    'X-Home-Region': 'us1',
    'X-Twilio-Signature': signRequest(authToken, toSignedUrl(target, sid), isGet ? [] : parameters),
    'I-Twilio-Idempotency-Token': idempotencyToken,
    ...(authorization !== undefined && { Authorization: authorization }),
    ...(cookie !== undefined && { Cookie: cookie }),
    ...(traceparent !== undefined && { traceparent }),
    ...(!isGet && {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(Buffer.byteLength(form)),
    }),
  };
  return { url: target, method, headers, form: isGet ? undefined : form };
}

/**
 * Returns the URL that Twilio signs: without its user name and password and, if it is an https URL about a call, without
 * its port. See https://www.twilio.com/docs/usage/security.
 *
 * @param sid of the message or call that the webhook is about
 */
export function toSignedUrl(url: string, sid: string): string {
  const withoutCredentials = url.replace(/^(https?:\/\/)[^/?]*@/i, '$1');
  if (!sid.startsWith('CA')) return withoutCredentials;
  return withoutCredentials.replace(/^(https:\/\/(?:\[[^\]]*\]|[^/?:]*)):\d*/i, '$1');
}

/** Encodes parameters as a form. */
export function encodeForm(parameters: readonly Parameter[]): string {
  const form = new URLSearchParams();
  for (const [name, value] of parameters) form.append(name, value);
  return String(form);
}

/** The redirects that Twilio follows: https://www.twilio.com/docs/api/errors/11216. */
const FOLLOWED = [301, 302, 303, 307];

/**
 * The destination of a redirect; undefined if the status is not 3xx. As in browsers, only 307 repeats a POST.
 *
 * @throws WebhookFailure 11216 for a status that Twilio does not follow, such as 308, and without a valid `Location`.
 */
export function findRedirect(
  { status, headers }: AnswerHead,
  { url, method }: Destination,
): Destination | undefined {
  if (status < 300 || status >= 400) return undefined;
  const { location = '' } = headers;
  if (!FOLLOWED.includes(status)) throw invalidRedirect(`${status} is not followed`);
  if (location === '') throw invalidRedirect(`${status} without a Location`);
  const next = URL.canParse(location, url) ? findWebhookUrl(new URL(location, url).href) : undefined;
  if (!next) throw invalidRedirect(`${status} to ${location}`);
  return { url: next.url, method: status === 307 ? method : 'GET' };
}

function invalidRedirect(reason: string): WebhookFailure {
  return new WebhookFailure(11216, `HTTP invalid redirect: ${reason}`);
}
