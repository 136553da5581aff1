// Finds the proxy that requests to a host have to go through.
import type { Agent } from 'node:http';

/** The variables that proxies are named in. */
type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = {
  'http:': ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'],
  'https:': ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'],
} as const;

/**
 * The proxy for requests to `host`, as `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` (also in lower case) and `NO_PROXY` say;
 * undefined when they go straight there. https://curl.se/docs/manpage.html#ENVIRONMENT
 */
export function findProxy(
  environment: Environment,
  protocol: keyof typeof VARIABLES,
  host: string,
): string | undefined {
  const proxy = VARIABLES[protocol].map((name) => environment[name]).find(Boolean);
  return isExempt(environment.NO_PROXY ?? environment.no_proxy, host) ? undefined : proxy;
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

/** A name stands for itself and for all below it. */
function isExempt(noProxy: string | undefined, host: string): boolean {
  const entries = (noProxy ?? '').split(/[\s,]+/).map((entry) => entry.replace(/^\*?\./, ''));
  return entries.some((entry) => entry === '*' || (entry !== '' && `.${host}`.endsWith(`.${entry}`)));
}
