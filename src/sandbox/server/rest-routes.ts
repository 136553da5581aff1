// The routes of all products: the same path means different things on different hosts of Twilio.
import { createRestRouter, type RestRouter, type RouteMatch } from './router.js';

/** The products that the sandbox has, in the order in which a path without a host is looked for. */
export const PRODUCTS = ['api', 'pricing', 'lookups', 'monitor', 'messaging'] as const;

/** A product by the first label of its host: `api` for `api.twilio.com`. */
export type Product = (typeof PRODUCTS)[number];

/** The routes of all products. */
export interface RestRoutes {
  readonly of: Readonly<Record<Product, RestRouter>>;
  /**
   * Returns the route of a request; undefined without one.
   *
   * @param product of the host that the request names; undefined if it names none of Twilio's, so that its path decides
   */
  match(product: string | undefined, method: string, path: string): RouteMatch | undefined;
}

/** Creates the table without routes. */
export function createRestRoutes(): RestRoutes {
  const routers = PRODUCTS.map((product) => [product, createRestRouter(`${product}.twilio.com`)] as const);
  const byName: ReadonlyMap<string, RestRouter> = new Map(routers);

  function matchAny(method: string, path: string): RouteMatch | undefined {
    for (const [, router] of routers) {
      const route = router.match(method, path);
      if (route) return route;
    }
    return undefined;
  }

  return {
    of: Object.fromEntries(routers) as Record<Product, RestRouter>,
    match: (product, method, path) =>
      product === undefined ? matchAny(method, path) : byName.get(product)?.match(method, path),
  };
}
