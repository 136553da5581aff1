// The certificate authority of the tests, trusted by this process and by those it starts with NODE_EXTRA_CA_CERTS.

import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generate } from 'selfsigned';

/** A key and a certificate as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** PEM of the authority's certificate. */
  readonly ca: string;
}

const FOLDER = resolve(import.meta.dirname, '../../node_modules/.cache/relay-phone/authority');

/** Path of the authority's certificate. Node.js reads `NODE_EXTRA_CA_CERTS` once, so the file exists before a worker starts. */
export const AUTHORITY = join(FOLDER, 'ca.pem');
const KEY = join(FOLDER, 'key.pem');

const DAY = 86_400_000;
/** Elliptic curves: an RSA key takes a tenth of a second to make. */
const KIND = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Creates the authority unless an earlier run did. Called before any worker starts. */
export async function makeAuthority(): Promise<void> {
  if (isGood()) return;
  mkdirSync(FOLDER, { recursive: true });
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'A test authority' }], {
    ...KIND,
    notAfterDate: new Date(Date.now() + 365 * DAY),
    extensions: [{ name: 'basicConstraints', cA: true }],
  });
  for (const [file, text] of [
    [KEY, key],
    [AUTHORITY, cert],
  ] as const) {
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function isGood(): boolean {
  if (!existsSync(AUTHORITY)) return false;
  const { validTo } = new X509Certificate(readFileSync(AUTHORITY));
  return Date.parse(validTo) > Date.now() + 30 * DAY;
}

/** The host of the service, and those of public bases. */
const NAMES = ['localhost', '*.ngrok-free.app', '*.ngrok.app', '*.example.com'];

/** Options of {@link createCertificate}. */
export interface CertificateOptions {
  /** Default: `localhost` and the public domains of ngrok and of examples. */
  readonly names?: readonly string[];
  /** Default: now. */
  readonly from?: Date | undefined;
  /** Default: one year from now. */
  readonly until?: Date | undefined;
}

/** Returns a certificate for these host names and 127.0.0.1, signed by the authority. */
export async function createCertificate({
  names = NAMES,
  from,
  until,
}: CertificateOptions = {}): Promise<Certificate> {
  const [ca, caKey] = [AUTHORITY, KEY].map((file) => readFileSync(file, 'utf8')) as [string, string];
  const { cert, private: key } = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    ...KIND,
    ca: { key: caKey, cert: ca },
    ...(from && { notBeforeDate: from }),
    ...(until && { notAfterDate: until }),
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          { type: 7 as const, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key, ca };
}
