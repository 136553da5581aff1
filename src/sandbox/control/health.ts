// The health check, for container engines: whether the sandbox is ready, and nothing else about it.
import type { Context } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import type { AccountStore } from '../accounts/account/store.js';
import type { Store } from '../platform/database.js';

/** Resolves with false while the sandbox cannot write. */
export type HealthCheck = () => Promise<boolean>;

/** Creates the check. It writes only after writes were lost, to find out whether that is over. */
export function createHealthCheck(
  store: Pick<Store, 'onLost' | 'kept'>,
  accounts: Pick<AccountStore, 'read' | 'rename'>,
): HealthCheck {
  let hasLost = false;
  store.onLost(() => {
    hasLost = true;
  });
  return async () => {
    if (!hasLost) return true;
    try {
      const { friendlyName, updatedAt } = accounts.read();
      accounts.rename(friendlyName, updatedAt);
      await store.kept();
      hasLost = false;
    } catch {
      return false;
    }
    return true;
  };
}

/** Answers `GET /_sandbox/health`. @throws RelayPhoneError `usage` if it has a query */
export async function answerHealth(context: Context, isHealthy: HealthCheck): Promise<Response> {
  if (Object.keys(context.req.query()).length > 0) {
    const reason = 'GET /health takes no query';
    throw new RelayPhoneError({ kind: 'usage', task: 'check the health', reason });
  }
  return (await isHealthy())
    ? context.json({ status: 'ready' })
    : context.json({ status: 'unavailable' }, 503);
}
