// Puts the control API on node:http.
import type { RequestListener } from 'node:http';
import type { ControlDeps } from './app.js';

/** What the listener needs besides. */
export interface ControlListenerDeps extends ControlDeps {
  /** Resolves when all that was written is on disk. */
  readonly kept: () => Promise<void> | undefined;
}

/**
 * The control API as a listener. It is loaded with its first request: Hono's adapter brings undici with it, and a test
 * suite that only uses the library needs neither.
 */
export function createControlListener(deps: ControlListenerDeps): RequestListener {
  let loading: Promise<RequestListener> | undefined;
  return async (incoming, outgoing) => {
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
    const response = await control(request);
    await deps.kept();
    return response;
  };
  return getRequestListener(answer, { overrideGlobalObjects: false });
}
