// Borrows the Node adapter's light Response, three times as fast as Node's own, without leaving it in the global scope.
import { getRequestListener } from '@hono/node-server';

/**
 * A `Response` that `@hono/node-server` writes without streams. The adapter offers it only by replacing the
 * globals, which a library must not do to the test suite it runs in: they are put back at once.
 */
export const LightResponse: typeof Response = borrowResponse();

function borrowResponse(): typeof Response {
  const before = Object.getOwnPropertyDescriptors(globalThis);
  getRequestListener(() => undefined);
  const light = globalThis.Response;
  Object.defineProperties(globalThis, { Request: before.Request, Response: before.Response });
  return light;
}
