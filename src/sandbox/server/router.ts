// Routing of REST requests: the request as handlers see it, and the table of routes.
import type { IncomingMessage } from 'node:http';
import { TrieRouter } from 'hono/router/trie-router';
import type { RestAnswer } from './answer.js';
import { createOperationParameters, type OperationParameters, type ParameterTable } from './parameters.js';
import { nameResource } from './paths.js';
import { resourceNotFound, TwilioProblem } from './problem.js';
import type { RequestRecord } from './request-record.js';
import type { RequestedTarget } from './requested-target.js';

/** A REST request. */
export interface RestContext extends RequestedTarget {
  readonly incoming: IncomingMessage;
  readonly method: string;
  /** The path alone, percent-decoded. */
  readonly path: string;
  /** The values of the route pattern's parameters; empty until a route is found. */
  params: Readonly<Record<string, string>>;
  /** The parameters of the route; undefined until a route is found, and if it has none. */
  parameters: OperationParameters | undefined;
  /** What is recorded of the request. A handler announces the answer to it before the request has effects. */
  readonly record: RequestRecord;
}

/** Answers a request, or throws a TwilioProblem. */
export type Handler = (context: RestContext) => RestAnswer | Promise<RestAnswer>;

/** A route. */
export interface RestRoute {
  readonly method: string;
  /** The pattern. */
  readonly path: string;
  readonly handle: Handler;
  /** The parameters in its form or query; undefined if it has none. */
  readonly parameters: OperationParameters | undefined;
}

/** The route of a method and path. */
export interface RouteMatch extends Pick<RestRoute, 'handle' | 'parameters'> {
  /** The values of its pattern's parameters. */
  readonly params: Readonly<Record<string, string>>;
}

/** Adds a route. `table` has all parameters that Twilio documents for its form, or for its query if the method is GET. */
type AddRoute = (pattern: string, handler: Handler, table?: ParameterTable) => void;

/** The routes of one product, with Hono's patterns; the first added that matches is used. */
export interface RestRouter {
  readonly get: AddRoute;
  readonly post: AddRoute;
  readonly delete: AddRoute;
  /** All routes, in the order of adding. */
  readonly routes: readonly RestRoute[];
  /** Returns the route of a method and path; undefined without one. */
  match(method: string, path: string): RouteMatch | undefined;
}

/** Creates a table without routes. @param host the host of Twilio that has them */
export function createRestRouter(host: string): RestRouter {
  const router = new TrieRouter<RestRoute>();
  const routes: RestRoute[] = [];
  const adder =
    (method: string): AddRoute =>
    (path, handle, table) => {
      const parameters = table && createOperationParameters(table, `${method} ${nameResource(path)}`, host);
      const route = { method, path, handle, parameters };
      routes.push(route);
      router.add(method, path, route);
    };
  return {
    get: adder('GET'),
    post: adder('POST'),
    delete: adder('DELETE'),
    routes,
    match: (method, path) => {
      const [first] = router.match(method === 'HEAD' ? 'GET' : method, path)[0];
      // TrieRouter returns values; the type also allows indexes, which other routers return.
      const params = first?.[1] as Record<string, string>;
      if (!first) return undefined;
      const [{ handle, parameters }] = first;
      return { handle, params: path.includes('%') ? decodeAll(params) : params, parameters };
    },
  };
}

/** Reads the path of a request. @throws TwilioProblem 20400 if it is invalid. */
export function readContext(
  incoming: IncomingMessage,
  requested: RequestedTarget,
  record: RequestRecord,
): RestContext {
  const { method = 'GET' } = incoming;
  return {
    incoming,
    method,
    ...requested,
    path: readPath(requested.target),
    params: {},
    parameters: undefined,
    record,
  };
}

/** The pattern of a last path segment that ends in `.json`; {@link nameInPath} reads it. */
export const JSON_FILE = ':file{[^/]+\\.json}';

/** Returns the last segment of the path without its `.json`: a SID, or a country code. */
export function nameInPath({ path }: RestContext): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
}

/**
 * Returns `row`, which the path names.
 *
 * @throws TwilioProblem 20404 if it is undefined.
 */
export function verifyRowFound<Row>(context: RestContext, row: Row | undefined): Row {
  if (row === undefined) throw resourceNotFound(context.path);
  return row;
}

/** A path without anything to decode, as nearly every request has. */
const PLAIN_PATH = /^(?:\/[\w+-][\w.+-]*)+$/;

function readPath(target: string): string {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return PLAIN_PATH.test(path) ? path : parsePath(target);
}

/** Reads a path with dots, percent signs, a fragment or an origin. */
function parsePath(target: string): string {
  const url = target.startsWith('/') ? `http://localhost${target}` : target;
  if (!URL.canParse(url)) throw new TwilioProblem(400, 20400, `Bad Request: ${target}`);
  return decode(new URL(url).pathname, decodeURI);
}

function decodeAll(params: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(params)) {
    if (value.includes('%')) params[name] = decode(value, decodeURIComponent);
  }
  return params;
}

/** Returns a text with invalid percent-encoding unchanged. */
function decode(text: string, decoder: (text: string) => string): string {
  try {
    return decoder(text);
  } catch {
    return text;
  }
}
