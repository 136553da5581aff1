// Records exchanges in the background, so that requests never wait, and emits an event if it cannot.
import { existsSync } from 'node:fs';
import { RelayPhoneError } from '../../errors.js';
import {
  type Exchange,
  type ExchangeFilter,
  type ExchangeSummary,
  isMatch,
  type NewExchange,
} from '../../exchanges/exchange.js';
import { explainMachineFault } from '../../machine-fault.js';
import type { GatewayEvent } from '../events.js';
import { createPendingExchanges } from './pending.js';
import {
  openRecords,
  PASSED_LIMITS,
  REFUSED_LIMITS,
  type Records,
  type RecordsOptions,
  sortById,
} from './records.js';

/** A recorder of exchanges. */
export interface Recorder {
  /** Sets the exchange's id and attempt, and writes it soon: at once if there is little to do. */
  add(exchange: NewExchange): Exchange;
  /** Writes the changed summary of an exchange that was added, whether it is written already or not. */
  update(exchange: NewExchange): void;
  find(id: number): Exchange | undefined;
  list(filter: ExchangeFilter): ExchangeSummary[];
  /**
   * Removes the exchanges before a time, written or not.
   *
   * @param before milliseconds since 1970
   * @returns how many it removed
   * @throws Error if the database is not open, or cannot be written
   */
  remove(before: number): Promise<number>;
  /** Lists the exchanges with a higher id that are still kept, forwarded and refused ones, oldest first. */
  after(id: number, limit: number): ExchangeSummary[];
  /** The id of the newest exchange. */
  lastId(): number;
  close(): void;
}

interface RecorderOptions extends RecordsOptions {
  /** The path of the database; `:memory:` keeps nothing. */
  readonly database: string;
  readonly emit: (event: GatewayEvent) => void;
}

/** How often the recorder checks that the database file still exists and is open. */
const REOPEN_MS = 1000;
/** How many exchanges are written together; it takes a few milliseconds. */
const WRITE_BATCH = 128;
/** After a write of n ms the next one waits this many times n, so that requests get most of the time. */
const PAUSE_FACTOR = 100;

/** Creates a recorder. If the database cannot be opened, it keeps trying. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { database, emit } = options;
  const pending = createPendingExchanges({
    passed: options.maxExchanges ?? PASSED_LIMITS.maxCount,
    refused: REFUSED_LIMITS.maxCount,
  });
  const attempts = createAttemptCounter();
  let records: Records | undefined;
  let isStopped = false;
  let [openedAt, nextWrite, lastId] = [Number.NEGATIVE_INFINITY, 0, 0];
  let isScheduled = false;
  let isClosed = false;

  function stop(error: unknown): void {
    if (isStopped) return;
    isStopped = true;
    emit({ kind: 'recording-stopped', why: describeReason(error) });
  }

  function resume(): void {
    if (!isStopped) return;
    isStopped = false;
    emit({ kind: 'recording-resumed' });
  }

  function open(): Records | undefined {
    if (isClosed || performance.now() - openedAt < REOPEN_MS) return records;
    openedAt = performance.now();
    try {
      // A write to a removed file is lost without an error.
      if (records && isRemoved(database)) close();
      records ??= reopen();
    } catch (error) {
      stop(error);
    }
    return records;
  }

  function reopen(): Records {
    const opened = openRecords(database, options);
    const highest = opened.highestId();
    if (lastId === 0) for (const subject of opened.listSubjects()) attempts.count(subject);
    // These arrived before the database could be opened.
    for (const { summary } of pending.all()) summary.id += highest;
    lastId += highest;
    return opened;
  }

  function close(): void {
    const closing = records;
    records = undefined;
    try {
      closing?.close();
    } catch (error) {
      // Everything that could be written is written.
      stop(error);
    }
  }

  /** Resolves when the exchanges are written, or are pending again. */
  async function write(into: Records, some: NewExchange[]): Promise<void> {
    try {
      into.add(some);
      await into.store.kept();
      resume();
    } catch (error) {
      pending.putBack(some);
      stop(error);
    }
  }

  async function work(): Promise<void> {
    if (isClosed) return;
    const into = open();
    const start = performance.now();
    if (into) await write(into, pending.take(WRITE_BATCH));
    const end = performance.now();
    nextWrite = end + (into && !isStopped ? (end - start) * PAUSE_FACTOR : REOPEN_MS);
    isScheduled = false;
    if (!pending.isEmpty()) schedule();
  }

  function schedule(): void {
    if (isScheduled || isClosed) return;
    isScheduled = true;
    const wait = nextWrite - performance.now();
    if (wait < 1) setImmediate(() => void work());
    else setTimeout(() => void work(), wait).unref();
  }

  /** Writes all pending exchanges, then reads. Returns undefined without an open database. */
  function read<T>(look: (from: Records) => T): T | undefined {
    const from = open();
    if (!from) return undefined;
    try {
      if (!isStopped) void write(from, pending.take(Number.MAX_SAFE_INTEGER));
      return from.store.inTurn(() => look(from));
    } catch (error) {
      stop(error);
      return undefined;
    }
  }

  open();
  return {
    add: (exchange) => {
      lastId += 1;
      exchange.summary.id = lastId;
      if (exchange.summary.refusal === null) exchange.summary.attempt = attempts.count(exchange.subject);
      pending.add(exchange);
      schedule();
      return exchange;
    },
    update: (exchange) => {
      const isPending = pending.all().includes(exchange);
      if (!isPending) read((from) => from.updateSummary(exchange.summary));
    },
    find: (id) => read((from) => from.find(id)) ?? pending.all().find(({ summary }) => summary.id === id),
    list: (filter) => {
      const kept = read((from) => from.list(filter)) ?? [];
      const rest = pending.all().map(({ summary }) => summary);
      return [...rest.filter((one) => isMatch(one, filter)).reverse(), ...kept].slice(0, filter.limit);
    },
    remove: async (before) => {
      const from = open();
      if (!from) throw new Error('the recorded requests cannot be opened');
      const waiting = pending.take(Number.MAX_SAFE_INTEGER);
      const newer = waiting.filter(({ summary }) => summary.at >= before);
      pending.putBack(newer);
      return waiting.length - newer.length + (await from.remove(before));
    },
    after: (id, limit) => {
      const kept = read((from) => from.after(id, limit)) ?? [];
      const rest = pending.all().map(({ summary }) => summary);
      return sortById([...kept, ...rest.filter((one) => one.id > id)], limit);
    },
    lastId: () => lastId,
    close: () => {
      read(() => undefined);
      isClosed = true;
      close();
    },
  };
}

/** The user may remove the folder while the gateway runs. */
function isRemoved(database: string): boolean {
  return database !== ':memory:' && !existsSync(database);
}

function describeReason(error: unknown): string {
  if (error instanceof RelayPhoneError) return error.reason;
  return explainMachineFault(error)?.reason ?? (error instanceof Error ? error.message : String(error));
}

/** How many webhooks are remembered; Twilio retries within seconds. A power of two. */
const SLOTS = 8192;

interface AttemptCounter {
  /** Counts an attempt of a webhook, from 1. @param subject identifies the webhook; null always counts as the first */
  count(subject: string | null): number;
}

/** A table with one slot per hash; a new subject replaces the one in its slot. A map with a limit is slower. */
function createAttemptCounter(): AttemptCounter {
  const subjects: (string | undefined)[] = Array(SLOTS).fill(undefined);
  const counts = new Uint32Array(SLOTS);
  return {
    count: (subject) => {
      if (subject === null) return 1;
      const slot = positionOf(subject);
      const attempt = subjects[slot] === subject ? (counts[slot] ?? 0) + 1 : 1;
      subjects[slot] = subject;
      counts[slot] = attempt;
      return attempt;
    },
  };
}

function positionOf(subject: string): number {
  let hash = 0;
  for (let at = 0; at < subject.length; at += 1) hash = (Math.imul(hash, 31) + subject.charCodeAt(at)) | 0;
  return hash & (SLOTS - 1);
}
