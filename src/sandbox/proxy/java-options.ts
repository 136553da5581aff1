// The options that a Java process reads from its environment: whom to trust, and which proxy to ask.
import { JAVA_STORE_PASSWORD } from './java-trust-store.js';
import type { Trust } from './trust.js';

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
  { javaStore, javaSecrets }: Trust,
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
