// The options and the trust store with which a Java process uses the proxy and trusts the sandbox's authority.
import { createHash, X509Certificate } from 'node:crypto';
import { MEDIA_HOST } from '../platform/twilio-hosts.js';

/** The files that a Java process reads. */
export interface JavaFiles {
  /** A trust store. */
  readonly javaStore: string;
  /** Options with the proxy's user and token. */
  readonly javaSecrets: string;
}

/**
 * Returns the value of JAVA_TOOL_OPTIONS. Java prints it at every start, so the proxy's token is in a file. Java 8 cannot
 * read such a file; there the proxy refuses its requests.
 *
 * @param before the user's own value
 * @param url of the proxy
 * @param exempt hosts without the proxy
 */
export function formatJavaOptions(
  before: string | undefined,
  url: string,
  { javaStore, javaSecrets }: JavaFiles,
  exempt: readonly string[],
): string {
  const { hostname, port } = new URL(url);
  const direct = exempt.map((entry) => (entry.startsWith('.') ? `*${entry}` : entry)).join('|');
  const options = [
    `-Djavax.net.ssl.trustStore=${javaStore}`,
    `-Djavax.net.ssl.trustStorePassword=${JAVA_STORE_PASSWORD}`,
    `-Dhttps.proxyHost=${hostname}`,
    `-Dhttps.proxyPort=${port}`,
    `-Dhttp.proxyHost=${hostname}`,
    `-Dhttp.proxyPort=${port}`,
    `-Dhttp.nonProxyHosts=${direct}`,
    '-XX:+IgnoreUnrecognizedVMOptions',
    `-XX:VMOptionsFile=${javaSecrets}`,
  ];
  return [before, ...options.map(quote)].filter(Boolean).join(' ');
}

/**
 * Returns the content of that file. Apache's client, which Twilio's SDK for Java uses, reads user and token; the JDK's own
 * clients and Maven do not. So hosts that are not Twilio's are reached without the proxy, unless the user has a proxy.
 */
export function formatJavaSecrets(user: string, token: string, hasOwnProxy: boolean): string {
  const credentials = ['http', 'https'].flatMap((scheme) => [
    `-D${scheme}.proxyUser=${user}`,
    `-D${scheme}.proxyPassword=${token}`,
  ]);
  const direct = hasOwnProxy ? [] : [`-Dhttp.nonProxyHosts=${listOtherHosts(PROXIED_DOMAINS).join('|')}`];
  return `${[...credentials, ...direct, '-Djdk.http.auth.tunneling.disabledSchemes='].join('\n')}\n`;
}

/** The hosts that the proxy answers as, and their subdomains. */
const PROXIED_DOMAINS = ['twilio.com', MEDIA_HOST];

/**
 * Lists patterns for all hosts that end with none of the domains. Java knows no list of hosts that it should reach through
 * a proxy, only one of the others, with one `*` at the start of a name.
 */
export function listOtherHosts(domains: readonly string[]): string[] {
  const ends = new Set(domains.flatMap((domain) => [...domain].map((_, at) => domain.slice(at))));
  const shorter = [...ends].filter((end) => !domains.includes(end));
  const longer = ['', ...shorter].flatMap((end) =>
    // A name may end with a dot.
    [...(end === '' ? LETTERS : `${LETTERS}.`)].map((letter) => letter + end),
  );
  return [...shorter, ...longer.filter((end) => !ends.has(end)).map((end) => `*${end}`)];
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-_]';

function quote(option: string): string {
  return /\s/.test(option) ? `"${option}"` : option;
}

/** The password of the trust store: the default of every JDK. The store has no secrets. */
export const JAVA_STORE_PASSWORD = 'changeit';

/** Matches a certificate in a PEM text. */
export const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/** The first bytes of the digest, after the password. */
const SALT = 'Mighty Aphrodite';

/**
 * Formats a trust store (JKS, which every Java reads) with each certificate of a PEM text once. The format is that of
 * https://github.com/openjdk/jdk/blob/master/src/java.base/share/classes/sun/security/provider/JavaKeyStore.java
 */
export function formatTrustStore(pem: string): Buffer {
  const certificates = new Map((pem.match(PEM) ?? []).flatMap(readCertificate));
  const entries = [...certificates.values()].map((raw, at) => [
    uint32(TRUSTED_CERTIFICATE),
    utf(`certificate-${at}`),
    // The time of adding, milliseconds; always 0 so that the same content makes the same file.
    Buffer.alloc(8),
    utf('X.509'),
    uint32(raw.length),
    raw,
  ]);
  const body = Buffer.concat([uint32(MAGIC), uint32(VERSION), uint32(entries.length), ...entries.flat()]);
  return Buffer.concat([body, digestStore(body)]);
}

/**
 * True if a trust store is complete, and holds no other certificates than a PEM text does. Reading it is much faster than
 * formatting it again.
 */
export function isTrustStoreOf(store: Buffer, pem: string): boolean {
  const digestAt = store.length - SHA1_BYTES;
  if (digestAt < 12 || !digestStore(store.subarray(0, digestAt)).equals(store.subarray(digestAt)))
    return false;
  const known = new Set((pem.match(PEM) ?? []).map((text) => readBase64(text).toString('base64')));
  const has = (bytes: number) => at + bytes <= digestAt;
  let at = 12;
  while (has(6) && store.readUInt32BE(at) === TRUSTED_CERTIFICATE) {
    // After the kind: the name, the time, the type, then the certificate.
    at += 6 + store.readUInt16BE(at + 4) + 8;
    if (!has(2)) return false;
    at += 2 + store.readUInt16BE(at);
    if (!has(4)) return false;
    const end = at + 4 + store.readUInt32BE(at);
    if (!known.has(store.toString('base64', at + 4, end))) return false;
    at = end;
  }
  return at === digestAt;
}

const SHA1_BYTES = 20;

function digestStore(body: Buffer): Buffer {
  const secret = Buffer.from(JAVA_STORE_PASSWORD, 'utf16le').swap16();
  return createHash('sha1').update(secret).update(SALT).update(body).digest();
}

function readBase64(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64');
}

/** Returns the fingerprint and DER; empty for an invalid certificate, which a user's file may contain. */
function readCertificate(text: string): [fingerprint: string, der: Buffer][] {
  try {
    const { fingerprint256, raw } = new X509Certificate(text);
    return [[fingerprint256, raw]];
  } catch {
    return [];
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Java's `writeUTF`, for ASCII. */
function utf(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'ascii')]);
}
