// Reads the recorded exchanges of the state folder, for `requests`, `requests export` and `replay`.
import { RelayPhoneError } from '../../../errors.js';
import type { Exchange } from '../../../exchanges/exchange.js';
import { type OpenedExchanges, openExchanges } from '../../../gateway/open.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';

/**
 * Calls `work` with the exchanges, whether a gateway is running or not.
 *
 * @returns the result of `work`; undefined without a state folder, where nothing can be recorded
 */
export async function withExchanges<T>(
  context: CommandContext,
  command: string,
  work: (exchanges: OpenedExchanges) => Promise<T>,
): Promise<T | undefined> {
  const folder = context.state.find();
  if (!folder) return undefined;
  const exchanges = await openExchanges(folder, waitForLock(context, command));
  try {
    return await work(exchanges);
  } finally {
    await exchanges.close();
  }
}

/** Returns the exchange. @throws RelayPhoneError `usage` if it was not found. */
export function verifyExchangeFound(exchange: Exchange | undefined, id: number): Exchange {
  if (exchange) return exchange;
  throw exchangeNotFound(id);
}

/** Returns the error for an id that is not recorded. */
export function exchangeNotFound(id: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `find the recorded webhook ${id}`,
    reason: 'no webhook with this id is recorded',
    tryNext: ['relay-phone requests, to list the recorded webhooks', '--state-dir PATH of the tunnel'],
  });
}
