// What is to be done at Twilio, and how it went: texts to send, and texts and calls to delete there.
import type { Store } from '../../state/database.js';
import { createInserter } from '../../state/inserter.js';

/** A text to send. `purpose` says for whom: the owner (`forward`, `notice`) or a contact (`reply`). */
interface NewText {
  readonly purpose: 'forward' | 'notice' | 'reply';
  /** Texts of a lane go out one after the other. */
  readonly conversation: string;
  readonly maskId: number;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** The contact whose text it is; of one that comes in several parts only the first says so. */
  readonly contactId?: number | null;
}

/** Something at Twilio that must not stay there. */
interface TwilioDeletion {
  readonly kind: 'forget-text' | 'forget-call';
  readonly sid: string;
}

/**
 * Where a row stands: `waiting` not at Twilio · `begun` asked for, and not known whether Twilio has it · `done` ·
 * `refused` by Twilio · `given-up` after too long a time.
 */
type OutgoingState = 'waiting' | 'begun' | 'done' | 'refused' | 'given-up';

/** One row. */
export interface OutgoingRow {
  readonly id: number;
  readonly lane: string;
  readonly kind: NewText['purpose'] | TwilioDeletion['kind'];
  readonly state: OutgoingState;
  readonly maskId: number | null;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** What is to be deleted. */
  readonly subject: string;
  /** Whether it is `begun` only in case that this process dies: Twilio was not asked for it yet. */
  readonly isFresh: boolean;
  /** How many times it did not work. */
  readonly attempts: number;
  /** When Twilio was first asked for it. */
  readonly begunAt: number | null;
  /** The last thing that went wrong. */
  readonly problem: string | null;
  readonly createdAt: number;
}

/** What is known of how a row ended. */
interface OutgoingResult {
  readonly sid?: string;
  readonly problem?: string;
}

/** See the head of this file. */
export interface OutgoingTable {
  /** One that is the first of its lane is `begun` at once: it can be sent as soon as it is kept. @returns its id */
  addText(text: NewText): number;
  addDeletion(what: TwilioDeletion): void;
  /** The lanes that may have open rows since it was last asked; the first time, all that have. */
  takeConversations(): readonly string[];
  /** The oldest open row of a lane. */
  findNext(conversation: string): OutgoingRow | undefined;
  /** Writes down that Twilio is about to be asked. */
  begin(row: OutgoingRow): void;
  /** Writes down why a row stays open. */
  postpone(row: OutgoingRow, state: 'waiting' | 'begun', problem: string): void;
  /** Ends a row. What a text said is kept only while it may have to be sent again. */
  end(row: OutgoingRow, state: 'done' | 'refused' | 'given-up', how: OutgoingResult): void;
  /** Whether a message at Twilio is one of ours that is accounted for. */
  isKnown(sid: string): boolean;
  /** Remembers that Twilio delivered a text whose SID is not known here yet. */
  rememberDelivered(sid: string): void;
  /** Returns true once for a SID that was remembered. */
  takeDelivered(sid: string): boolean;
  /** What was refused or given up, oldest first. */
  listUnsent(): readonly OutgoingRow[];
  /** Opens again what was refused or given up. @returns how many rows */
  resend(): number;
  countOpen(): number;
}

type Row = Omit<OutgoingRow, 'mediaUrls' | 'isFresh'> & { readonly mediaUrls: string };

const UNSENT = "state IN ('refused', 'given-up') AND kind IN ('forward', 'notice', 'reply')";

/** Opens the table. @param now milliseconds since 1970 */
export function createOutgoingTable(store: Store, now: () => number): OutgoingTable {
  const texts = createInserter(store, 'outgoing', [
    'id',
    'lane',
    'kind',
    'state',
    'maskId',
    'sender',
    'recipient',
    'body',
    'mediaUrls',
    'createdAt',
    'begunAt',
    'contactId',
  ]);
  const insertDeletion = store.query(
    "INSERT INTO outgoing (id, lane, kind, state, subject, createdAt) VALUES (?, ?, ?, 'waiting', ?, ?)",
  );
  const highest = store.query<{ id: number | null }>('SELECT max(id) AS id FROM outgoing');
  const row = store.query<Row>('SELECT * FROM outgoing WHERE id = ?');
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
  const insertReceipt = store.query('INSERT INTO receipts (sid) VALUES (?) ON CONFLICT DO NOTHING');
  const removeReceipt = store.query('DELETE FROM receipts WHERE sid = ?');
  const queues = createConversationQueues(store);
  /** Those that are begun, and that Twilio was not asked for yet. */
  const fresh = new Set<number>();
  store.onLost(() => fresh.clear());
  let lastId = highest.get()?.id ?? 0;
  function nextId(): number {
    lastId += 1;
    return lastId;
  }

  return {
    addText: ({ conversation, purpose, maskId, sender, recipient, body, mediaUrls, contactId = null }) => {
      const id = nextId();
      const media = mediaUrls.length === 0 ? '[]' : JSON.stringify(mediaUrls);
      const isFirst = queues.findFirst(conversation) === undefined;
      const [state, begunAt] = isFirst ? ['begun', now()] : ['waiting', null];
      texts.add([
        id,
        conversation,
        purpose,
        state,
        maskId,
        sender,
        recipient,
        body,
        media,
        now(),
        begunAt,
        contactId,
      ]);
      queues.add(conversation, id);
      if (isFirst) fresh.add(id);
      return id;
    },
    addDeletion: ({ kind, sid }) => {
      const [id, conversation] = [nextId(), `${kind} ${sid}`];
      insertDeletion.run(id, conversation, kind, sid, now());
      queues.add(conversation, id);
    },
    takeConversations: queues.take,
    findNext: (conversation) => {
      texts.flush();
      const id = queues.findFirst(conversation);
      const found = id === undefined ? undefined : row.get(id);
      return found && readRow(found, fresh.has(found.id));
    },
    begin: ({ id }) => {
      if (!fresh.delete(id)) begin.run(now(), id);
    },
    postpone: ({ id }, state, problem) => void postpone.run(state, problem, id),
    end: ({ id, lane }, state, { sid, problem }) => {
      end.run({ id, state, sid: sid ?? null, problem: problem ?? null, now: now() });
      queues.remove(lane, id);
    },
    isKnown: (sid) => known.get(sid) !== undefined,
    rememberDelivered: (sid) => void insertReceipt.run(sid),
    takeDelivered: (sid) => removeReceipt.run(sid) > 0,
    listUnsent: () => unsent.all().map((found) => readRow(found, false)),
    resend: () => {
      const count = reopen.run(now());
      queues.reload();
      return count;
    },
    countOpen: queues.count,
  };
}

function readRow(row: Row, isFresh: boolean): OutgoingRow {
  return {
    ...row,
    isFresh,
    mediaUrls: row.mediaUrls === '[]' ? [] : (JSON.parse(row.mediaUrls) as string[]),
  };
}

/** See the head of this file. */
interface ConversationQueues {
  add(conversation: string, id: number): void;
  /** The oldest open row of a conversation. */
  findFirst(conversation: string): number | undefined;
  remove(conversation: string, id: number): void;
  /** The lanes that may have open rows since it was last asked; the first time, all that have. */
  take(): readonly string[];
  /** How many rows are open. */
  count(): number;
  /** Reads them again. */
  reload(): void;
}

/** Reads which there are. What could not be kept is forgotten. */
function createConversationQueues(store: Store): ConversationQueues {
  const open = store.query<{ id: number; conversation: string }>(
    'SELECT id, lane AS conversation FROM outgoing WHERE endedAt IS NULL ORDER BY id',
  );
  const queues = new Map<string, number[]>();
  let touched = new Set<string>();
  let count = 0;

  function add(conversation: string, id: number): void {
    const ids = queues.get(conversation);
    if (ids) ids.push(id);
    else queues.set(conversation, [id]);
    touched.add(conversation);
    count += 1;
  }

  function reload(): void {
    queues.clear();
    count = 0;
    for (const { id, conversation } of open.all()) add(conversation, id);
  }

  reload();
  store.onLost(reload);
  return {
    add,
    findFirst: (conversation) => queues.get(conversation)?.[0],
    remove: (conversation, id) => {
      const ids = queues.get(conversation);
      // Nearly always the first.
      const at = ids?.indexOf(id) ?? -1;
      if (!ids || at === -1) return;
      ids.splice(at, 1);
      count -= 1;
      if (ids.length === 0) queues.delete(conversation);
    },
    take: () => {
      if (touched.size === 0) return [];
      const taken = [...touched];
      touched = new Set();
      return taken;
    },
    count: () => count,
    reload,
  };
}
