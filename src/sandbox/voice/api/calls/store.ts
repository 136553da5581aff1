// Calls in their table: each row is a leg between the account and somebody.
import type { Store } from '../../../platform/database.js';
import { createSid } from '../../../platform/formats.js';
import {
  createCounter,
  createFinder,
  createListing,
  type Numbered,
  type Window,
} from '../../../platform/table.js';

/** The states of a call; see https://www.twilio.com/docs/voice/api/call-resource#call-status-values. */
export type CallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

/** A call; its money in millionths of a dollar, its moments in milliseconds. */
export interface Call extends Numbered {
  /** Who calls, as the other side is shown it. */
  readonly sender: string;
  readonly recipient: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  readonly status: CallStatus;
  /** The call whose `<Dial>` placed it. */
  readonly parentSid: string | null;
  /** The account's number that it came to, or was placed from. */
  readonly numberSid: string | null;
  /** Known once it has ended. */
  readonly price: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
}

/** What a new call is made of. */
export type CallDraft = Pick<Call, 'sender' | 'recipient' | 'direction' | 'parentSid' | 'numberSid'>;

/** How far a call has come. */
export type CallProgress = Pick<
  Call,
  'seq' | 'sid' | 'status' | 'price' | 'startedAt' | 'answeredAt' | 'endedAt'
>;

/** Which calls to list; a missing part matches all. Moments are milliseconds, `Before` exclusive. */
export interface CallFilter {
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly status?: string | undefined;
  readonly parentSid?: string | undefined;
  readonly startedFrom?: number | undefined;
  readonly startedBefore?: number | undefined;
  readonly endedFrom?: number | undefined;
  readonly endedBefore?: number | undefined;
}

/** The table of calls. */
export interface CallStore {
  /** Files a call, `queued`. */
  insert(draft: CallDraft, at: number): Call;
  find(sid: string): Call | undefined;
  list(window: Window, filter: CallFilter): Call[];
  /** Says how far a call has come; for nothing when it was deleted. */
  progress(call: CallProgress, at: number): void;
  /**
   * Ends what the last sandbox of this database left under way, when it was last heard of: nobody is on those lines any
   * more, and nobody knows for how long. It costs nothing.
   */
  endAll(at: number): void;
  remove(call: Pick<Call, 'seq'>): void;
}

const FILTER = `(:sender IS NULL OR sender = :sender) AND (:recipient IS NULL OR recipient = :recipient)
  AND (:status IS NULL OR status = :status) AND (:parentSid IS NULL OR parentSid = :parentSid)
  AND (:startedFrom IS NULL OR startedAt >= :startedFrom) AND (:startedBefore IS NULL OR startedAt < :startedBefore)
  AND (:endedFrom IS NULL OR endedAt >= :endedFrom) AND (:endedBefore IS NULL OR endedAt < :endedBefore)`;

const INSERT = `INSERT INTO calls (seq, sid, sender, recipient, direction, status, parentSid, numberSid, createdAt, updatedAt)
  VALUES (:seq, :sid, :sender, :recipient, :direction, 'queued', :parentSid, :numberSid, :at, :at)`;

const PROGRESS = `UPDATE calls SET status = :status, price = :price, startedAt = :startedAt, answeredAt = :answeredAt,
  endedAt = :endedAt, updatedAt = :at WHERE seq = :seq AND sid = :sid`;

/** Opens the table of calls. */
export function createCallStore(store: Store): CallStore {
  const nextRow = createCounter(store, 'calls');
  const insert = store.query(INSERT);
  const list = createListing<Call>(store, 'calls', FILTER);
  const progress = store.query(PROGRESS);
  const endAll = store.query(
    `UPDATE calls SET status = CASE WHEN answeredAt IS NULL THEN 'failed' ELSE 'completed' END, endedAt = updatedAt,
      updatedAt = :at WHERE endedAt IS NULL`,
  );
  const remove = store.query('DELETE FROM calls WHERE seq = ?');
  return {
    insert: (draft, at) => {
      const seq = nextRow();
      const sid = createSid('CA', seq);
      insert.run({ ...draft, seq, sid, at });
      return { ...draft, ...UNTOUCHED, seq, sid, createdAt: at, updatedAt: at };
    },
    find: createFinder<Call>(store, 'calls'),
    list: (window, filter) => list(window, { ...NO_FILTER, ...definedOf(filter) }),
    progress: (call, at) => void progress.run({ ...call, at }),
    endAll: (at) => void endAll.run({ at }),
    remove: ({ seq }) => void remove.run(seq),
  };
}

const UNTOUCHED = {
  status: 'queued',
  price: null,
  startedAt: null,
  answeredAt: null,
  endedAt: null,
} as const;

const NO_FILTER = {
  sender: null,
  recipient: null,
  status: null,
  parentSid: null,
  startedFrom: null,
  startedBefore: null,
  endedFrom: null,
  endedBefore: null,
};

function definedOf(filter: CallFilter): Record<string, string | number> {
  const entries = Object.entries(filter).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Record<string, string | number>;
}
