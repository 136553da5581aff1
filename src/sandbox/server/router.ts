// A REST request on its way to its route: what the resources see of it, and the table of routes.
import type { IncomingMessage } from 'node:http';
import { TrieRouter } from 'hono/router/trie-router';
import type { RestAnswer } from './answer.js';
import { resourceNotFound, TwilioProblem } from './problem.js';

/** A request of the REST API. */
export interface RestContext {
  readonly incoming: IncomingMessage;
  readonly method: string;
  /** The path and the query, as they came. */
  readonly target: string;
  /** The path alone, percent-decoded. */
  readonly path: string;
  /** What the route's pattern names, once there is a route. */
  params: Readonly<Record<string, string>>;
  /** Which chain of causes it belongs to, when a handler knows. */
  traceId: string | undefined;
}

/** Answers a request, or throws the TwilioProblem that says why not. */
export type Handler = (context: RestContext) => RestAnswer | Promise<RestAnswer>;

/** The routes of the REST API, in patterns as Hono has them: the first that was added and fits is taken. */
export interface RestApp {
  get(pattern: string, handler: Handler): void;
  post(pattern: string, handler: Handler): void;
  delete(pattern: string, handler: Handler): void;
  /** Every route, in the order in which they were added. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** The handler for this method and path, if there is one, and the values of its pattern's names. */
  match(method: string, path: string): readonly [Handler, Readonly<Record<string, string>>] | undefined;
}

/** Starts without routes. */
export function createRestApp(): RestApp {
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
      // This router gives values; others give places of values, which their common type allows as well.
      const params = first?.[1] as Record<string, string>;
      return first && [first[0], path.includes('%') ? decodeAll(params) : params];
    },
  };
}

/** What came over a connection, as a request. @throws TwilioProblem 20400 when it names no path. */
export function readContext(incoming: IncomingMessage): RestContext {
  const { method = 'GET', url: target = '/' } = incoming;
  return { incoming, method, target, path: readPath(target), params: {}, traceId: undefined };
}

/** A path segment that is a resource with `.json` at its end; {@link nameInPath} reads it. */
export const JSON_FILE = ':file{[^/]+\\.json}';

/** The last segment of a path without its `.json`: the SID or country code that the path names. */
export function nameInPath({ path }: RestContext): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
}

/**
 * The row a path names.
 *
 * @throws TwilioProblem 20404 when there is none.
 */
export function verifyRowFound<Row>(context: RestContext, row: Row | undefined): Row {
  if (row === undefined) throw resourceNotFound(context.path);
  return row;
}

/** A path that says nothing in another way: what nearly every request has. */
const PLAIN = /^(?:\/[\w+-][\w.+-]*)+$/;

function readPath(target: string): string {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return PLAIN.test(path) ? path : readOddPath(target);
}

/** A path with dots, percents or a fragment, or behind an origin. */
function readOddPath(target: string): string {
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

/** Text whose percents mean nothing stays as it is. */
function decode(text: string, decoder: (text: string) => string): string {
  try {
    return decoder(text);
  } catch {
    return text;
  }
}
