// Signs webhooks as Twilio does.
import { createHash, createHmac } from 'node:crypto';

/** The name and value of a parameter; a name may occur more than once. */
export type Parameter = readonly [name: string, value: string];

/**
 * The `X-Twilio-Signature` of a request: HMAC-SHA1 over the URL and the parameters of its form, in base64.
 * See https://www.twilio.com/docs/usage/security#validating-requests.
 *
 * @param url the URL as it is requested, with its query and without a fragment
 * @param parameters the parameters in the body; none for GET and for a body that is not a form
 */
export function signRequest(authToken: string, url: string, parameters: readonly Parameter[] = []): string {
  const text = [...new Set(parameters.map(([name]) => name))]
    .sort(byCodeUnit)
    .flatMap((name) => valuesOf(parameters, name).map((value) => name + value))
    .join('');
  return createHmac('sha1', authToken)
    .update(url + text)
    .digest('base64');
}

/** The URL for a body that is not a form: the query contains the body's digest, so that it is signed. */
export function withBodyDigest(url: string, body: string): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${digest}`;
}

/** A repeated parameter is signed once for each different value. */
function valuesOf(parameters: readonly Parameter[], wanted: string): string[] {
  const values = parameters.filter(([name]) => name === wanted).map(([, value]) => value);
  return [...new Set(values)].sort(byCodeUnit);
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
