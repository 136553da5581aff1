// The table of recordings.
import type { Store } from '../../../platform/database.js';
import { createSid, rowOfSid } from '../../../platform/formats.js';
import {
  createCounter,
  createFinder,
  createListing,
  type Numbered,
  type Window,
} from '../../../platform/table.js';

/** A recording. It has the words that were said instead of audio. */
export interface CallRecording extends Numbered {
  readonly callSid: string;
  readonly source: 'RecordVerb' | 'DialVerb';
  readonly channels: 1 | 2;
  readonly words: string;
  /** Whole seconds. */
  readonly duration: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly createdAt: number;
}

/** Which recordings to list. A missing field matches all. Times are milliseconds since 1970, `before` exclusive. */
export interface RecordingFilter {
  readonly callSid?: string | undefined;
  readonly from?: number | undefined;
  readonly before?: number | undefined;
}

/** The table of recordings. */
export interface RecordingStore {
  /** Returns the SID of a recording that begins. It has no row before `insert`. */
  createSid(): string;
  insert(recording: Omit<CallRecording, 'seq'>): void;
  find(sid: string): CallRecording | undefined;
  list(window: Window, filter: RecordingFilter): CallRecording[];
  /** @returns true if there was one */
  remove(sid: string): boolean;
}

const FILTER = `(:callSid IS NULL OR callSid = :callSid)
  AND (:from IS NULL OR createdAt >= :from) AND (:before IS NULL OR createdAt < :before)`;

/** Opens the table of recordings. */
export function createRecordingStore(store: Store): RecordingStore {
  const nextRow = createCounter(store, 'recordings');
  const insert = store.query(
    `INSERT INTO recordings (seq, sid, callSid, source, channels, words, duration, startedAt, createdAt)
    VALUES (:seq, :sid, :callSid, :source, :channels, :words, :duration, :startedAt, :createdAt)`,
  );
  const find = createFinder<CallRecording>(store, 'recordings');
  const list = createListing<CallRecording>(store, 'recordings', FILTER);
  const remove = store.query('DELETE FROM recordings WHERE seq = ?');
  return {
    createSid: () => createSid('RE', nextRow()),
    insert: (recording) => insert.run({ ...recording, seq: rowOfSid(recording.sid) }),
    find,
    list: (window, { callSid, from, before }) =>
      list(window, { callSid: callSid ?? null, from: from ?? null, before: before ?? null }),
    remove: (sid) => {
      const found = find(sid);
      return found !== undefined && remove.run(found.seq) > 0;
    },
  };
}
