// Writes exchanges down without ever standing in the way of traffic, and says when it cannot.
import { existsSync } from 'node:fs';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import type { GatewayEvent } from '../events.js';
import type { Draft, Exchange, Filter, Summary } from '../exchange.js';
import { openRecords, type Records, type RecordsOptions } from './records.js';

/** See the head of this file. */
export interface Recorder {
  /** @returns the exchange as it is told; whether it was kept is another matter */
  add(draft: Draft): Exchange;
  find(id: number): Exchange | undefined;
  list(filter: Filter): Summary[];
  close(): void;
}

/** How it records. */
export interface RecorderOptions extends RecordsOptions {
  /** The path of the database; `:memory:` for none. */
  readonly database: string;
  readonly tell: (event: GatewayEvent) => void;
}

/** Milliseconds after which it is seen to that the database is there and open. */
const AGAIN = 1000;

/** Makes one; a database that cannot be opened stops nothing. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { database, now, tell } = options;
  let records: Records | undefined;
  let isStopped = false;
  let watched: Promise<void> | undefined;
  let nextLook = 0;
  let unkept = 0;

  function stop(error: unknown): void {
    if (isStopped) return;
    isStopped = true;
    tell({ kind: 'recording-stopped', why: describe(error) });
  }

  function resume(): void {
    if (!isStopped) return;
    isStopped = false;
    tell({ kind: 'recording-resumed' });
  }

  function open(): Records | undefined {
    if (now() < nextLook) return records;
    nextLook = now() + AGAIN;
    try {
      // What is written into a file that was removed goes nowhere, and no error says so.
      if (records && isGone(database)) close();
      records ??= openRecords(database, options);
    } catch (error) {
      stop(error);
    }
    return records;
  }

  function close(): void {
    const closing = records;
    records = undefined;
    try {
      closing?.close();
    } catch (error) {
      // What could be kept is kept.
      stop(error);
    }
  }

  /** All of a turn are kept together. */
  function watch({ store }: Records): void {
    const kept = store.kept();
    if (kept === watched) return;
    watched = kept;
    kept?.then(resume, stop);
  }

  function add(draft: Draft): Exchange {
    const into = open();
    try {
      if (into) {
        const exchange = into.add(draft);
        watch(into);
        return exchange;
      }
    } catch (error) {
      stop(error);
    }
    const { subject: _subject, ...rest } = draft;
    unkept -= 1;
    // Below zero: nothing can be found by it.
    return { id: unkept, attempt: 1, ...rest };
  }

  open();
  return {
    add,
    find: (id) => open()?.find(id),
    list: (filter) => open()?.list(filter) ?? [],
    close,
  };
}

/** Somebody may have removed the folder. */
function isGone(database: string): boolean {
  return database !== ':memory:' && !existsSync(database);
}

function describe(error: unknown): string {
  if (error instanceof RelayPhoneError) return error.reason;
  return findSystemCode(error) ?? (error instanceof Error ? error.message : String(error));
}
