// Why a text was not delivered.

/** The error codes a phone can be told to fail with, and their titles in Twilio's error dictionary. */
const FATES: Readonly<Record<number, string>> = {
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
  30032: 'Toll-Free Number Has Not Been Verified',
  30034: 'US A2P 10DLC - Message from an Unregistered Number',
};

/** Those that have nothing to do with the phone. */
const OTHERS: Readonly<Record<number, string>> = {
  11100: 'Invalid URL format',
  11201: 'TCP connection timed out',
  11202: 'TCP connection refused',
  11203: 'Total timeout',
  11205: 'HTTP connection failure',
  11206: 'HTTP protocol violation',
  11210: 'Bad host name',
  11215: 'Too many HTTP redirects',
  11217: 'HTTP error response code',
  11220: 'TLS handshake failed',
  11235: 'Certificate does not match the host name',
  11236: 'Certificate expired',
  11237: 'Certificate has no path to a trusted root',
  11751: 'Media Message - Media exceeds messaging provider size limit',
  12300: 'Invalid Content-Type',
  14107: 'SMS send rate limit exceeded',
  21610: 'Attempt to send to unsubscribed recipient',
  21701: 'The Messaging Service does not exist',
  21703: 'The Messaging Service does not have a phone number available to send a message',
  21704: 'The Messaging Service contains no phone numbers',
  30036: 'Validity Period Expired',
};

/** All codes a text can remain undelivered with. */
export const DELIVERY_CODES: readonly number[] = Object.keys(FATES).map(Number);

/** The title of a delivery code; see https://www.twilio.com/docs/api/errors. */
export function describeDelivery(code: number): string {
  return FATES[code] ?? OTHERS[code] ?? 'Unknown error';
}

/**
 * Whether a code is one with which a message is never handed over, and `failed`: those below 30000 are Twilio's own
 * refusals, the others come from the networks.
 */
export function isFailure(code: number): boolean {
  return code < 30_000;
}
