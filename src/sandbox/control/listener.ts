// Puts the control API on node:http.
import type { RequestListener } from 'node:http';
import type { World } from '../world.js';
import type { SandboxActions } from './sandbox-routes.js';

/**
 * The control API as a listener. It is loaded with its first request: Hono's adapter brings undici with it, and a test
 * suite that only uses the library needs neither.
 */
export function createControlListener(world: World, acts: SandboxActions): RequestListener {
  let loading: Promise<RequestListener> | undefined;
  return async (incoming, outgoing) => {
    loading ??= load(world, acts);
    (await loading)(incoming, outgoing);
  };
}

async function load(world: World, acts: SandboxActions): Promise<RequestListener> {
  const [{ getRequestListener }, { createControl }] = await Promise.all([
    import('@hono/node-server'),
    import('./app.js'),
  ]);
  const control = createControl(world, acts);
  const answer = async (request: Request) => {
    const response = await control(request);
    await world.store.kept();
    return response;
  };
  return getRequestListener(answer, { overrideGlobalObjects: false });
}
