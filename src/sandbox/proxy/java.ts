// What a Java process needs to trust the sandbox's authority and to use its proxy: options and a trust store.
import { createHash, X509Certificate } from 'node:crypto';

/** The two files that a Java process is told of. */
export interface JavaFiles {
  /** A trust store. */
  readonly javaStore: string;
  /** Options with the proxy's user and token. */
  readonly javaSecrets: string;
}

/**
 * What to set JAVA_TOOL_OPTIONS to. Every Java prints it, so the proxy's token stands in a file, which Java 8 cannot
 * read: there the proxy refuses.
 *
 * @param before what the user has there
 * @param url the interceptor's
 * @param exempt hosts that are asked directly
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

/** The content of that file. Apache's client, which the SDK for Java uses, reads these; the JDK's own clients do not. */
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

/** The password of the store: that of every one which a JDK comes with, because there is no secret in it. */
export const JAVA_STORE_PASSWORD = 'changeit';

/** A certificate in a text. */
export const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/** What the digest at its end begins with, after the password. */
const SALT = 'Mighty Aphrodite';

/**
 * A trust store that holds every certificate of a PEM text once. The format is that of
 * https://github.com/openjdk/jdk/blob/master/src/java.base/share/classes/sun/security/provider/JavaKeyStore.java
 */
export function formatTrustStore(pem: string): Buffer {
  const certificates = new Map((pem.match(PEM) ?? []).flatMap(readCertificate));
  const entries = [...certificates.values()].map((raw, at) => [
    uint32(TRUSTED_CERTIFICATE),
    utf(`certificate-${at}`),
    // When it was added, milliseconds: the same content makes the same file.
    Buffer.alloc(8),
    utf('X.509'),
    uint32(raw.length),
    raw,
  ]);
  const body = Buffer.concat([uint32(MAGIC), uint32(VERSION), uint32(entries.length), ...entries.flat()]);
  const secret = Buffer.from(JAVA_STORE_PASSWORD, 'utf16le').swap16();
  return Buffer.concat([body, createHash('sha1').update(secret).update(SALT).update(body).digest()]);
}

/** Its fingerprint and DER; nothing for one that is none, which a user's file may hold. */
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

/** Java's `writeUTF`, of ASCII. */
function utf(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'ascii')]);
}
