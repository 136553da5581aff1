// Finds the agent for requests to an app or to a host elsewhere, and connects through the proxy of the environment.
import type { Agent } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import { findSystemCode } from '../errors.js';
import { formatAuthority, isLoopback } from '../origin.js';
import { appAgentFor } from './client.js';
import { openConnection } from './connection.js';
import { isSchemeFailure, ProxyFailure } from './failure.js';
import { findProxy, formatProxy, type HttpProxy } from './proxy.js';

const PROXY_TIMEOUT_MS = 10_000;

/**
 * Returns the agent for requests to an app, or to a host elsewhere: through the proxy of the environment if there is one
 * for https requests to the host, else straight to it. This machine is never asked through a proxy, and found at either
 * loopback address.
 *
 * @param timeoutMs milliseconds for the proxy to connect
 * @throws RelayPhoneError as `findProxy`
 */
export function findAgent(
  environment: Readonly<Record<string, string | undefined>>,
  target: URL,
  timeoutMs = PROXY_TIMEOUT_MS,
): Agent {
  const isElsewhere = target.protocol === 'https:' && !isLoopback(target.hostname);
  const proxy = isElsewhere ? findProxy(environment, target) : undefined;
  return proxy ? new ProxyAgent(proxy, timeoutMs) : appAgentFor(target);
}

type Callback = (error: Error | null, socket: Duplex) => void;

/** The agent for https requests through a proxy, which gets `timeoutMs` milliseconds to connect; else a ProxyFailure. */
class ProxyAgent extends https.Agent {
  readonly #proxy: HttpProxy;
  readonly #timeoutMs: number;

  constructor(proxy: HttpProxy, timeoutMs: number) {
    super();
    this.#proxy = proxy;
    this.#timeoutMs = timeoutMs;
  }

  override createConnection(options: https.RequestOptions, callback?: Callback): undefined {
    const fail = (error: Error) => callback?.(error, undefined as never);
    openConnection(options.host ?? '', Number(options.port), this.#proxy, this.#timeoutMs).then((socket) => {
      const { path: _path, ...security } = options;
      const secured = connect({ ...(security as ConnectionOptions), socket });
      const failSecured = (error: Error) => fail(this.#blameProxy(error, options));
      secured.once('error', failSecured);
      secured.once('secureConnect', () => {
        secured.off('error', failSecured);
        callback?.(null, secured);
      });
    }, fail);
  }

  /** A host that does not speak TLS, or drops it, is the proxy itself, or what the proxy leads to. */
  #blameProxy(error: Error, { host, port }: https.RequestOptions): Error {
    const isDropped = ['ECONNRESET', 'EPIPE'].includes(findSystemCode(error) ?? '');
    if (!isDropped && !isSchemeFailure(error)) return error;
    const what = isDropped
      ? 'then dropped the connection'
      : 'what answers there is not TLS (a sign-in page of this network?)';
    return new ProxyFailure(
      `the proxy ${formatProxy(this.#proxy)} connected to ${formatAuthority(host ?? '', Number(port))}, but ${what}`,
      'network',
      ['run it again', `check ${this.#proxy.variable}, and that the proxy lets TLS through`],
      error,
    );
  }
}
