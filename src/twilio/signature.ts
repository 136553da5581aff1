// Checks with the official SDK's validator that a webhook comes from Twilio.
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
  return webhooks.validateRequest(authToken, signature, url, parameters);
}
