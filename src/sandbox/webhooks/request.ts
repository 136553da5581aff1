// Builds the requests of a webhook: the first one, and those after redirects.

import { WebhookFailure } from './failure.js';
import type { AnswerHead } from './http-request.js';
import { type Parameter, signRequest } from './signature.js';
import type { Destination } from './webhook.js';
import { findWebhookUrl } from './webhook-url.js';

/** What a request carries besides its parameters. */
export interface RequestCredentials {
  readonly authToken: string;
  readonly cookie: string | undefined;
  /** The same for all attempts at one webhook. */
  readonly idempotencyToken: string;
  /** The value of the header `traceparent`; undefined for none. Twilio sends none. */
  readonly traceparent: string | undefined;
}

/** Builds a signed request with the headers of https://www.twilio.com/docs/usage/webhooks. */
export function formatRequest(
  { url, method }: Destination,
  parameters: readonly Parameter[],
  { authToken, cookie, idempotencyToken, traceparent }: RequestCredentials,
) {
  const form = encodeForm(parameters);
  const isGet = method === 'GET';
  const target = isGet && form !== '' ? `${url}${url.includes('?') ? '&' : '?'}${form}` : url;
  const headers = {
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
    'Accept-Encoding': 'gzip',
    'X-Home-Region': 'us1',
    'X-Twilio-Signature': signRequest(authToken, withoutCredentials(target), isGet ? [] : parameters),
    'I-Twilio-Idempotency-Token': idempotencyToken,
    ...(cookie !== undefined && { Cookie: cookie }),
    ...(traceparent !== undefined && { traceparent }),
    ...(!isGet && {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(Buffer.byteLength(form)),
    }),
  };
  return { url: target, method, headers, form: isGet ? undefined : form };
}

/** Twilio signs a URL without its user name and password: https://www.twilio.com/docs/usage/security. */
function withoutCredentials(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?]*@/i, '$1');
}

/** Encodes parameters as a form. */
export function encodeForm(parameters: readonly Parameter[]): string {
  const form = new URLSearchParams();
  for (const [name, value] of parameters) form.append(name, value);
  return String(form);
}

/**
 * The destination of a redirect; undefined if the answer is not one. As in browsers, only 307 and 308 repeat a POST.
 *
 * @throws WebhookFailure 11100 if the redirect has no valid URL.
 */
export function findRedirect(
  { status, headers }: AnswerHead,
  { url, method }: Destination,
): Destination | undefined {
  const { location } = headers;
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const next = URL.canParse(location, url) ? findWebhookUrl(new URL(location, url).href) : undefined;
  if (!next) throw new WebhookFailure(11100, `Invalid URL format: redirected to ${location}`);
  return { url: next.url, method: status < 307 ? 'GET' : method };
}
