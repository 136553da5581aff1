// The table of calls, one row for each leg, and what follows from a row: duration and price.
import { callPrice, receivedCallPrice } from '../../../numbers/pricing/tariff.js';
import type { Store } from '../../../platform/database.js';
import { countSeconds, createSid } from '../../../platform/formats.js';
import { findPhoneNumber } from '../../../platform/phone-number.js';
import {
  createCounter,
  createFinder,
  createListing,
  type Numbered,
  type Window,
} from '../../../platform/table.js';

/** The statuses of a call, see https://www.twilio.com/docs/voice/api/call-resource#call-status-values. */
export type CallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

/** A call. Money is in millionths of a dollar, times are milliseconds since 1970. */
export interface Call extends Numbered {
  /** The number that the other side is shown. */
  readonly sender: string;
  readonly recipient: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-dial';
  readonly status: CallStatus;
  /** The call whose `<Dial>` placed it. */
  readonly parentSid: string | null;
  /** The SID of the account's number that was called, or that placed the call. */
  readonly numberSid: string | null;
  /** Null until the call has ended, and for a call that was not answered. */
  readonly price: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number | null;
}

/** The fields of a new call. */
export type CallDraft = Pick<Call, 'sender' | 'recipient' | 'direction' | 'parentSid' | 'numberSid'>;

/** The fields that change during a call. */
export type CallProgress = Pick<
  Call,
  'seq' | 'sid' | 'status' | 'price' | 'startedAt' | 'answeredAt' | 'endedAt'
>;

/** Which calls to list. A missing field matches all. Times are milliseconds since 1970, `Before` exclusive. */
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

/** The whole seconds that a call lasted, at least one. Undefined before it has ended, and if nobody answered. */
export function findDuration({
  answeredAt,
  endedAt,
}: Pick<Call, 'answeredAt' | 'endedAt'>): number | undefined {
  if (answeredAt === null || endedAt === null) return undefined;
  return countSeconds(endedAt - answeredAt);
}

/** The price in millionths of a dollar. Null before the call has ended, and if nobody answered. */
export function findPrice(call: Call): number | null {
  const seconds = findDuration(call);
  if (seconds === undefined) return null;
  const price = call.direction === 'inbound' ? receivedCallPrice : callPrice;
  return price(findPhoneNumber(call.recipient)?.country, seconds);
}

/** The table of calls. */
export interface CallStore {
  /** Inserts a call with the status `queued`. */
  insert(draft: CallDraft, at: number): Call;
  find(sid: string): Call | undefined;
  list(window: Window, filter: CallFilter): Call[];
  /** Saves the progress of a call. Does nothing if the call was deleted. */
  update(call: CallProgress, at: number): void;
  /**
   * Ends the calls that an earlier process left open, as of their last update: how long they really lasted is
   * unknown. They cost nothing.
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

const UPDATE = `UPDATE calls SET status = :status, price = :price, startedAt = :startedAt, answeredAt = :answeredAt,
  endedAt = :endedAt, updatedAt = :at WHERE seq = :seq AND sid = :sid`;

/** Opens the table of calls. */
export function createCallStore(store: Store): CallStore {
  const nextRow = createCounter(store, 'calls');
  const insert = store.query(INSERT);
  const list = createListing<Call>(store, 'calls', FILTER);
  const update = store.query(UPDATE);
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
      return { ...draft, ...QUEUED, seq, sid, createdAt: at, updatedAt: at };
    },
    find: createFinder<Call>(store, 'calls'),
    list: (window, filter) => list(window, { ...NO_FILTER, ...definedOf(filter) }),
    update: (call, at) => void update.run({ ...call, at }),
    endAll: (at) => void endAll.run({ at }),
    remove: ({ seq }) => void remove.run(seq),
  };
}

const QUEUED = {
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
