// The control API as a listener of node:http, loaded with its first request.
import type { RequestListener } from 'node:http';
import { findIntrusion } from '../../http/loopback-guard.js';
import type { ControlDeps } from './app.js';
import { refuseIntruder, refuseWrite } from './refusal.js';

/** What the listener needs. */
export interface ControlListenerDeps extends ControlDeps {
  /** The port of the API, once it listens. */
  readonly port: () => number;
  /** The names of a sandbox that other machines can reach; see {@link findIntrusion}. */
  readonly hostNames?: readonly string[] | undefined;
  /** Resolves when everything written is on disk. */
  readonly kept: () => Promise<void> | undefined;
}

/**
 * Creates the listener. The API is loaded with the first request, because Hono's adapter loads undici, and a test suite
 * that only uses the library needs neither.
 */
export function createControlListener(deps: ControlListenerDeps): RequestListener {
  let loading: Promise<RequestListener> | undefined;
  return async (incoming, outgoing) => {
    const reason = findIntrusion(incoming.headers, deps.port(), deps.hostNames);
    if (reason !== undefined) return refuseIntruder(incoming, outgoing, reason);
    loading ??= load(deps);
    (await loading)(incoming, outgoing);
  };
}

async function load(deps: ControlListenerDeps): Promise<RequestListener> {
  const [{ getRequestListener }, { createControl }] = await Promise.all([
    import('@hono/node-server'),
    import('./app.js'),
  ]);
  const control = createControl(deps);
  const answer = async (request: Request) => {
    const response = await control.fetch(request);
    try {
      await deps.kept();
      return response;
    } catch (error) {
      return refuseWrite(error);
    }
  };
  return getRequestListener(answer, { overrideGlobalObjects: false });
}
