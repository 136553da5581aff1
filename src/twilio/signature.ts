// Checks with the official SDK's validator that a webhook comes from Twilio, and signs one that is sent again.
import { timingSafeEqual } from 'node:crypto';
import webhooks from 'twilio/lib/webhooks/webhooks.js';

/** The parameters of a form; one that came several times has all of its values. */
export type SignedParameters = Readonly<Record<string, string | readonly string[]>>;

/**
 * Whether `signature` is the one of this request, compared in constant time;
 * see https://www.twilio.com/docs/usage/security#validating-requests.
 *
 * @param url as Twilio was given it, with the query as it came
 */
export function isSigned(
  authToken: string,
  signature: string,
  url: string,
  parameters: SignedParameters,
): boolean {
  // Nearly every one is of the URL as it stands, and the validator has that last where the URL has a port.
  const isOfThis = isEqual(signature, createSignature(authToken, url, parameters));
  return isOfThis || webhooks.validateRequest(authToken, signature, url, parameters);
}

/** The same for the URL as it stands alone, with and without its usual port: as the SDK for Python looks at it. */
export function isSignedAsItStands(
  authToken: string,
  signature: string,
  url: string,
  parameters: SignedParameters,
): boolean {
  const isOf = (one: string) => isEqual(signature, createSignature(authToken, one, parameters));
  return isOf(url) || isOf(togglePort(url));
}

/** In constant time. */
function isEqual(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Without its port, or with the usual one. */
function togglePort(url: string): string {
  const [, scheme, host = '', port, rest = ''] = /^(https?:\/\/)([^/?]*?)(:\d+)?([/?].*)?$/s.exec(url) ?? [];
  if (scheme === undefined) return url;
  const usual = scheme === 'https://' ? ':443' : ':80';
  return `${scheme}${host}${port === undefined ? usual : ''}${rest}`;
}

/** The signature that Twilio gives this request, of its URL as it stands. */
export function createSignature(authToken: string, url: string, parameters: SignedParameters): string {
  return webhooks.getExpectedTwilioSignature(authToken, url, parameters);
}

/** The digest of a body that is no form: Twilio signs it as `bodySHA256` in the query. @returns hex SHA-256 */
export function createBodyDigest(body: string): string {
  return webhooks.getExpectedBodyHash(body);
}
