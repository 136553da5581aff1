// Finds the proxy for requests to a host in the environment variables.
import { BlockList, isIP, isIPv6 } from 'node:net';
import { RelayPhoneError } from '../errors.js';
import { formatAuthority, readCredentials, readHost } from '../origin.js';

/** The environment variables. */
type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy that speaks http or https. */
export interface HttpProxy {
  /** With the user and password, if there are any. */
  readonly url: URL;
  /** The environment variable that names it, such as `HTTPS_PROXY`. */
  readonly variable: string;
}

/**
 * Returns the proxy for requests to a URL, or undefined for a direct connection. Reads `HTTPS_PROXY`, `HTTP_PROXY`,
 * `ALL_PROXY` and `NO_PROXY` in upper or lower case, as https://curl.se/docs/manpage.html#ENVIRONMENT says.
 *
 * @throws RelayPhoneError `usage` if the variable is malformed, `needsUser` if it names another kind of proxy.
 */
export function findProxy(environment: Environment, target: URL): HttpProxy | undefined {
  const host = readHost(target);
  const named = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const variable = [named, 'ALL_PROXY']
    .flatMap((name) => [name, name.toLowerCase()])
    .find((name) => environment[name]?.trim());
  if (variable === undefined) return undefined;
  const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
  const { NO_PROXY = environment.no_proxy ?? '' } = environment;
  const isExempt = NO_PROXY.split(/[\s,]+/).some((entry) => matchesEntry(entry, host, port));
  return isExempt ? undefined : readProxy(environment[variable] ?? '', variable);
}

/** Returns the host and port of a proxy, without its user and password. */
export function formatProxy({ url }: HttpProxy): string {
  return formatAuthority(readHost(url), url.port || (url.protocol === 'https:' ? 443 : 80));
}

/** Returns the header with the user and password of a proxy's URL; no header without them. */
export function proxyAuthorization(url: URL): Record<string, string> {
  if (url.username === '') return {};
  return { 'Proxy-Authorization': `Basic ${Buffer.from(readCredentials(url)).toString('base64')}` };
}

/** A proxy without a scheme speaks http, as with curl. */
function readProxy(value: string, variable: string): HttpProxy {
  const text = value.trim();
  const written = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(written)) throw malformed(variable);
  const url = new URL(written);
  if (!/^https?:$/.test(url.protocol)) throw unsupported(url, variable);
  return { url, variable };
}

/** True if an entry of `NO_PROXY` covers the host: a name with all names below it, a pattern with `*`, or a network. */
function matchesEntry(entry: string, host: string, port: number): boolean {
  const { name, port: only } = readEntry(entry.toLowerCase());
  if (name === '' || (only !== undefined && only !== port)) return false;
  if (name.includes('/')) return isInNetwork(name, host);
  if (name.includes('*')) return matchesPattern(name, host);
  return host === name || host.endsWith(`.${name}`);
}

function readEntry(entry: string): { readonly name: string; readonly port: number | undefined } {
  if (isIPv6(entry)) return { name: entry, port: undefined };
  const port = /:(\d{1,5})$/.exec(entry)?.[1];
  const name = (port === undefined ? entry : entry.slice(0, -port.length - 1)).replace(/^\[|\]$/g, '');
  // `*.example.com` and `.example.com` mean the name itself, too.
  return { name: name.replace(/^\*?\./, ''), port: port === undefined ? undefined : Number(port) };
}

function isInNetwork(entry: string, host: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(host) === 0 || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

function matchesPattern(pattern: string, host: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop() ?? '';
  if (!host.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = host.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return host.length - end.length >= at && host.endsWith(end);
}

function malformed(variable: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'find the proxy',
    reason: `${variable} is not the URL of a proxy`,
    tryNext: [
      `${variable}=http://proxy.example.com:3128`,
      'in its password, write @ as %40, : as %3A, / as %2F and # as %23',
    ],
  });
}

function unsupported(url: URL, variable: string): RelayPhoneError {
  const kind = url.protocol.replace(':', '');
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'find the proxy',
    reason: `the proxy ${url.host} of ${variable} uses ${kind}, and only http and https proxies are supported`,
    tryNext: [
      'HTTPS_PROXY=http://HOST:PORT, if the same program also offers an http proxy',
      'NO_PROXY=twilio.com, if this machine reaches Twilio without a proxy',
    ],
  });
}
