// Messages in their table.
import type { Store } from '../../../platform/database.js';
import { rowOfSid } from '../../../platform/formats.js';
import {
  createCounter,
  createFinder,
  createListing,
  type Numbered,
  type Window,
} from '../../../platform/table.js';
import type { MediaStore } from '../media/store.js';
import { createListIndex } from './list-index.js';
import { createMessage } from './new-message.js';

/** A message; its money in millionths of a dollar. */
export interface Message extends Numbered {
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly segments: number;
  /** A JSON array. */
  readonly mediaUrls: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  /** `accepted` and `scheduled` only with a messaging service: its sender is chosen, but not told yet. */
  readonly status:
    | 'scheduled'
    | 'accepted'
    | 'queued'
    | 'sending'
    | 'sent'
    | 'delivered'
    | 'undelivered'
    | 'failed'
    | 'canceled'
    | 'received';
  readonly errorCode: number | null;
  /** What it costs; shown and charged once it was sent. */
  readonly price: number;
  readonly statusCallback: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly sentAt: number | null;
  /** 1 while the carrier has it in hand, 2 while it waits: for its time, its media or a slow phone. */
  readonly inTransit: 1 | 2 | null;
  /** The messaging service that sends it. */
  readonly serviceSid: string | null;
  /** The error code it ends with, whatever the phone does; null: the phone decides. */
  readonly refusal: number | null;
  /** When what it waits for comes, if that is known. */
  readonly dueAt: number | null;
  /** When it is not worth sending any more; null: ten hours after it was created. */
  readonly expiresAt: number | null;
}

/** What a new message is made of. */
export type NewMessage = Pick<
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
> & {
  readonly mediaUrls: readonly string[];
  /** When to send it; at once when it is missing. */
  readonly sendAt?: number | undefined;
  /** How long it is worth sending, seconds. */
  readonly validity?: number | undefined;
};

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
  insert(draft: NewMessage, at: number): Message;
  find(sid: string): Message | undefined;
  list(window: Window, filter: MessageFilter): Message[];
  /** The number from which a messaging service last wrote to a recipient. */
  findSender(serviceSid: string, recipient: string): string | undefined;
  /** Makes a scheduled message one that is sent now. */
  release(message: Message, decided: Pick<Message, 'sender' | 'refusal'>, at: number): Message;
  /** Makes a scheduled message one that is never sent. */
  cancel(sid: string, at: number): void;
  /** Empties a message's body. */
  redact(sid: string, at: number): void;
  /** Removes a message and all that it shows. */
  remove(sid: string): void;
  /** Says that these were sent, for whoever lists by date; the carrier has written it into the table. */
  markSent(messages: readonly Message[], at: number): void;
  /** Says that the table was changed from outside. */
  forget(): void;
}

/** The URLs of a message's media; most have none. */
export function readMediaUrls({ mediaUrls }: Pick<Message, 'mediaUrls'>): readonly string[] {
  return mediaUrls === '[]' ? NO_URLS : (JSON.parse(mediaUrls) as string[]);
}

const NO_URLS: readonly string[] = [];

/** Opens the table of messages. */
export function createMessageStore(store: Store, media: MediaStore): MessageStore {
  const nextRow = createCounter(store, 'messages');
  const insert = store.query(
    `INSERT INTO messages
      (seq, sid, sender, recipient, body, segments, mediaUrls, direction, status, price, statusCallback,
        createdAt, updatedAt, sentAt, inTransit, serviceSid, refusal)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15, ?16)`,
  );
  const setTerms = store.query('UPDATE messages SET dueAt = ?, expiresAt = ? WHERE seq = ?');
  const find = createFinder<Message>(store, 'messages');
  const catalogue = createListIndex(store);
  const listAll = createListing<Message>(store, 'messages');
  const read = store.query<Message>(
    'SELECT * FROM messages WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC',
  );
  const findSender = store.query<{ sender: string }>(
    `SELECT sender FROM messages WHERE serviceSid = ? AND recipient = ? AND direction = 'outbound-api'
    ORDER BY seq DESC LIMIT 1`,
  );
  const release = store.query(
    `UPDATE messages SET status = 'accepted', inTransit = ?, dueAt = NULL, sender = ?, refusal = ?, updatedAt = ?
    WHERE seq = ?`,
  );
  const cancel = store.query(
    "UPDATE messages SET status = 'canceled', inTransit = NULL, dueAt = NULL, updatedAt = ? WHERE seq = ?",
  );
  const redact = store.query("UPDATE messages SET body = '', updatedAt = ? WHERE seq = ?");
  const remove = store.query('DELETE FROM messages WHERE seq = ?');
  return {
    insert: (draft, at) => {
      const message = createMessage(nextRow(), draft, at);
      const { seq, sid, sentAt, inTransit, serviceSid, refusal, dueAt, expiresAt } = message;
      const { sender, recipient, body, segments, mediaUrls, direction, status, price, statusCallback } =
        message;
      catalogue.add({ seq, sender, recipient, sentAt });
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
        sentAt,
        inTransit,
        serviceSid,
        refusal,
      );
      if (dueAt !== null || expiresAt !== null) setTerms.run(dueAt, expiresAt, seq);
      for (const url of draft.mediaUrls) media.add(sid, url, at);
      return message;
    },
    find,
    list: (window, filter) =>
      Object.values(filter).every((part) => part === undefined)
        ? listAll(window)
        : read.all(JSON.stringify(catalogue.choose(window, filter))),
    findSender: (serviceSid, recipient) => findSender.get(serviceSid, recipient)?.sender,
    release: (message, { sender, refusal }, at) => {
      const inTransit = message.mediaUrls === '[]' ? 1 : 2;
      release.run(inTransit, sender, refusal, at, message.seq);
      if (sender !== message.sender) catalogue.forget();
      return { ...message, status: 'accepted', inTransit, dueAt: null, sender, refusal, updatedAt: at };
    },
    cancel: (sid, at) => void cancel.run(at, rowOfSid(sid)),
    redact: (sid, at) => void redact.run(at, rowOfSid(sid)),
    remove: (sid) => {
      media.clear(sid);
      remove.run(rowOfSid(sid));
      catalogue.remove(rowOfSid(sid));
    },
    markSent: catalogue.markSent,
    forget: catalogue.forget,
  };
}
