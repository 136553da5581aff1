// Writes exchanges down without ever standing in the way of traffic, and says when it cannot.
import { existsSync } from 'node:fs';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import type { GatewayEvent } from '../events.js';
import {
  type Exchange,
  type ExchangeFilter,
  type ExchangeSummary,
  isMatch,
  type NewExchange,
} from './exchange.js';
import { createPendingExchanges } from './pending.js';
import { openRecords, PASSED_LIMITS, REFUSED_LIMITS, type Records, type RecordsOptions } from './records.js';

/** See the head of this file. */
export interface Recorder {
  /** Gives it its id and its number among the attempts. It is written down soon: at once, when there is little to do. */
  add(exchange: NewExchange): Exchange;
  find(id: number): Exchange | undefined;
  list(filter: ExchangeFilter): ExchangeSummary[];
  close(): void;
}

/** How it records. */
interface RecorderOptions extends RecordsOptions {
  /** The path of the database; `:memory:` for none. */
  readonly database: string;
  readonly emit: (event: GatewayEvent) => void;
}

/** Milliseconds after which it is seen to that the database is there and open. */
const REOPEN_MS = 1000;
/** How many are written together, in a few milliseconds. */
const WRITE_BATCH = 128;
/** How many times longer than a writing took the next one waits: traffic has most of the time. */
const PAUSE_FACTOR = 100;

/** Makes one; a database that cannot be opened stops nothing. */
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
      // What is written into a file that was removed goes nowhere, and no error says so.
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
    // Those that came while it could not be opened.
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
      // What could be kept is kept.
      stop(error);
    }
  }

  /** @returns when they are kept */
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

  /** Reads, once all that waits was written; while nothing can be, what was before. */
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
    find: (id) => read((from) => from.find(id)) ?? pending.all().find(({ summary }) => summary.id === id),
    list: (filter) => {
      const kept = read((from) => from.list(filter)) ?? [];
      const rest = pending.all().map(({ summary }) => summary);
      return [...rest.filter((one) => isMatch(one, filter)).reverse(), ...kept].slice(0, filter.limit);
    },
    close: () => {
      read(() => undefined);
      isClosed = true;
      close();
    },
  };
}

/** Somebody may have removed the folder. */
function isRemoved(database: string): boolean {
  return database !== ':memory:' && !existsSync(database);
}

function describeReason(error: unknown): string {
  if (error instanceof RelayPhoneError) return error.reason;
  return findSystemCode(error) ?? (error instanceof Error ? error.message : String(error));
}

/** How many webhooks have a place; Twilio tries again within seconds. A power of two. */
const SLOTS = 8192;

/** See the head of this file. */
interface AttemptCounter {
  /** Which attempt this is, from 1 on. @param subject null when it cannot be known: the first */
  count(subject: string | null): number;
}

/** Makes one. Each subject has one place, and loses it to whoever comes to the same: a map that forgets is slower. */
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
