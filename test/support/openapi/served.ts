// Lists Twilio's operations that the sandbox serves, from its routes.
import { composeSandbox } from '../../../src/sandbox/compose.js';
import { createRealClock } from '../../../src/sandbox/platform/clock.js';
import { openStore } from '../../../src/sandbox/platform/database.js';
import { PRODUCTS, type Product } from '../../../src/sandbox/server/rest-routes.js';
import type { RestRoute } from '../../../src/sandbox/server/router.js';
import { allOperations, type Operation } from './operations.js';

/** Returns the operation of each route of the sandbox, or its name if the documents do not have it. */
export function servedOperations(): readonly (Operation | string)[] {
  return servedRoutes().map(([, operation]) => operation);
}

/** Returns each route of the sandbox with its operation, or its name if the documents do not have it. */
export function servedRoutes(): readonly (readonly [RestRoute, Operation | string])[] {
  const known = new Map(allOperations().map((operation) => [nameOf(operation), operation]));
  return PRODUCTS.flatMap(readRoutes).map((route) => [route, known.get(nameOf(route)) ?? nameOf(route)]);
}

/** Returns the routes of a product. */
export function readRoutes(product: Product): readonly RestRoute[] {
  const store = openStore(':memory:');
  const clock = createRealClock(Date.now);
  const { routes } = composeSandbox(
    {},
    {
      store,
      clock,
      remoteAccess: { isRemote: false, hostNames: undefined },
      port: () => 0,
      publicOrigin: () => '',
    },
  );
  clock.stop();
  store.close();
  return routes.of[product].routes;
}

/** Returns method and path, without the names of placeholders: `GET /v1/Services/{}`. */
function nameOf({ method, path }: { readonly method: string; readonly path: string }): string {
  const shape = path
    .replace(/:\w+\{\[\^\/\]\+\\\.json\}/g, '{}.json')
    .replace(/:\w+/g, '{}')
    .replace(/\{\w+\}/g, '{}');
  return `${method} ${shape}`;
}
