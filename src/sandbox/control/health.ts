// The health check, for container engines: whether the sandbox is ready, and nothing else about it.
import type { Context } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import { monotonicNow } from '../../real-time.js';
import type { Store } from '../platform/database.js';

/** Returns false for a while after the sandbox could not write. */
export type HealthCheck = () => boolean;

/** How long lost writes count: several checks of a container engine. */
const UNHEALTHY_MS = 30_000;

/** Creates the check. It writes nothing, because anybody may ask. @param now milliseconds, of a clock that cannot be set */
export function createHealthCheck(
  store: Pick<Store, 'onLost'>,
  now: () => number = monotonicNow,
): HealthCheck {
  let lostAt = Number.NEGATIVE_INFINITY;
  store.onLost(() => {
    lostAt = now();
  });
  return () => now() - lostAt > UNHEALTHY_MS;
}

/** Answers `GET /_sandbox/health`. @throws RelayPhoneError `usage` if it has a query */
export function answerHealth(context: Context, isHealthy: HealthCheck): Response {
  if (Object.keys(context.req.query()).length > 0) {
    const reason = 'GET /health takes no query';
    throw new RelayPhoneError({ kind: 'usage', task: 'check the health', reason });
  }
  return isHealthy() ? context.json({ status: 'ready' }) : context.json({ status: 'unavailable' }, 503);
}
