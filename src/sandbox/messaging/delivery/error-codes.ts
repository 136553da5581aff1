// The error codes that a message can end with, and their titles; see https://www.twilio.com/docs/api/errors.
import { FAILED_ERRORS, UNDELIVERED_ERRORS } from '../text-gateway.js';

/** The codes that do not come from the phone. */
const OTHER_ERRORS: Readonly<Record<number, string>> = {
  11100: 'Invalid URL format',
  11201: 'TCP connection timed out',
  11202: 'TCP connection refused',
  11203: 'Total timeout',
  11205: 'HTTP connection failure',
  11206: 'HTTP protocol violation',
  11210: 'Bad host name',
  11215: 'Too many HTTP redirects',
  11216: 'HTTP invalid redirect',
  11217: 'HTTP error response code',
  11220: 'TLS handshake failed',
  11235: 'Certificate does not match the host name',
  11236: 'Certificate expired',
  11237: 'Certificate has no path to a trusted root',
  11751: 'Media Message - Media exceeds messaging provider size limit',
  12300: 'Invalid Content-Type',
  14107: 'SMS send rate limit exceeded',
  21408: 'Permission to send an SMS has not been enabled for the region',
  21610: 'Attempt to send to unsubscribed recipient',
  21701: 'The Messaging Service does not exist',
  21703: 'The Messaging Service does not have a phone number available to send a message',
  21704: 'The Messaging Service contains no phone numbers',
  30036: 'Validity Period Expired',
};

/** The title of an error code; `Unknown error` for a code that no message ends with. */
export function describeErrorCode(code: number): string {
  return UNDELIVERED_ERRORS[code] ?? FAILED_ERRORS[code] ?? OTHER_ERRORS[code] ?? 'Unknown error';
}

/**
 * Whether a message with this code is `failed`: Twilio itself refuses to send it. Codes from 30000 on come from the
 * networks, and the message is `undelivered`.
 */
export function isFailure(code: number): boolean {
  return code < 30_000;
}
