// The certificate authority of a state folder: created on this machine, mode 0600, trusted only by programs that `exec` starts.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { findSystemCode } from '../../errors.js';
import type { StateFolder } from '../../state/folder.js';
import { acquireLock, type LockOptions } from '../../state/lock.js';
import { writePrivateFile } from '../../state/private-file.js';
import { plainName } from '../platform/twilio-hosts.js';
import { isOurAuthority } from './authority-form.js';
import type { CertifiedKey } from './certificates.js';

/** An authority. */
export interface CertificateAuthority {
  /** Its certificate, PEM, which programs must trust. */
  readonly certificate: string;
  /** Returns the TLS context of a host of Twilio; its certificate is valid for another day at least. */
  contextFor(host: string): Promise<SecureContext>;
}

const AUTHORITY = 'twilio-ca.pem';
const LEAF = 'twilio-leaf.pem';
/** The names of the usual certificate; a name with more labels gets its own. */
const USUAL_NAMES = ['*.twilio.com', 'twilio.com'];
const DAY_MS = 86_400_000;

/**
 * Opens the authority of a state folder. It is created if it does not exist, expires within a month, or is not one that we
 * make, such as one from a clock in the future.
 *
 * @throws RelayPhoneError `needsUser` if another relay-phone that creates it holds the lock for too long.
 */
export async function openCertificateAuthority(
  folder: StateFolder,
  now: () => number,
  lockOptions: LockOptions,
): Promise<CertificateAuthority> {
  const find = () =>
    findStored(folder, AUTHORITY, (pair) => isKept(pair, now(), 30) && isOurAuthority(pair, now()));
  const authority =
    find() ??
    (await createOnce(folder, lockOptions, async () => {
      const stored = find();
      if (stored) return stored;
      const { createCertificateAuthority } = await import('./certificates.js');
      return store(folder, AUTHORITY, await createCertificateAuthority(now()));
    }));
  const contexts = new Map<string, { readonly context: SecureContext; readonly expires: number }>();
  return {
    certificate: authority.certificate,
    contextFor: async (host) => {
      const plain = plainName(host);
      const names = /^([^.]+\.)?twilio\.com$/.test(plain) ? USUAL_NAMES : [plain];
      const [name = ''] = names;
      const known = contexts.get(name);
      if (known && known.expires > now() + DAY_MS) return known.context;
      const leaf = await obtainLeaf(folder, authority, names, now);
      const context = createSecureContext({ cert: leaf.certificate + authority.certificate, key: leaf.key });
      contexts.set(name, { context, expires: expiryOf(leaf) });
      return context;
    },
  };
}

/** Returns a valid certificate. The usual one is stored: creating one takes longer than all else that `exec` does. */
async function obtainLeaf(
  folder: StateFolder,
  authority: CertifiedKey,
  names: readonly string[],
  now: () => number,
): Promise<CertifiedKey> {
  const isUsable = (pair: CertifiedKey) => isKept(pair, now(), 1) && isIssuedBy(pair, authority);
  const stored = names === USUAL_NAMES ? findStored(folder, LEAF, isUsable) : undefined;
  if (stored) return stored;
  const { issueCertificate } = await import('./certificates.js');
  const issued = await issueCertificate(authority, names, now());
  return names === USUAL_NAMES ? store(folder, LEAF, issued) : issued;
}

async function createOnce<T>(
  folder: StateFolder,
  lockOptions: LockOptions,
  create: () => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(folder, 'authority', lockOptions);
  try {
    return await create();
  } finally {
    lock.release();
  }
}

/** Returns the certificate and key in a file; undefined if they are missing, malformed or not usable. */
function findStored(
  folder: StateFolder,
  file: string,
  isUsable: (pair: CertifiedKey) => boolean,
): CertifiedKey | undefined {
  try {
    const text = readFileSync(folder.file(file), 'utf8');
    const [, certificate, key] =
      /^(-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n)(.+)$/s.exec(text) ?? [];
    const pair = certificate && key ? { certificate, key } : undefined;
    return pair && isUsable(pair) ? pair : undefined;
  } catch (error) {
    if (findSystemCode(error) === undefined) throw error;
    return undefined;
  }
}

function store(folder: StateFolder, file: string, pair: CertifiedKey): CertifiedKey {
  writePrivateFile(folder.file(file), pair.certificate + pair.key);
  return pair;
}

/** True if the certificate is valid now, and for some more days. */
function isKept(pair: CertifiedKey, now: number, days: number): boolean {
  const { validFrom } = new X509Certificate(pair.certificate);
  return Date.parse(validFrom) <= now && expiryOf(pair) > now + days * DAY_MS;
}

function expiryOf({ certificate }: CertifiedKey): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}

function isIssuedBy(leaf: CertifiedKey, authority: CertifiedKey): boolean {
  const { publicKey } = new X509Certificate(authority.certificate);
  const certificate = new X509Certificate(leaf.certificate);
  return certificate.verify(publicKey) && certificate.checkPrivateKey(createPrivateKey(leaf.key));
}
