// Verifies webhook signatures with the official SDK's validator, and signs webhooks that are replayed.
import { timingSafeEqual } from 'node:crypto';
import webhooks from 'twilio/lib/webhooks/webhooks.js';

/** The parameters of a form; a repeated parameter has all its values. */
export type SignedParameters = Readonly<Record<string, string | readonly string[]>>;

/** Many times what a webhook has. */
const MAX_PARAMETERS = 1000;

/** True if a form has more parameters than a webhook: to check its signature would take long. */
export function hasTooManyParameters(form: string | Buffer): boolean {
  if (form.length < MAX_PARAMETERS) return false;
  let count = 0;
  for (let at = form.indexOf('&'); at !== -1; at = form.indexOf('&', at + 1)) {
    count += 1;
    if (count >= MAX_PARAMETERS) return true;
  }
  return false;
}

/**
 * True if `signature` is valid for this request, compared in constant time.
 * See https://www.twilio.com/docs/usage/security#validating-requests.
 *
 * @param url the URL that Twilio was given, with the query as it came
 */
export function isSigned(
  authToken: string,
  signature: string,
  url: string,
  parameters: SignedParameters,
): boolean {
  // Nearly every signature is of the URL as it stands, which the validator tries last where the URL has a port.
  const isOfUrl = isEqual(signature, createSignature(authToken, url, parameters));
  return isOfUrl || webhooks.validateRequest(authToken, signature, url, parameters);
}

/** The same check as the SDK for Python makes it: the URL as it stands, with and without its default port. */
export function isSignedForPython(
  authToken: string,
  signature: string,
  url: string,
  parameters: SignedParameters,
  sign: typeof createSignature = createSignature,
): boolean {
  const isOf = (one: string) => isEqual(signature, sign(authToken, one, parameters));
  return isOf(url) || isOf(togglePort(url));
}

/** Compares in constant time. */
function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Removes the port of a URL, or adds the default one. A URL may be that of a WebSocket. */
function togglePort(url: string): string {
  const [, scheme, host = '', port, rest = ''] =
    /^(https?:\/\/|wss?:\/\/)([^/?]*?)(:\d+)?([/?].*)?$/s.exec(url) ?? [];
  if (scheme === undefined) return url;
  const defaultPort = scheme === 'https://' || scheme === 'wss://' ? ':443' : ':80';
  return `${scheme}${host}${port === undefined ? defaultPort : ''}${rest}`;
}

/** Returns Twilio's signature of a request. */
export function createSignature(authToken: string, url: string, parameters: SignedParameters): string {
  return webhooks.getExpectedTwilioSignature(authToken, url, parameters);
}

/**
 * Returns the parameters as they are signed, behind the URL. `createSignature(token, url + joinParameters(form), {})` is the
 * signature of `url` and `form`, and faster where many URLs are tried with one form.
 */
export function joinParameters(parameters: SignedParameters): string {
  const names = Object.keys(parameters).sort();
  return names.map((name) => joinValues(name, parameters[name] ?? '')).join('');
}

function joinValues(name: string, value: string | readonly string[]): string {
  if (typeof value === 'string') return name + value;
  return [...new Set(value)]
    .sort()
    .map((one) => name + one)
    .join('');
}

/** Returns the hex SHA-256 of a body that is not a form; Twilio adds it to the query as `bodySHA256`. */
export function createBodyDigest(body: string): string {
  return webhooks.getExpectedBodyHash(body);
}
