// Explains why a connection failed: a clause that begins with the host, or with the proxy if the proxy is the reason.
import { type ErrorKind, findSystemCode } from '../errors.js';

/** Thrown if a proxy did not connect to a host. The message is a clause that names the proxy, without its password. */
export class ProxyFailure extends Error {
  override readonly name = 'ProxyFailure';
  /** `needsUser` if the proxy refuses, so that a repetition is refused too. */
  readonly kind: Extract<ErrorKind, 'needsUser' | 'network'>;
  /** What to do next, most promising first. */
  readonly tryNext: readonly string[];

  constructor(reason: string, kind: ProxyFailure['kind'], tryNext: readonly string[], cause?: unknown) {
    super(reason, { cause });
    this.kind = kind;
    this.tryNext = tryNext;
  }
}

/** The code of an error: the app answers TLS, and was asked in plain http. */
export const SPEAKS_TLS = 'ERR_SPEAKS_TLS';
/** The code of an error: no answer came in time. */
export const LATE = 'ERR_LATE';

const UNTRUSTED = 'showed a certificate this machine does not trust (a proxy? set NODE_EXTRA_CA_CERTS)';
const NO_TLS = 'did not answer with TLS: it may speak http, not https';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'dropped the connection',
  EPIPE: 'dropped the connection',
  ENOTFOUND: 'is not known to the name server (is there an internet connection?)',
  EAI_AGAIN: 'could not be looked up (is there an internet connection?)',
  ETIMEDOUT: 'did not answer',
  ENETUNREACH: 'cannot be reached (is there an internet connection?)',
  EHOSTUNREACH: 'cannot be reached (is there an internet connection?)',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'showed the certificate of another host (a login page of this network?)',
  CERT_NOT_YET_VALID: 'showed a certificate that is not valid yet (is the clock right?)',
  CERT_HAS_EXPIRED: 'showed an expired certificate (is the clock right?)',
  [SPEAKS_TLS]: 'speaks https, not http: use https:// in its URL',
};

/** True if a server speaks https where it was asked in http, or the reverse. */
export function isSchemeFailure(error: unknown): boolean {
  return findSystemCode(error) === SPEAKS_TLS || findFailureReason(error) === NO_TLS;
}

/** Returns why a connection failed, as the rest of a clause that begins with the host; undefined for an unknown reason. */
export function findFailureReason(error: unknown): string | undefined {
  const code = findSystemCode(error) ?? '';
  if (code.startsWith('HPE_')) return 'did not answer with HTTP';
  return REASONS[code] ?? (/^(?:EPROTO$|ERR_SSL_)/.test(code) ? explainHandshake(error as Error) : undefined);
}

/** What OpenSSL says is a line of its source code, and is not quoted. */
function explainHandshake({ message }: Error): string {
  return /wrong version number|packet length too long/.test(message) ? NO_TLS : 'failed the TLS handshake';
}

/** Returns why a connection to `host` failed, as a clause that begins with `host`, or with the proxy that failed. */
export function explainFailure(error: Error, host: string): string {
  if (error instanceof ProxyFailure) return error.message;
  const isSilence = error.message.startsWith('no answer');
  return `${host} ${findFailureReason(error) ?? `${isSilence ? 'gave' : 'failed:'} ${error.message}`}`;
}
