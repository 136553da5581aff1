// The table of requests to Twilio and their results: texts to send, and messages and calls to delete.
import type { Store } from '../../state/database.js';
import { createInserter } from '../../state/inserter.js';

/** A text to send to the owner (`forward`, `notice`) or to a contact (`reply`). */
interface NewText {
  readonly purpose: 'forward' | 'notice' | 'reply';
  /** The texts of one conversation are sent in order, one at a time. */
  readonly conversation: string;
  readonly maskId: number;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: readonly string[];
  /** The contact whose text is forwarded; only set on the first part of a split text. */
  readonly contactId?: number | null;
}

/** A message or call to delete at Twilio. */
interface TwilioDeletion {
  readonly kind: 'forget-text' | 'forget-call';
  readonly sid: string;
}

/**
 * `waiting`: not at Twilio · `begun`: Twilio may have it, its answer is missing · `done` · `refused` by Twilio ·
 * `given-up`: it failed for too long.
 */
type OutgoingState = 'waiting' | 'begun' | 'done' | 'refused' | 'given-up';

/** One row. The column `lane` holds the conversation. */
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
  /** The SID of the message or call to delete; empty for a text. */
  readonly subject: string;
  /** True if the row is `begun` only in case this process dies: the request was not sent yet. */
  readonly isFresh: boolean;
  /** Failed attempts. */
  readonly attempts: number;
  /** Time of the first request, milliseconds since 1970. */
  readonly begunAt: number | null;
  /** The reason of the last failure. */
  readonly problem: string | null;
  readonly createdAt: number;
}

interface OutgoingResult {
  readonly sid?: string;
  readonly problem?: string;
}

/** Names the conversation between a mask and one other number, whose texts are sent in order. */
export function formatConversation(mask: string, other: string): string {
  return `${mask} ${other}`;
}

/** The table `outgoing`, and the delivery receipts of its texts. A row is open until it has ended. */
export interface OutgoingTable {
  /**
   * Adds a text. The first open text of a conversation is stored as `begun`, so that it can be sent without a second write.
   *
   * @returns the row's id
   */
  addText(text: NewText): number;
  addDeletion(deletion: TwilioDeletion): void;
  /** Returns the conversations that got open rows since the last call; the first call returns all with open rows. */
  takeConversations(): readonly string[];
  /** Finds the oldest open row of a conversation. */
  findNext(conversation: string): OutgoingRow | undefined;
  /** Stores that the request is about to be sent. */
  begin(row: OutgoingRow): void;
  /** Stores why a row stays open. */
  postpone(row: OutgoingRow, state: 'waiting' | 'begun', problem: string): void;
  /** Ends a row. The body of a text is only kept if the text may be sent again. */
  end(row: OutgoingRow, state: 'done' | 'refused' | 'given-up', result: OutgoingResult): void;
  /** True if a row that was sent has this SID. */
  isKnown(sid: string): boolean;
  /** Remembers that Twilio delivered a text whose SID is not known here yet. */
  rememberDelivered(sid: string): void;
  /** Returns true once for a SID that was remembered. */
  takeDelivered(sid: string): boolean;
  /** Lists the texts that were refused or given up, oldest first. */
  listUnsent(): readonly OutgoingRow[];
  /** Reopens the texts that were refused or given up. @returns how many */
  resend(): number;
  countOpen(): number;
  /** How many requests to Twilio were asked of this table since it was opened. */
  countAsked(): number;
}

type Row = Omit<OutgoingRow, 'mediaUrls' | 'isFresh'> & { readonly mediaUrls: string };

const UNSENT = "state IN ('refused', 'given-up') AND kind IN ('forward', 'notice', 'reply')";

/** Opens the table. @param now returns milliseconds since 1970 */
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
  /** The ids of rows that are `begun` although their request was not sent yet. */
  const fresh = new Set<number>();
  store.onLost(() => fresh.clear());
  let lastId = highest.get()?.id ?? 0;
  let asked = 0;
  function nextId(): number {
    asked += 1;
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
    rememberDelivered: (sid) => {
      // Its deletion follows once the SID is known.
      asked += 1;
      insertReceipt.run(sid);
    },
    takeDelivered: (sid) => removeReceipt.run(sid) > 0,
    listUnsent: () => unsent.all().map((found) => readRow(found, false)),
    resend: () => {
      const count = reopen.run(now());
      queues.reload();
      return count;
    },
    countOpen: queues.count,
    countAsked: () => asked,
  };
}

function readRow(row: Row, isFresh: boolean): OutgoingRow {
  return {
    ...row,
    isFresh,
    mediaUrls: row.mediaUrls === '[]' ? [] : (JSON.parse(row.mediaUrls) as string[]),
  };
}

/** The ids of each conversation's open rows, in memory: an index of them would cost a page write for each row. */
interface ConversationQueues {
  add(conversation: string, id: number): void;
  /** Finds the oldest open row of a conversation. */
  findFirst(conversation: string): number | undefined;
  remove(conversation: string, id: number): void;
  /** Returns the conversations that got rows since the last call. */
  take(): readonly string[];
  /** How many rows are open. */
  count(): number;
  /** Reads the open rows from the table. */
  reload(): void;
}

/** Reads the open rows, and reads them again after a failed write. */
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
      // Nearly always the first one.
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
