// Writes down whom a program may trust besides: everybody it did before, and the authority of this state folder.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as tls from 'node:tls';
import type { StateFolder } from '../../state/folder.js';
import { formatJavaSecrets, formatTrustStore, type JavaFiles, PEM } from './java.js';

/** Where what a program reads is written. */
export interface Trust extends JavaFiles {
  /** Certificates, PEM, for OpenSSL, Python, Node.js, curl, Go and Ruby. */
  readonly bundle: string;
  /** A folder with settings for PHP that name the bundle. */
  readonly phpFolder: string;
}

/** What a user may have named authorities of their own in. */
const VARIABLES = [
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'TWILIO_CA_BUNDLE',
];
/** Where systems keep the authorities they trust: Debian, Fedora, openSUSE, Alpine and macOS. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** What {@link writeTrust} writes down. */
export interface TrustOptions {
  /** The authority's certificate, PEM. */
  readonly authority: string;
  /** The interceptor's URL, with its user and token. */
  readonly url: string;
  /** Read for the user's own authorities. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Writes the files, or finds them as they were written before: their names follow from what is in them, so that two
 * programs with different authorities of their own do not change each other's.
 */
export function writeTrust(folder: StateFolder, { authority, url, environment }: TrustOptions): Trust {
  const pem = listCertificates([authority, ...listRoots(environment)]).join('\n');
  const name = folder.file(`trust/${createHash('sha256').update(pem).digest('hex').slice(0, 16)}`);
  const bundle = writeOnce(`${name}.pem`, () => `${pem}\n`);
  const settings = `curl.cainfo="${bundle}"\nopenssl.cafile="${bundle}"\n`;
  const { username, password } = new URL(url);
  return {
    bundle,
    javaStore: writeOnce(`${name}.jks`, () => formatTrustStore(pem)),
    javaSecrets: writeOnce(folder.file('trust/java.options'), () => formatJavaSecrets(username, password)),
    phpFolder: dirname(writeOnce(`${name}-php/relay-phone.ini`, () => settings)),
  };
}

/** Each certificate once. */
function listCertificates(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.match(PEM) ?? []).map((one) => one.replaceAll('\r', '')))];
}

/** The system's and the user's. */
function listRoots(environment: TrustOptions['environment']): string[] {
  const named = new Set(VARIABLES.map((name) => environment[name]).filter((path) => path !== undefined));
  const system = SYSTEM_FILES.find((path) => existsSync(path));
  return [...(system === undefined ? builtIn() : readTexts(system)), ...[...named].flatMap(readTexts)];
}

/** A file, or those of a folder; nothing where it cannot be read, as for a program that was told of it. */
function readTexts(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
    return readdirSync(path).flatMap((name) => readTexts(join(path, name)));
  } catch {
    return [];
  }
}

/** Those of Node.js, and where it can tell, of Windows and macOS. */
function builtIn(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'system') => string[] };
  return [...tls.rootCertificates, ...(getCACertificates?.('system') ?? [])];
}

/** The file appears whole, whenever we are killed, and is its owner's alone. @returns its path */
function writeOnce(path: string, content: () => string | Buffer): string {
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.${process.pid}`, content(), { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
  return path;
}
