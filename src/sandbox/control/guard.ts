// Keeps web pages and strangers out of the control API.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';

/**
 * Refuses, with a plain 403, what a browser sent for a page (an `Origin`) or under a name that is not this machine's
 * (DNS rebinding).
 */
export const refusePages: MiddlewareHandler = async (context, next) => {
  const { origin, host } = context.req.header();
  if (origin !== undefined || !isLoopback(host ?? '')) return context.text('Forbidden', 403);
  return next();
};

/** Refuses, with a plain 401, what does not bear the token. */
export function requireToken(token: string): MiddlewareHandler {
  const expected = digest(`Bearer ${token}`);
  return async (context, next) => {
    // Digests have one length, which is what the constant-time comparison needs.
    if (!timingSafeEqual(digest(context.req.header('authorization') ?? ''), expected)) {
      return context.text('Unauthorized', 401);
    }
    return next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}
