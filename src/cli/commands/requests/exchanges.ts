// Finds the exchanges that a command is to look at.
import { RelayPhoneError } from '../../../errors.js';
import type { Exchange } from '../../../gateway/exchanges/exchange.js';
import { type OpenedExchanges, openExchanges } from '../../../gateway/open.js';
import { findStateFolder } from '../../../state/folder.js';
import { type CommandContext, waitForLock } from '../../core/command-context.js';
import { hideAllNumbers } from './exchange-lines.js';

/**
 * Does something with the exchanges of the state folder, running gateway or not.
 *
 * @returns what `work` gives; undefined when there is no state folder, and so nothing recorded
 */
export async function withExchanges<T>(
  context: CommandContext,
  command: string,
  work: (exchanges: OpenedExchanges) => Promise<T>,
): Promise<T | undefined> {
  const folder = findStateFolder(context.statePath);
  if (!folder) return undefined;
  const exchanges = await openExchanges(folder, waitForLock(context, command));
  try {
    return await work(exchanges);
  } finally {
    await exchanges.close();
  }
}

/** @throws RelayPhoneError `usage` when there is none. */
export function verifyExchangeFound(exchange: Exchange | undefined, id: number): Exchange {
  if (exchange) return exchange;
  throw notKept(id);
}

/** Says that there is no such exchange. */
export function notKept(id: number): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: `find the recorded webhook ${id}`,
    reason: 'none with this id is kept',
    tryNext: ['relay-phone requests, to see those that are', '--state-dir PATH, where the tunnel keeps them'],
  });
}

/** How a document or a text is shown: with its numbers whole, or in part. */
export function createView(showsNumbers: boolean) {
  const text = showsNumbers ? (words: string) => words : hideAllNumbers;
  return {
    text,
    document: <T extends object>(value: T): T => JSON.parse(text(JSON.stringify(value))) as T,
  };
}
