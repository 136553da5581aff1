// What is to be done at Twilio, and how it went: texts to send, and texts and calls to delete there.
import type { Store } from '../../state/database.js';

/** A text to send. `purpose` says for whom: the owner (`forward`, `notice`) or a contact (`reply`). */
export interface NewText {
  readonly purpose: 'forward' | 'notice' | 'reply';
  /** Texts of a lane go out one after the other. */
  readonly lane: string;
  readonly maskId: number;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
}

/** Something at Twilio that must not stay there. */
export interface Forgettable {
  readonly kind: 'forget-text' | 'forget-call';
  readonly sid: string;
}

/**
 * Where a row stands: `waiting` not at Twilio · `begun` asked for, and not known whether Twilio has it · `done` ·
 * `refused` by Twilio · `given-up` after too long a time.
 */
export type OutgoingState = 'waiting' | 'begun' | 'done' | 'refused' | 'given-up';

/** One row. */
export interface Outgoing {
  readonly id: number;
  readonly lane: string;
  readonly kind: NewText['purpose'] | Forgettable['kind'];
  readonly state: OutgoingState;
  readonly maskId: number | null;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** What is to be deleted. */
  readonly subject: string;
  /** How many times it did not work. */
  readonly attempts: number;
  /** When Twilio was first asked for it. */
  readonly begunAt: number | null;
  /** The last thing that went wrong. */
  readonly problem: string | null;
  readonly createdAt: number;
}

/** What is known of how a row ended. */
export interface Ending {
  readonly sid?: string;
  readonly problem?: string;
}

/** See the head of this file. */
export interface OutgoingTable {
  addText(text: NewText): void;
  addForgettable(what: Forgettable): void;
  /** The lanes that may have open rows since it was last asked; the first time, all that have. */
  takeLanes(): readonly string[];
  /** The oldest open row of a lane. */
  findNext(lane: string): Outgoing | undefined;
  /** Writes down that Twilio is about to be asked. */
  begin(row: Outgoing): void;
  /** Writes down why a row stays open. */
  postpone(row: Outgoing, state: 'waiting' | 'begun', problem: string): void;
  /** Ends a row. What a text said is kept only while it may have to be sent again. */
  end(row: Outgoing, state: 'done' | 'refused' | 'given-up', how: Ending): void;
  /** Whether a message at Twilio is one of ours that is accounted for. */
  isKnown(sid: string): boolean;
  /** What was refused or given up, oldest first. */
  listUnsent(): readonly Outgoing[];
  /** Opens again what was refused or given up. @returns how many rows */
  resend(): number;
  countOpen(): number;
}

type Row = Omit<Outgoing, 'mediaUrls'> & { readonly mediaUrls: string };

const UNSENT = "state IN ('refused', 'given-up') AND kind IN ('forward', 'notice', 'reply')";

/** Opens the table. @param now milliseconds since 1970 */
export function createOutgoingTable(store: Store, now: () => number): OutgoingTable {
  const insertText = store.query(
    `INSERT INTO outgoing (lane, kind, state, maskId, sender, recipient, body, mediaUrls, createdAt)
     VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?, ?)`,
  );
  const insertForgettable = store.query(
    "INSERT INTO outgoing (lane, kind, state, subject, createdAt) VALUES (?, ?, 'waiting', ?, ?)",
  );
  const lanes = store.query<{ lane: string }>('SELECT DISTINCT lane FROM outgoing WHERE endedAt IS NULL');
  const next = store.query<Row>(
    'SELECT * FROM outgoing WHERE lane = ? AND endedAt IS NULL ORDER BY id LIMIT 1',
  );
  const begin = store.query(
    "UPDATE outgoing SET state = 'begun', begunAt = coalesce(begunAt, ?) WHERE id = ?",
  );
  const postpone = store.query(
    'UPDATE outgoing SET state = ?, problem = ?, attempts = attempts + 1 WHERE id = ?',
  );
  const end = store.query(
    `UPDATE outgoing SET state = :state, sid = :sid, problem = :problem, endedAt = :now,
       body = iif(:state = 'done', '', body) WHERE id = :id`,
  );
  const known = store.query('SELECT 1 FROM outgoing WHERE sid = ?');
  const unsent = store.query<Row>(`SELECT * FROM outgoing WHERE ${UNSENT} ORDER BY id`);
  const reopen = store.query(
    `UPDATE outgoing SET endedAt = NULL, createdAt = ?, state = iif(state = 'refused', 'waiting', 'begun')
     WHERE ${UNSENT}`,
  );
  const open = store.query<{ count: number }>('SELECT count(*) AS count FROM outgoing WHERE endedAt IS NULL');
  let touched = new Set(lanes.all().map(({ lane }) => lane));
  return {
    addText: ({ lane, purpose, maskId, sender, recipient, body, mediaUrls }) => {
      const media = JSON.stringify(mediaUrls);
      insertText.run(lane, purpose, maskId, sender, recipient, body, media, now());
      touched.add(lane);
    },
    addForgettable: ({ kind, sid }) => {
      const lane = `${kind} ${sid}`;
      insertForgettable.run(lane, kind, sid, now());
      touched.add(lane);
    },
    takeLanes: () => {
      const taken = [...touched];
      touched = new Set();
      return taken;
    },
    findNext: (lane) => {
      const row = next.get(lane);
      return row && read(row);
    },
    begin: ({ id }) => void begin.run(now(), id),
    postpone: ({ id }, state, problem) => void postpone.run(state, problem, id),
    end: ({ id }, state, { sid, problem }) =>
      void end.run({ id, state, sid: sid ?? null, problem: problem ?? null, now: now() }),
    isKnown: (sid) => known.get(sid) !== undefined,
    listUnsent: () => unsent.all().map(read),
    resend: () => {
      const count = reopen.run(now());
      for (const { lane } of lanes.all()) touched.add(lane);
      return count;
    },
    countOpen: () => open.get()?.count ?? 0,
  };
}

function read(row: Row): Outgoing {
  return { ...row, mediaUrls: JSON.parse(row.mediaUrls) as string[] };
}
