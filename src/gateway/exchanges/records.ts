// The exchanges of a state folder: what was let through, and what was refused.
import { openDatabase, type Store } from '../../state/database.js';
import type { Exchange, ExchangeFilter, ExchangeSummary } from './exchange.js';
import { GATEWAY_SCHEMA } from './schema.js';
import { createExchangeTable } from './table.js';

/** Milliseconds. */
const WEEK_MS = 7 * 24 * 60 * 60_000;
/** How many are kept, and for how long. */
export const PASSED_LIMITS = { maxCount: 2000, maxAgeMs: WEEK_MS } as const;
/** The same for those that were refused. */
export const REFUSED_LIMITS = { maxCount: 500, maxAgeMs: WEEK_MS } as const;
/** After how many new ones the old ones are dropped. */
const PRUNE_EVERY = 100;

/** See the head of this file. */
export interface Records {
  /** Writes them down, in one transaction with all else of this turn. */
  add(exchanges: readonly Exchange[]): void;
  find(id: number): Exchange | undefined;
  /** Newest first. */
  list(filter: ExchangeFilter): ExchangeSummary[];
  /** The subjects of the newest that were let through, oldest first. */
  listSubjects(): string[];
  highestId(): number;
  readonly store: Store;
  close(): void;
}

/** How they are opened. */
export interface RecordsOptions {
  readonly now: () => number;
  /** How many of those that were let through are kept. Default 2000. */
  readonly maxExchanges?: number | undefined;
}

/**
 * Opens the database at `path`.
 *
 * @throws RelayPhoneError `needsUser` when it cannot be opened, such as while another process has it.
 */
export function openRecords(
  path: string,
  { now, maxExchanges = PASSED_LIMITS.maxCount }: RecordsOptions,
): Records {
  const store = openDatabase(path, { owner: 'gateway', steps: GATEWAY_SCHEMA });
  const exchanges = createExchangeTable(store, 'exchanges', { ...PASSED_LIMITS, maxCount: maxExchanges });
  const refusals = createExchangeTable(store, 'refusals', REFUSED_LIMITS);
  let unpruned = 0;
  const prune = () => {
    unpruned = 0;
    exchanges.prune(now());
    refusals.prune(now());
  };
  prune();
  return {
    add: (many) => {
      for (const one of many) (one.summary.refusal === null ? exchanges : refusals).add(one);
      unpruned += many.length;
      if (unpruned >= PRUNE_EVERY) store.atEnd(prune);
    },
    find: (wanted) => exchanges.find(wanted) ?? refusals.find(wanted),
    list: (filter) => (filter.refused ? refusals : exchanges).list(filter),
    listSubjects: exchanges.listSubjects,
    highestId: () => Math.max(exchanges.highestId(), refusals.highestId()),
    store,
    close: () => {
      prune();
      store.close();
    },
  };
}
