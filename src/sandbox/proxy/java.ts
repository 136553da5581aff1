// The options and the trust store with which a Java process uses the proxy and trusts the sandbox's authority.
import { createHash, X509Certificate } from 'node:crypto';

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

/** Returns the content of that file. Apache's client, which Twilio's SDK for Java uses, reads it; the JDK's own do not. */
export function formatJavaSecrets(user: string, token: string): string {
  const credentials = ['http', 'https'].flatMap((scheme) => [
    `-D${scheme}.proxyUser=${user}`,
    `-D${scheme}.proxyPassword=${token}`,
  ]);
  return `${[...credentials, '-Djdk.http.auth.tunneling.disabledSchemes='].join('\n')}\n`;
}

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
  const secret = Buffer.from(JAVA_STORE_PASSWORD, 'utf16le').swap16();
  return Buffer.concat([body, createHash('sha1').update(secret).update(SALT).update(body).digest()]);
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
