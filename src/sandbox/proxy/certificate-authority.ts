// The certificate authority of a state folder: made on this machine, kept 0600, and trusted by nobody who is not told to.
import { X509Certificate } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { findSystemCode } from '../../errors.js';
import type { StateFolder } from '../../state/folder.js';
import { acquireLock, type LockOptions } from '../../state/lock.js';
import type { Certified } from './certificates.js';
import { plainName } from './hosts.js';

/** One authority. */
export interface CertificateAuthority {
  /** Its own certificate, PEM: what a program has to trust. */
  readonly certificate: string;
  /** What it takes to be a host of Twilio's, with a certificate that is good for another day at least. */
  contextFor(host: string): Promise<SecureContext>;
}

const AUTHORITY = 'twilio-ca.pem';
const LEAF = 'twilio-leaf.pem';
/** What one certificate is good for; a name with more labels gets one of its own. */
const USUAL = ['*.twilio.com', 'twilio.com'];
const DAY = 86_400_000;

/**
 * Opens the authority of a state folder, making it where there is none, or one that ends within a month.
 *
 * @throws RelayPhoneError `needsUser` when the folder is held by another relay-phone that does the same, and hangs
 */
export async function openCertificateAuthority(
  folder: StateFolder,
  now: () => number,
  waiting: LockOptions,
): Promise<CertificateAuthority> {
  const authority =
    findKept(folder, AUTHORITY, now() + 30 * DAY) ??
    (await makeOnce(folder, waiting, async () => {
      const made = findKept(folder, AUTHORITY, now() + 30 * DAY);
      if (made) return made;
      const { createCertificateAuthority } = await import('./certificates.js');
      return keep(folder, AUTHORITY, await createCertificateAuthority(now()));
    }));
  const contexts = new Map<string, { readonly context: SecureContext; readonly ends: number }>();
  return {
    certificate: authority.certificate,
    contextFor: async (host) => {
      const plain = plainName(host);
      const names = /^([^.]+\.)?twilio\.com$/.test(plain) ? USUAL : [plain];
      const [name = ''] = names;
      const known = contexts.get(name);
      if (known && known.ends > now() + DAY) return known.context;
      const leaf = await obtainLeaf(folder, authority, names, now);
      const context = createSecureContext({ cert: leaf.certificate + authority.certificate, key: leaf.key });
      contexts.set(name, { context, ends: endOf(leaf) });
      return context;
    },
  };
}

/** The usual one is kept, because making one takes longer than all else that `exec` does. */
async function obtainLeaf(
  folder: StateFolder,
  authority: Certified,
  names: readonly string[],
  now: () => number,
): Promise<Certified> {
  const kept = names === USUAL ? findKept(folder, LEAF, now() + DAY) : undefined;
  if (kept && isOf(kept, authority)) return kept;
  const { issueCertificate } = await import('./certificates.js');
  const made = await issueCertificate(authority, names, now());
  return names === USUAL ? keep(folder, LEAF, made) : made;
}

async function makeOnce<T>(folder: StateFolder, waiting: LockOptions, make: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(folder, 'authority', waiting);
  try {
    return await make();
  } finally {
    lock.release();
  }
}

/** The pair in a file; undefined when there is none that is good until `until`. */
function findKept(folder: StateFolder, file: string, until: number): Certified | undefined {
  try {
    const text = readFileSync(folder.file(file), 'utf8');
    const [, certificate, key] = /^(-+BEGIN CERT.+?-+END CERT[A-Z]+-+\n)(.+)$/s.exec(text) ?? [];
    const pair = certificate && key ? { certificate, key } : undefined;
    return pair && endOf(pair) > until ? pair : undefined;
  } catch (error) {
    if (findSystemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** It appears whole, whenever we are killed. */
function keep(folder: StateFolder, file: string, pair: Certified): Certified {
  const temporary = folder.file(`${file}.${process.pid}`);
  writeFileSync(temporary, pair.certificate + pair.key, { mode: 0o600 });
  renameSync(temporary, folder.file(file));
  return pair;
}

function endOf({ certificate }: Certified): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}

function isOf(leaf: Certified, authority: Certified): boolean {
  const { publicKey } = new X509Certificate(authority.certificate);
  return new X509Certificate(leaf.certificate).verify(publicKey);
}
