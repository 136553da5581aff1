// Signs webhook requests as Twilio does.
import { createHash, createHmac } from 'node:crypto';

/** A parameter's name and value; a name may stand more than once. */
export type Parameter = readonly [name: string, value: string];

/**
 * The `X-Twilio-Signature` of a request: HMAC-SHA1 over the URL and the parameters of its form, in base64.
 * See https://www.twilio.com/docs/usage/security#validating-requests.
 *
 * @param url as it is requested, with its query and without a fragment
 * @param parameters those in the body; none for GET and for a body that is no form
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

/** The URL for a body that is no form: what the body is goes into the query, and is signed with it. */
export function withBodyDigest(url: string, body: string): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${digest}`;
}

/** A repeated parameter counts once for each different value. */
function valuesOf(parameters: readonly Parameter[], wanted: string): string[] {
  const values = parameters.filter(([name]) => name === wanted).map(([, value]) => value);
  return [...new Set(values)].sort(byCodeUnit);
}

function byCodeUnit(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
