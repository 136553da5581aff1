// Reads which ngrok service to connect to: ngrok's own, or one that the environment names, such as a private edge.
import { readFileSync } from 'node:fs';
import { findSystemCode, RelayPhoneError } from '../../errors.js';

/** The ngrok service to connect to. */
export interface NgrokEdge {
  /** `host[:port]`; undefined for the SDK's default. */
  readonly server: string | undefined;
  /** The certificate authority of the server, in PEM; undefined for ngrok's own. */
  readonly ca: string | undefined;
}

/**
 * Reads `RELAY_PHONE_NGROK_SERVER` (`host[:port]`) and `RELAY_PHONE_NGROK_CA` (path of a PEM file): for corporate edges,
 * networks that intercept TLS, and tests.
 *
 * @throws RelayPhoneError `usage` if the file cannot be read or contains no certificate
 */
export function readNgrokEdge(environment: Readonly<Record<string, string | undefined>>): NgrokEdge {
  const path = environment.RELAY_PHONE_NGROK_CA || undefined;
  return {
    server: environment.RELAY_PHONE_NGROK_SERVER || undefined,
    ca: path === undefined ? undefined : readCertificate(path),
  };
}

function readCertificate(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (/^-----BEGIN CERTIFICATE-----/m.test(text)) return text;
  } catch (error) {
    throw unusableCertificate(path, findSystemCode(error) ?? String(error));
  }
  throw unusableCertificate(path, 'it contains no PEM certificate');
}

function unusableCertificate(path: string, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'read the certificate of the ngrok edge',
    reason: `${path} cannot be used (${reason})`,
    tryNext: [
      'set RELAY_PHONE_NGROK_CA to the path of a PEM file with certificates',
      'unset RELAY_PHONE_NGROK_CA',
    ],
  });
}
