// Writes the trust files of programs: the certificates they trusted before, and the state folder's authority.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tls from 'node:tls';
import type { StateFolder } from '../../state/folder.js';
import { writePrivateFile } from '../../state/private-file.js';
import { formatJavaSecrets, formatTrustStore, isTrustStoreOf, type JavaFiles, PEM } from './java.js';

/** The paths of the trust files. */
export interface Trust extends JavaFiles {
  /** Certificates, PEM, for OpenSSL, Python, Node.js, curl, Go and Ruby. */
  readonly bundle: string;
  /** A folder with settings for PHP that name the bundle. */
  readonly phpFolder: string;
}

/** The variables that may name certificates of the user. */
const VARIABLES = [
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'TWILIO_CA_BUNDLE',
];
/** Where systems store their trusted certificates: Debian, Fedora, openSUSE, Alpine and macOS. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** The content of the trust files. */
export interface TrustOptions {
  /** The authority's certificate, PEM. */
  readonly authority: string;
  /** The proxy's URL, with user and token. */
  readonly url: string;
  /** The environment, which may name certificates of the user. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Writes the trust files, unless they exist with the same content. Their names contain a hash of their content, so that
 * programs with different certificates do not overwrite each other's files.
 */
export function writeTrust(folder: StateFolder, { authority, url, environment }: TrustOptions): Trust {
  const pem = listCertificates([authority, ...listRoots(environment)]).join('\n');
  const name = folder.file(`trust/${createHash('sha256').update(pem).digest('hex').slice(0, 16)}`);
  const bundle = writeOnce(`${name}.pem`, `${pem}\n`);
  const settings = `curl.cainfo="${bundle}"\nopenssl.cafile="${bundle}"\n`;
  const { username, password } = new URL(url);
  const hasOwnProxy = hasProxy(environment);
  return {
    bundle,
    javaStore: writeUnless(
      `${name}.jks`,
      (found) => isTrustStoreOf(found, pem),
      () => formatTrustStore(pem),
    ),
    javaSecrets: writeOnce(
      folder.file(`trust/java${hasOwnProxy ? '-proxy' : ''}.options`),
      formatJavaSecrets(username, password, hasOwnProxy),
    ),
    phpFolder: dirname(writeOnce(`${name}-php/relay-phone.ini`, settings)),
  };
}

/** True if the user's programs reach other hosts through a proxy. */
function hasProxy(environment: TrustOptions['environment']): boolean {
  const names = Object.keys(environment).filter((name) => /^(https?|all)_proxy$/i.test(name));
  return (
    names.some((name) => environment[name]?.trim()) || /proxyHost/i.test(environment.JAVA_TOOL_OPTIONS ?? '')
  );
}

/** Lists each certificate once. */
function listCertificates(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.match(PEM) ?? []).map((one) => one.replaceAll('\r', '')))];
}

/** Lists the texts with the system's and the user's certificates. */
function listRoots(environment: TrustOptions['environment']): string[] {
  const named = new Set(VARIABLES.map((name) => environment[name]).filter((path) => path !== undefined));
  const system = SYSTEM_FILES.find((path) => existsSync(path));
  return [...(system === undefined ? builtIn() : readTexts(system)), ...[...named].flatMap(readTexts)];
}

/** Reads a file, or all files of a folder; empty if it cannot be read, as programs do. */
function readTexts(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
    return readdirSync(path).flatMap((name) => readTexts(join(path, name)));
  } catch {
    return [];
  }
}

/** Node.js's own roots and, where Node.js can read them, those of Windows and macOS. */
function builtIn(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'system') => string[] };
  return [...tls.rootCertificates, ...(getCACertificates?.('system') ?? [])];
}

/** Returns the path of a file with this content; see {@link writeUnless}. */
function writeOnce(path: string, content: string): string {
  return writeUnless(
    path,
    (found) => found.equals(Buffer.from(content)),
    () => content,
  );
}

/**
 * Writes a file, mode 0600, unless it is what it should be: programs trust what is in it. It is complete or missing even if
 * the process is killed.
 *
 * @returns its path
 */
function writeUnless(
  path: string,
  isRight: (found: Buffer) => boolean,
  content: () => string | Buffer,
): string {
  if (existsSync(path) && isRight(readFileSync(path))) return path;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writePrivateFile(path, content());
  return path;
}
