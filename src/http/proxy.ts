// Finds the proxy that requests to a host have to go through.
import type { Agent } from 'node:http';

/**
 * The agent for https requests to `host`, as `HTTPS_PROXY` (`https_proxy`) and `NO_PROXY` say; undefined when they go
 * straight there. https://curl.se/docs/manpage.html#ENVIRONMENT
 */
export async function findProxyAgent(
  environment: Readonly<Record<string, string | undefined>>,
  host: string,
): Promise<Agent | undefined> {
  const proxy = environment.HTTPS_PROXY ?? environment.https_proxy;
  if (!proxy || isExempt(environment.NO_PROXY ?? environment.no_proxy, host)) return undefined;
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(proxy);
}

/** A name stands for itself and for all below it. */
function isExempt(noProxy: string | undefined, host: string): boolean {
  const entries = (noProxy ?? '').split(',').map((entry) => entry.trim().replace(/^\*?\./, ''));
  return entries.some((entry) => entry === '*' || (entry !== '' && `.${host}`.endsWith(`.${entry}`)));
}
