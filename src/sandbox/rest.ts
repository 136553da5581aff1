// The types of a REST request's way through the sandbox.
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { resourceNotFound } from './problem.js';

/**
 * The Hono environment of the REST API: node's own request and response are at hand, and a handler that knows which
 * chain of causes the request belongs to says so.
 */
export type RestEnv = { Bindings: HttpBindings; Variables: { traceId?: string } };

/** What a handler is given. */
export type RestContext = Context<RestEnv>;

/** The REST API, or a resource's part of it. */
export type RestApp = Hono<RestEnv>;

/** A path segment that is a resource with `.json` at its end; {@link nameInPath} reads it. */
export const JSON_FILE = ':file{[^/]+\\.json}';

/** The last segment of a path without its `.json`: the SID or country code that the path names. */
export function nameInPath(context: RestContext): string {
  const { path } = context.req;
  return path.slice(path.lastIndexOf('/') + 1, -'.json'.length);
}

/**
 * The row a path names.
 *
 * @throws TwilioProblem 20404 when there is none.
 */
export function verifyFound<Row>(context: RestContext, row: Row | undefined): Row {
  if (row === undefined) throw resourceNotFound(context.req.path);
  return row;
}
