// Finds the proxy for requests to a host in the environment variables.
import type { Agent } from 'node:http';
import { isIPv6 } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';

/** The environment variables. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the URL of the proxy for requests to `host`, or undefined for a direct connection. Reads `HTTPS_PROXY`,
 * `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` in upper or lower case, as https://curl.se/docs/manpage.html#ENVIRONMENT says.
 *
 * @param host a name or an address; an IPv6 address without brackets
 */
export function findProxy(
  environment: Environment,
  protocol: 'http:' | 'https:',
  host: string,
): string | undefined {
  const url = `${protocol}//${bracket(host)}`;
  return withEnvironment(normalizeVariables(environment), () => getProxyForUrl(url)) || undefined;
}

/** Returns one variable for each proxy, written so that proxy-from-env reads it as curl would. */
function normalizeVariables(environment: Environment): Environment {
  const read = (name: string) => environment[name] || environment[name.toLowerCase()];
  const { NO_PROXY = environment.no_proxy ?? '' } = environment;
  return {
    http_proxy: addScheme(read('HTTP_PROXY')),
    https_proxy: addScheme(read('HTTPS_PROXY')),
    all_proxy: addScheme(read('ALL_PROXY')),
    no_proxy: NO_PROXY.split(/[\s,]+/)
      .flatMap(listNames)
      .join(),
  };
}

/** proxy-from-env would use the scheme of the request, and so TLS for a proxy without TLS. */
function addScheme(proxy: string | undefined): string | undefined {
  return !proxy || proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** A name means itself and its subdomains; proxy-from-env needs an entry for each. */
function listNames(entry: string): string[] {
  const name = entry.replace(/^\*?\./, '');
  if (name === '' || name === '*') return [name];
  return isIPv6(name) ? [bracket(name)] : [name, `.${name}`];
}

function bracket(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** proxy-from-env reads only `process.env`. It is synchronous, so no other code sees the change. */
function withEnvironment<T>(environment: Environment, read: () => T): T {
  const ours = process.env;
  try {
    process.env = environment;
    return read();
  } finally {
    process.env = ours;
  }
}

const PROXY_TIMEOUT_MS = 10_000;

/**
 * Returns the agent for https requests to `host` through an http proxy, or undefined without one; see {@link findProxy}.
 *
 * @param timeoutMs milliseconds for the proxy to connect
 */
export async function findProxyAgent(
  environment: Environment,
  host: string,
  timeoutMs = PROXY_TIMEOUT_MS,
): Promise<Agent | undefined> {
  const proxy = findProxy(environment, 'https:', host);
  if (!proxy || !/^https?:/i.test(proxy)) return undefined;
  // Loaded only if there is a proxy.
  const { ProxyAgent } = await import('./proxy-agent.js');
  return new ProxyAgent(proxy, timeoutMs);
}
