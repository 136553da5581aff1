// Which ngrok service is dialled: ngrok's own, unless the environment names a private edge or a test's.
import { readFileSync } from 'node:fs';
import { findSystemCode, RelayPhoneError } from '../../errors.js';

/** Where a session is made. */
export interface NgrokEdge {
  /** `host[:port]`; without it the SDK's default. */
  readonly server: string | undefined;
  /** PEM text of the authority that vouches for it; without it ngrok's own. */
  readonly ca: string | undefined;
}

/**
 * Reads `RELAY_PHONE_NGROK_SERVER` (`host[:port]`) and `RELAY_PHONE_NGROK_CA` (path of a PEM file): for corporate
 * edges, for networks that look into TLS, and for tests.
 *
 * @throws RelayPhoneError `usage` when the file cannot be used
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
  throw unusableCertificate(path, 'it holds no PEM certificate');
}

function unusableCertificate(path: string, why: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'read the certificate of the ngrok edge',
    reason: `${path} cannot be used (${why})`,
    tryNext: ['RELAY_PHONE_NGROK_CA=PATH with a file of PEM certificates', 'leave RELAY_PHONE_NGROK_CA out'],
  });
}
