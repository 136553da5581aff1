// Messages in their table.
import type { Store } from '../../store/database.js';
import { createCounter, createListing, type Numbered, type Window } from '../../store/table.js';
import { createSid } from '../../wire.js';

/** A message; its money in millionths of a dollar. */
export interface Message extends Numbered {
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly segments: number;
  /** A JSON array. */
  readonly mediaUrls: string;
  readonly direction: 'outbound-api';
  readonly status: 'queued' | 'sending' | 'sent' | 'delivered' | 'undelivered';
  readonly errorCode: number | null;
  /** What it costs; shown and charged once it was sent. */
  readonly price: number;
  readonly statusCallback: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly sentAt: number | null;
  /** 1 while the carrier still has to do something about it. */
  readonly inTransit: 1 | null;
}

/** What a new message is made of. */
export type Draft = Pick<
  Message,
  'sender' | 'recipient' | 'body' | 'segments' | 'price' | 'statusCallback'
> & { readonly mediaUrls: readonly string[] };

/** Which messages to list; a missing part matches all. Moments are milliseconds, `before` exclusive. */
export interface MessageFilter {
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly sentFrom?: number | undefined;
  readonly sentBefore?: number | undefined;
}

/** The table of messages. */
export interface MessageStore {
  /** Files a message as queued. */
  insert(draft: Draft, at: number): Message;
  find(sid: string): Message | undefined;
  list(window: Window, filter: MessageFilter): Message[];
  /** Empties a message's body. */
  redact(sid: string, at: number): void;
  remove(sid: string): void;
}

const FILTER = `(:sender IS NULL OR sender = :sender) AND (:recipient IS NULL OR recipient = :recipient)
  AND (:sentFrom IS NULL OR sentAt >= :sentFrom) AND (:sentBefore IS NULL OR sentAt < :sentBefore)`;

/** Opens the table of messages. */
export function createMessageStore(store: Store): MessageStore {
  const nextRow = createCounter(store, 'messages');
  const insert = store.query(
    `INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, 'outbound-api', 'queued', NULL, ?, ?, ?, ?, NULL, 1)`,
  );
  const find = store.query<Message>('SELECT * FROM messages WHERE sid = ?');
  const list = createListing<Message>(store, 'messages', FILTER);
  const redact = store.query("UPDATE messages SET body = '', updatedAt = ? WHERE sid = ?");
  const remove = store.query('DELETE FROM messages WHERE sid = ?');
  return {
    insert: (draft, at) => {
      const seq = nextRow();
      const sid = createSid(draft.mediaUrls.length === 0 ? 'SM' : 'MM', seq);
      const { sender, recipient, body, segments, price, statusCallback } = draft;
      const mediaUrls = JSON.stringify(draft.mediaUrls);
      insert.run(seq, sid, sender, recipient, body, segments, mediaUrls, price, statusCallback, at, at);
      return {
        seq,
        sid,
        sender,
        recipient,
        body,
        segments,
        mediaUrls,
        direction: 'outbound-api',
        status: 'queued',
        errorCode: null,
        price,
        statusCallback,
        createdAt: at,
        updatedAt: at,
        sentAt: null,
        inTransit: 1,
      };
    },
    find: (sid) => find.get(sid),
    list: (window, { sender, recipient, sentFrom, sentBefore }) =>
      list(window, {
        sender: sender ?? null,
        recipient: recipient ?? null,
        sentFrom: sentFrom ?? null,
        sentBefore: sentBefore ?? null,
      }),
    redact: (sid, at) => void redact.run(at, sid),
    remove: (sid) => void remove.run(sid),
  };
}
