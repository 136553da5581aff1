// Finds the agent for requests to an app or to a host elsewhere, and connects through the proxy of the environment.
import type { Agent } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import { isLoopback } from '../origin.js';
import { appAgentFor } from './client.js';
import { openConnection } from './connection.js';
import { findProxy, type HttpProxy } from './proxy.js';

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
      secured.once('error', fail);
      secured.once('secureConnect', () => {
        secured.off('error', fail);
        callback?.(null, secured);
      });
    }, fail);
  }
}
