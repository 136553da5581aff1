// The table of messages.
import type { Store } from '../../../platform/database.js';
import { rowOfSid } from '../../../platform/formats.js';
import { createCounter, createFinder, createListing, type Window } from '../../../platform/table.js';
import type { MediaStore } from '../media/store.js';
import { createInFlightRows, type InFlightRows } from './in-flight.js';
import { createListIndex } from './list-index.js';
import { createMessage, type Message, type MessageFilter, type NewMessage } from './message.js';

/** The table of messages. Times (`at`) are milliseconds since 1970. */
export interface MessageStore {
  /** Stores a new message and the URLs of its media. */
  insert(draft: NewMessage, at: number): Message;
  find(sid: string): Message | undefined;
  /** Lists messages, newest first. */
  list(window: Window, filter: MessageFilter): Message[];
  /** The number from which a Messaging Service last wrote to a recipient; undefined if it never did. */
  findSender(serviceSid: string, recipient: string): string | undefined;
  /** Changes a scheduled message to one that is sent now. @returns the changed message */
  release(message: Message, decided: Pick<Message, 'sender' | 'refusal'>, at: number): Message;
  /** Changes a scheduled message to one that is never sent. */
  cancel(sid: string, at: number): void;
  /** Empties a message's body. */
  redact(sid: string, at: number): void;
  /** Removes a message and its media. */
  remove(sid: string): void;
  /** The rows of in-flight messages, which delivery changes. */
  readonly inFlight: InFlightRows;
  /** Drops the cache; call it after the table was changed from outside. */
  forget(): void;
}

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
  const index = createListIndex(store);
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
      index.add({ seq, sender, recipient, sentAt });
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
        : read.all(JSON.stringify(index.choose(window, filter))),
    findSender: (serviceSid, recipient) => findSender.get(serviceSid, recipient)?.sender,
    release: (message, { sender, refusal }, at) => {
      const inTransit = message.mediaUrls === '[]' ? 1 : 2;
      release.run(inTransit, sender, refusal, at, message.seq);
      if (sender !== message.sender) index.forget();
      return { ...message, status: 'accepted', inTransit, dueAt: null, sender, refusal, updatedAt: at };
    },
    cancel: (sid, at) => void cancel.run(at, rowOfSid(sid)),
    redact: (sid, at) => void redact.run(at, rowOfSid(sid)),
    remove: (sid) => {
      media.clear(sid);
      remove.run(rowOfSid(sid));
      index.remove(rowOfSid(sid));
    },
    inFlight: createInFlightRows(store, index.markSent),
    forget: index.forget,
  };
}
