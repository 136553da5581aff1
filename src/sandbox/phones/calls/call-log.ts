// The call logs of all phones, in their table.
import type { Store } from '../../platform/database.js';
import { createCounter } from '../../platform/table.js';
import type { Sound } from '../../voice/legs/sound.js';
import type { LoggedCall } from './phone-call.js';

/** A call in the table; its moments in milliseconds. */
export interface CallEntry extends Omit<LoggedCall, 'startedAt' | 'answeredAt' | 'endedAt'> {
  readonly seq: number;
  readonly phone: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
}

/** The call logs. */
export interface CallLog {
  insert(entry: Omit<CallEntry, 'seq'>): CallEntry;
  update(entry: CallEntry): void;
  /** A phone's calls, oldest first. */
  list(phone: string): CallEntry[];
  /** Closes what the last sandbox of this database left open. */
  endAll(at: number): void;
}

interface Row extends Omit<CallEntry, 'heard' | 'sid'> {
  readonly callSid: string;
  readonly heard: string;
}

const INSERT = `INSERT INTO callLog VALUES
  (:seq, :phone, :sid, :direction, :shown, :state, :heard, :startedAt, :answeredAt, :endedAt)`;

const UPDATE = `UPDATE callLog SET state = :state, heard = :heard, answeredAt = :answeredAt, endedAt = :endedAt
  WHERE seq = :seq`;

const END_ALL = `UPDATE callLog SET endedAt = :at,
  state = CASE state WHEN 'ringing' THEN 'missed' WHEN 'calling' THEN 'unanswered' WHEN 'talking' THEN 'ended' ELSE state END
  WHERE endedAt IS NULL`;

/** Opens the call logs. */
export function createCallLog(store: Store): CallLog {
  const nextRow = createCounter(store, 'callLog');
  const insert = store.query(INSERT);
  const update = store.query(UPDATE);
  const list = store.query<Row>('SELECT * FROM callLog WHERE phone = ? ORDER BY seq');
  const endAll = store.query(END_ALL);
  return {
    insert: (draft) => {
      const entry = { ...draft, seq: nextRow() };
      insert.run({ ...entry, heard: JSON.stringify(entry.heard) });
      return entry;
    },
    update: ({ seq, state, heard, answeredAt, endedAt }) =>
      void update.run({ seq, state, heard: JSON.stringify(heard), answeredAt, endedAt }),
    list: (phone) => list.all(phone).map(readRow),
    endAll: (at) => void endAll.run({ at }),
  };
}

function readRow({ callSid, heard, ...row }: Row): CallEntry {
  return { ...row, sid: callSid, heard: JSON.parse(heard) as Sound[] };
}

/** A call as its phone shows it. */
export function formatLogged({
  sid,
  direction,
  shown,
  state,
  heard,
  startedAt,
  answeredAt,
  endedAt,
}: CallEntry): LoggedCall {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    sid,
    direction,
    shown,
    state,
    heard,
    startedAt: new Date(startedAt).toISOString(),
    answeredAt: time(answeredAt),
    endedAt: time(endedAt),
  };
}
