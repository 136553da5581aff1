// Why a webhook failed, in the codes of Twilio's error dictionary.
import { findSystemCode } from '../../errors.js';

/** What a webhook's retry policy calls a failure; undefined is never worth another try. */
export type FailureKind = '4xx' | '5xx' | 'ct' | 'rt' | undefined;

/** A webhook request that did not end well. */
export class WebhookFailure extends Error {
  override readonly name = 'WebhookFailure';

  /** @param code one of https://www.twilio.com/docs/api/errors */
  constructor(
    readonly code: number,
    message: string,
    readonly kind?: FailureKind,
  ) {
    super(message);
  }
}

/** The failure that a 4xx or 5xx answer is. */
export function refusedBy(status: number): WebhookFailure {
  return new WebhookFailure(11217, `HTTP error response code ${status}`, status < 500 ? '4xx' : '5xx');
}

/** The failure that an answer that does not come in time is. */
export function tooLate(): WebhookFailure {
  return new WebhookFailure(11203, 'Total timeout: no whole answer in time', 'rt');
}

const TITLES: Readonly<Record<string, readonly [code: number, title: string]>> = {
  ECONNREFUSED: [11202, 'TCP connection refused'],
  ETIMEDOUT: [11201, 'TCP connection timed out'],
  ENOTFOUND: [11210, 'Bad host name'],
  EAI_AGAIN: [11210, 'Bad host name'],
  EPROTO: [11220, 'TLS handshake failed'],
  ERR_TLS_CERT_ALTNAME_INVALID: [11235, 'Certificate does not match the host name'],
  CERT_HAS_EXPIRED: [11236, 'Certificate expired'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [11237, 'Certificate has no path to a trusted root'],
  SELF_SIGNED_CERT_IN_CHAIN: [11237, 'Certificate has no path to a trusted root'],
  UNABLE_TO_GET_ISSUER_CERT: [11237, 'Certificate has no path to a trusted root'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [11237, 'Certificate has no path to a trusted root'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [11237, 'Certificate has no path to a trusted root'],
};

/**
 * What an error of a socket means.
 *
 * @param connected whether the connection, and with https its TLS, stood by then
 */
export function toFailure(error: unknown, connected: boolean): WebhookFailure {
  if (error instanceof WebhookFailure) return error;
  const code = findSystemCode(error) ?? '';
  const kind = connected ? undefined : 'ct';
  const [known, title] = TITLES[code] ?? guess(code, connected);
  return new WebhookFailure(known, code === '' ? title : `${title} (${code})`, kind);
}

function guess(code: string, connected: boolean): readonly [number, string] {
  if (code.startsWith('HPE_')) return [11206, 'HTTP protocol violation'];
  if (code.startsWith('ERR_SSL_') && !connected) return [11220, 'TLS handshake failed'];
  return [11205, 'HTTP connection failure'];
}
