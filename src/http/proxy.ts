// Finds the proxy that requests to a host have to go through.
import type { Agent } from 'node:http';
import { isIPv6 } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';

/** The variables that proxies are named in. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for requests to `host`, as `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in upper or lower case;
 * undefined when they go straight there. https://curl.se/docs/manpage.html#ENVIRONMENT
 *
 * @param host a name or an address; one of IPv6 without brackets
 */
export function findProxy(
  environment: Environment,
  protocol: 'http:' | 'https:',
  host: string,
): string | undefined {
  const url = `${protocol}//${bracket(host)}`;
  return withEnvironment(describeProxies(environment), () => getProxyForUrl(url)) || undefined;
}

/** The variables under one name each, and in proxy-from-env's reading what curl's would be. */
function describeProxies(environment: Environment): Environment {
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

/** proxy-from-env would take the scheme of the request, and speak TLS to a proxy that does not. */
function addScheme(proxy: string | undefined): string | undefined {
  return !proxy || proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** A name stands for itself and for all below it; proxy-from-env wants both named. */
function listNames(entry: string): string[] {
  const name = entry.replace(/^\*?\./, '');
  if (name === '' || name === '*') return [name];
  return isIPv6(name) ? [bracket(name)] : [name, `.${name}`];
}

function bracket(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** proxy-from-env reads `process.env` alone. It answers at once, so nobody else sees the change. */
function withEnvironment<T>(environment: Environment, read: () => T): T {
  const ours = process.env;
  try {
    process.env = environment;
    return read();
  } finally {
    process.env = ours;
  }
}

/** Milliseconds. */
const PATIENCE = 10_000;

/**
 * The agent for https requests to `host`, if an http proxy has to be used: see {@link findProxy}.
 *
 * @param limit milliseconds for the proxy to connect
 */
export async function findProxyAgent(
  environment: Environment,
  host: string,
  limit = PATIENCE,
): Promise<Agent | undefined> {
  const proxy = findProxy(environment, 'https:', host);
  if (!proxy || !/^https?:/i.test(proxy)) return undefined;
  // Loaded only where there is one.
  const { ProxyAgent } = await import('./proxy-agent.js');
  return new ProxyAgent(proxy, limit);
}
