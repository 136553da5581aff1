// Opens every request and connection of the product. None obeys the environment's proxy variables, as Node.js does by default.
import http, { type ClientRequest } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { isLoopback, readHost } from '../origin.js';

/** As the agents of Node.js are, except that these never read `NODE_USE_ENV_PROXY`. */
const KEPT = { keepAlive: true, scheduling: 'lifo', timeout: 5000 } as const;

/**
 * Opens a request. `options` are those of node:http, and override what follows from the URL. Without an agent, the
 * request goes straight to the host: exactly to the address that the URL names, and with a certificate that is verified.
 */
export function openRequest(url: URL, options: https.RequestOptions): ClientRequest {
  const isSecure = url.protocol === 'https:';
  const host = readHost(url);
  return (isSecure ? https : http).request({
    hostname: host,
    port: url.port,
    path: url.pathname + url.search,
    agent: isSecure ? secureAgent : plainAgent,
    // Of the URL and not of the Host header, which may name the public host of an app.
    ...(isSecure && { servername: isIP(host) === 0 ? host : '' }),
    ...options,
  });
}

const plainAgent = new http.Agent(KEPT);
const secureAgent = new https.Agent(KEPT);

/** How a socket reaches a host; see {@link connectOptionsFor}. */
interface ConnectOptions {
  readonly host: string;
  readonly lookup?: LookupFunction;
  readonly autoSelectFamily?: true;
  readonly autoSelectFamilyAttemptTimeout?: number;
  readonly rejectUnauthorized?: false;
}

/** Longer than any connection to this machine takes: the second address is for a first one that refuses. */
const ATTEMPT_TIMEOUT_MS = 10_000;

/**
 * Returns the options with which `net.connect` and `tls.connect` reach an app. On this machine it is found at 127.0.0.1 or
 * at ::1, whichever it listens on; the named address is tried first. Its certificate is accepted there, because nobody
 * signs one for this machine. Elsewhere nothing is changed.
 *
 * @param host a name or an address; an IPv6 address without brackets
 */
export function connectOptionsFor(host: string): ConnectOptions {
  if (!isLoopback(host)) return { host };
  const addresses = listAddresses(host);
  if (addresses.length === 1) return { host, rejectUnauthorized: false };
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return {
    // Addresses would not be looked up.
    host: 'localhost',
    lookup: (_host, _options, callback) => callback(null, found),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_TIMEOUT_MS,
    rejectUnauthorized: false,
  };
}

/**
 * Returns where an app at `host` may listen, the first to be tried first: both loopback addresses for a name or one of the
 * two, else `host` itself. Systems differ in what they return for `localhost`.
 */
export function listAddresses(host: string): readonly [string, ...string[]] {
  if (host === '::1') return ['::1', '127.0.0.1'];
  const isEither = isLoopback(host) && (isIP(host) === 0 || host === '127.0.0.1');
  return isEither ? ['127.0.0.1', '::1'] : [host];
}

/** Returns the agent for requests straight to an app; see {@link connectOptionsFor}. */
export function appAgentFor({ protocol }: URL): http.Agent {
  return protocol === 'https:' ? secureAppAgent : plainAppAgent;
}

class PlainAppAgent extends http.Agent {
  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ) {
    return super.createConnection({ ...options, ...connectOptionsFor(options.host ?? '') }, callback);
  }
}

class SecureAppAgent extends https.Agent {
  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ) {
    return super.createConnection({ ...options, ...connectOptionsFor(options.host ?? '') }, callback);
  }
}

const plainAppAgent = new PlainAppAgent(KEPT);
const secureAppAgent = new SecureAppAgent(KEPT);

/** Creates an agent as {@link appAgentFor} returns it, that keeps no connection. */
export function createAppAgent({ protocol }: URL): http.Agent {
  return protocol === 'https:' ? new SecureAppAgent() : new PlainAppAgent();
}
