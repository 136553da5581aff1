// Routing of REST requests: the request as handlers see it, and the table of routes.
import type { IncomingMessage } from 'node:http';
import { TrieRouter } from 'hono/router/trie-router';
import type { RestAnswer } from './answer.js';
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
  /** What is recorded of the request. A handler announces the answer to it before the request has effects. */
  readonly record: RequestRecord;
}

/** Answers a request, or throws a TwilioProblem. */
export type Handler = (context: RestContext) => RestAnswer | Promise<RestAnswer>;

/** The handler of a method and path, and the values of its pattern's parameters. */
export type RouteMatch = readonly [Handler, Readonly<Record<string, string>>];

/** The routes of one product, with Hono's patterns; the first added that matches is used. */
export interface RestRouter {
  get(pattern: string, handler: Handler): void;
  post(pattern: string, handler: Handler): void;
  delete(pattern: string, handler: Handler): void;
  /** All routes, in the order of adding. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Returns the route of a method and path; undefined without one. */
  match(method: string, path: string): RouteMatch | undefined;
}

/** Creates a table without routes. */
export function createRestRouter(): RestRouter {
  const router = new TrieRouter<Handler>();
  const routes: { method: string; path: string }[] = [];
  const adder = (method: string) => (path: string, handler: Handler) => {
    routes.push({ method, path });
    router.add(method, path, handler);
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
      return first && [first[0], path.includes('%') ? decodeAll(params) : params];
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
  return { incoming, method, ...requested, path: readPath(requested.target), params: {}, record };
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
