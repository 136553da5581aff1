// The failures of webhooks, with the codes of Twilio's error dictionary.
import { findSystemCode } from '../../errors.js';
import type { TextPosition } from '../platform/sandbox-alert.js';

/** The kind of a failure in a retry policy; undefined is never retried. */
export type FailureKind = '4xx' | '5xx' | 'ct' | 'rt' | undefined;

/** Thrown when a webhook request fails. */
export class WebhookFailure extends Error {
  override readonly name = 'WebhookFailure';

  readonly kind: FailureKind;
  /** Where the answer is wrong; undefined if that is not known. */
  readonly position: TextPosition | undefined;

  /** @param code one of https://www.twilio.com/docs/api/errors */
  constructor(
    readonly code: number,
    message: string,
    { kind, position }: { readonly kind?: FailureKind; readonly position?: TextPosition } = {},
  ) {
    super(message);
    this.kind = kind;
    this.position = position;
  }

  /** Returns the message with the code. */
  describe(): string {
    return `${this.message} (${this.code})`;
  }
}

/** The failure for a 4xx or 5xx answer. */
export function refusedBy(status: number): WebhookFailure {
  return new WebhookFailure(11217, `HTTP error response code ${status}`, {
    kind: status < 500 ? '4xx' : '5xx',
  });
}

/** The failure for an answer that was not complete in time. */
export function totalTimeout(): WebhookFailure {
  return new WebhookFailure(11203, 'Total timeout: no complete answer in time', { kind: 'rt' });
}

/** The code for a refused connection: https://www.twilio.com/docs/api/errors/11202 */
export const CONNECTION_REFUSED = 11202;

const TITLES: Readonly<Record<string, readonly [code: number, title: string]>> = {
  ECONNREFUSED: [CONNECTION_REFUSED, 'TCP connection refused'],
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
 * The failure for an error of a socket.
 *
 * @param isConnected whether the connection, with https its TLS, was established before
 */
export function toFailure(error: unknown, isConnected: boolean): WebhookFailure {
  if (error instanceof WebhookFailure) return error;
  const code = findSystemCode(error) ?? '';
  const kind = isConnected ? undefined : 'ct';
  const [known, title] = TITLES[code] ?? guess(code, isConnected);
  return new WebhookFailure(known, code === '' ? title : `${title} (${code})`, { kind });
}

function guess(code: string, isConnected: boolean): readonly [number, string] {
  if (code.startsWith('HPE_')) return [11206, 'HTTP protocol violation'];
  if (code.startsWith('ERR_SSL_') && !isConnected) return [11220, 'TLS handshake failed'];
  return [11205, 'HTTP connection failure'];
}
