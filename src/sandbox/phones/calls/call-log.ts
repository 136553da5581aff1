// The table of the call logs of all phones.

import type { Store } from '../../platform/database.js';
import type { SandboxAlert } from '../../platform/sandbox-alert.js';
import { createCounter } from '../../platform/table.js';
import type { AwaitedInput, Sound } from '../../voice/call-gateway.js';

/**
 * The state of a phone's call. `busy`, `rejected`, `missed` and `unanswered` are the ends of a call that was not answered.
 *
 * @example
 * const { state } = call.log(); // 'talking'
 */
export type PhoneCallState =
  | 'calling'
  | 'ringing'
  | 'talking'
  | 'ended'
  | 'busy'
  | 'rejected'
  | 'missed'
  | 'unanswered';

/** Something that a phone heard in a call. */
export interface HeardSound extends Sound {
  /** When it heard it, ISO 8601; null if an earlier version, which did not keep it, wrote the log. */
  readonly at: string | null;
}

/** Something that a phone said or pressed in a call. */
export interface SaidSound extends Sound {
  readonly kind: 'keys' | 'words';
  /** ISO 8601. */
  readonly at: string;
}

/**
 * A call in the call log of a phone.
 *
 * @example
 * const [call] = sandbox.phone('+13015550195').calls();
 * expect(call).toMatchObject({ shown: '+12025550100', state: 'missed', heard: [] });
 */
export interface LoggedCall {
  /** The SID of the phone's leg. */
  readonly sid: string;
  readonly direction: 'incoming' | 'outgoing';
  /** The other number, as the phone shows it. */
  readonly shown: string;
  readonly state: PhoneCallState;
  /** What the phone heard, in order: sentences of TwiML (`say`), files (`play`), keys, and people speaking (`words`). */
  readonly heard: readonly HeardSound[];
  /** What the phone itself said and pressed, in order. */
  readonly said: readonly SaidSound[];
  /** What the app waits for now, and since when (ISO 8601); null if it does not wait, or waits for nothing but time. */
  readonly waitsFor: (AwaitedInput & { readonly since: string }) | null;
  /** The alerts about the call so far, oldest first: failed webhooks, and what is wrong with its TwiML. */
  readonly alerts: readonly SandboxAlert[];
  /** Times are ISO 8601; null if it has not happened. */
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
}

/** A row of the table. Times are milliseconds since 1970. */
export interface CallLogEntry
  extends Omit<LoggedCall, 'waitsFor' | 'alerts' | 'startedAt' | 'answeredAt' | 'endedAt'> {
  readonly seq: number;
  /** E.164. */
  readonly phone: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
}

/** The call logs. */
export interface CallLog {
  insert(entry: Omit<CallLogEntry, 'seq'>): CallLogEntry;
  update(entry: CallLogEntry): void;
  /** The calls of one phone, oldest first. */
  list(phone: string): CallLogEntry[];
  /** Ends the calls that an earlier process left open. @param at milliseconds since 1970 */
  endAll(at: number): void;
}

interface Row extends Omit<CallLogEntry, 'heard' | 'said' | 'sid'> {
  readonly callSid: string;
  readonly heard: string;
  readonly said: string;
}

const INSERT = `INSERT INTO callLog VALUES
  (:seq, :phone, :sid, :direction, :shown, :state, :heard, :startedAt, :answeredAt, :endedAt, :said)`;

const UPDATE = `UPDATE callLog SET state = :state, heard = :heard, said = :said, answeredAt = :answeredAt,
  endedAt = :endedAt WHERE seq = :seq`;

const END_ALL = `UPDATE callLog SET endedAt = :at,
  state = CASE state WHEN 'ringing' THEN 'missed' WHEN 'calling' THEN 'unanswered' WHEN 'talking' THEN 'ended' ELSE state END
  WHERE endedAt IS NULL`;

/** Opens the call logs. */
export function createCallLog(store: Store): CallLog {
  const nextSeq = createCounter(store, 'callLog');
  const insert = store.query(INSERT);
  const update = store.query(UPDATE);
  const list = store.query<Row>('SELECT * FROM callLog WHERE phone = ? ORDER BY seq');
  const endAll = store.query(END_ALL);
  return {
    insert: (draft) => {
      const entry = { ...draft, seq: nextSeq() };
      insert.run({ ...entry, heard: JSON.stringify(entry.heard), said: JSON.stringify(entry.said) });
      return entry;
    },
    update: ({ seq, state, heard, said, answeredAt, endedAt }) => {
      const sounds = { heard: JSON.stringify(heard), said: JSON.stringify(said) };
      update.run({ seq, state, ...sounds, answeredAt, endedAt });
    },
    list: (phone) => list.all(phone).map(readRow),
    endAll: (at) => void endAll.run({ at }),
  };
}

function readRow({ callSid, heard, said, ...row }: Row): CallLogEntry {
  return { ...row, sid: callSid, heard: readHeard(heard), said: JSON.parse(said) as SaidSound[] };
}

/** Reads the column `heard`. */
export function readHeard(heard: string): readonly HeardSound[] {
  const sounds = JSON.parse(heard) as (Sound & Partial<HeardSound>)[];
  return sounds.map(({ kind, content, at = null }) => ({ kind, content, at }));
}

/** Formats an entry as the library and the control API return it. */
export function formatLoggedCall(
  entry: CallLogEntry,
  alerts: LoggedCall['alerts'],
  waitsFor: LoggedCall['waitsFor'] = null,
): LoggedCall {
  const { sid, direction, shown, state, heard, said } = entry;
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    sid,
    direction,
    shown,
    state,
    heard,
    said,
    waitsFor,
    alerts,
    startedAt: new Date(entry.startedAt).toISOString(),
    answeredAt: time(entry.answeredAt),
    endedAt: time(entry.endedAt),
  };
}
