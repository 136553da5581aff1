// Messages in their table.
import type { Store } from '../../store/database.js';
import { createCounter, createListing, type Numbered, type Window } from '../../store/table.js';
import { createSid } from '../../wire.js';
import type { MediaStore } from '../media/store.js';

/** A message; its money in millionths of a dollar. */
export interface Message extends Numbered {
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly segments: number;
  /** A JSON array. */
  readonly mediaUrls: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  /** `accepted` only with a messaging service: its sender is chosen, but not told yet. */
  readonly status: 'accepted' | 'queued' | 'sending' | 'sent' | 'delivered' | 'undelivered' | 'received';
  readonly errorCode: number | null;
  /** What it costs; shown and charged once it was sent. */
  readonly price: number;
  readonly statusCallback: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly sentAt: number | null;
  /** 1 while the carrier still has to do something about it. */
  readonly inTransit: 1 | null;
  /** The messaging service that sends it. */
  readonly serviceSid: string | null;
  /** The error code with which the networks refuse its sender, whatever the phone does; null: they do not. */
  readonly refusal: number | null;
}

/** What a new message is made of. */
export type Draft = Pick<
  Message,
  | 'sender'
  | 'recipient'
  | 'body'
  | 'segments'
  | 'direction'
  | 'price'
  | 'statusCallback'
  | 'serviceSid'
  | 'refusal'
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
  /** Files a message: as received, queued, or accepted when a messaging service sends it. */
  insert(draft: Draft, at: number): Message;
  find(sid: string): Message | undefined;
  list(window: Window, filter: MessageFilter): Message[];
  /** The number from which a messaging service last wrote to a recipient. */
  findSender(serviceSid: string, recipient: string): string | undefined;
  /** Empties a message's body. */
  redact(sid: string, at: number): void;
  /** Removes a message and all that it shows. */
  remove(sid: string): void;
}

/** The URLs of a message's media; most have none. */
export function readMediaUrls({ mediaUrls }: Pick<Message, 'mediaUrls'>): readonly string[] {
  return mediaUrls === '[]' ? NO_URLS : (JSON.parse(mediaUrls) as string[]);
}

const NO_URLS: readonly string[] = [];

const FILTER = `(:sender IS NULL OR sender = :sender) AND (:recipient IS NULL OR recipient = :recipient)
  AND (:sentFrom IS NULL OR sentAt >= :sentFrom) AND (:sentBefore IS NULL OR sentAt < :sentBefore)`;

/** Opens the table of messages. */
export function createMessageStore(store: Store, media: MediaStore): MessageStore {
  const nextRow = createCounter(store, 'messages');
  const insert = store.query(
    `INSERT INTO messages
      (seq, sid, sender, recipient, body, segments, mediaUrls, direction, status, price, statusCallback,
        createdAt, updatedAt, sentAt, inTransit, serviceSid, refusal)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12,
      iif(?9 = 'received', ?12, NULL), iif(?9 = 'received', NULL, 1), ?13, ?14)`,
  );
  const find = store.query<Message>('SELECT * FROM messages WHERE sid = ?');
  const list = createListing<Message>(store, 'messages', FILTER);
  const findSender = store.query<{ sender: string }>(
    `SELECT sender FROM messages WHERE serviceSid = ? AND recipient = ? AND direction = 'outbound-api'
    ORDER BY seq DESC LIMIT 1`,
  );
  const redact = store.query("UPDATE messages SET body = '', updatedAt = ? WHERE sid = ?");
  const remove = store.query('DELETE FROM messages WHERE sid = ?');
  return {
    insert: (draft, at) => {
      const seq = nextRow();
      const sid = createSid(draft.mediaUrls.length === 0 ? 'SM' : 'MM', seq);
      const { sender, recipient, body, segments, direction, price, statusCallback, serviceSid, refusal } =
        draft;
      const isInbound = direction === 'inbound';
      const mediaUrls = JSON.stringify(draft.mediaUrls);
      const status = isInbound ? 'received' : serviceSid === null ? 'queued' : 'accepted';
      insert.run(
        seq,
        sid,
        sender,
        recipient,
        body,
        segments,
        mediaUrls,
        direction,
        status,
        price,
        statusCallback,
        at,
        serviceSid,
        refusal,
      );
      for (const url of draft.mediaUrls) media.add(sid, url, at);
      return {
        seq,
        sid,
        sender,
        recipient,
        body,
        segments,
        mediaUrls,
        direction,
        status,
        errorCode: null,
        price,
        statusCallback,
        createdAt: at,
        updatedAt: at,
        sentAt: isInbound ? at : null,
        inTransit: isInbound ? null : 1,
        serviceSid,
        refusal,
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
    findSender: (serviceSid, recipient) => findSender.get(serviceSid, recipient)?.sender,
    redact: (sid, at) => void redact.run(at, sid),
    remove: (sid) => {
      media.clear(sid);
      remove.run(sid);
    },
  };
}
