// The exchanges of a state folder: what was let through, and what was refused.
import { openDatabase, type Store } from '../../state/database.js';
import type { Draft, Exchange, Filter, Summary } from '../exchange.js';
import { createAttempts } from './attempts.js';
import { SCHEMA_STEPS } from './schema.js';
import { createTable } from './table.js';

const WEEK = 7 * 24 * 60 * 60_000;
const KEPT = { count: 2000, age: WEEK } as const;
const REFUSED = { count: 500, age: WEEK } as const;
/** After how many new ones the old ones are dropped. */
const BATCH = 100;

/** See the head of this file. */
export interface Records {
  /** Writes one down at the end of the turn. */
  add(draft: Draft): Exchange;
  find(id: number): Exchange | undefined;
  /** Newest first. */
  list(filter: Filter): Summary[];
  readonly store: Store;
  close(): void;
}

/** How they are opened. */
export interface RecordsOptions {
  readonly now: () => number;
  /** How many of those that were let through are kept. Default 2000. */
  readonly count?: number | undefined;
}

/**
 * Opens the database at `path`.
 *
 * @throws RelayPhoneError `needsUser` when it cannot be opened, such as while another process has it.
 */
export function openRecords(path: string, { now, count = KEPT.count }: RecordsOptions): Records {
  const store = openDatabase(path, { owner: 'gateway', steps: SCHEMA_STEPS });
  const exchanges = createTable(store, 'exchanges', { ...KEPT, count });
  const refusals = createTable(store, 'refusals', REFUSED);
  const attempts = createAttempts();
  for (const subject of exchanges.listSubjects()) attempts.count(subject);
  let id = Math.max(exchanges.highestId(), refusals.highestId());
  const prune = () => {
    exchanges.prune(now());
    refusals.prune(now());
  };
  prune();
  return {
    add: ({ subject, ...draft }) => {
      id += 1;
      const isRefused = draft.refusal !== null;
      const attempt = isRefused ? 1 : attempts.count(subject);
      const exchange = { id, attempt, ...draft };
      (isRefused ? refusals : exchanges).add(exchange, subject);
      if (id % BATCH === 0) store.atEnd(prune);
      return exchange;
    },
    find: (wanted) => exchanges.find(wanted) ?? refusals.find(wanted),
    list: (filter) => (filter.refused ? refusals : exchanges).list(filter),
    store,
    close: () => {
      prune();
      store.close();
    },
  };
}
