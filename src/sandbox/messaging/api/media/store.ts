// The pictures and files of messages, in their tables: where each is from, of what type, and its bytes.
import type { Store } from '../../../platform/database.js';
import { createSid } from '../../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../../platform/table.js';
import { guessContentType } from '../../media/content-type.js';
import type { WebFile } from '../../media/download.js';

/** A picture or file of a message. */
export interface Media extends Numbered {
  readonly messageSid: string;
  readonly contentType: string;
  /** Where the file is from. */
  readonly url: string;
  readonly createdAt: number;
}

/** Which media to list; a missing part matches all. Moments are milliseconds, `before` exclusive. */
export interface MediaFilter {
  readonly from?: number | undefined;
  readonly before?: number | undefined;
}

/** The table of media. */
export interface MediaStore {
  /** Files what a message is to show, and guesses its type from its address until the file itself is there. */
  add(messageSid: string, url: string, at: number): Media;
  find(messageSid: string, sid: string): Media | undefined;
  /** Keeps the file that a medium is; one that was removed meanwhile stays away. */
  fill(medium: Media, file: WebFile): void;
  /** The file that a medium is; undefined while it is not there. */
  findFile(medium: Media): WebFile | undefined;
  list(messageSid: string, window: Window, filter: MediaFilter): Media[];
  /** All that a message shows, in its order. */
  all(messageSid: string): Media[];
  /** @returns whether there was one. */
  remove(messageSid: string, sid: string): boolean;
  /** Removes all that a message shows. */
  clear(messageSid: string): void;
}

const FILTER = `messageSid = :message
  AND (:from IS NULL OR createdAt >= :from) AND (:before IS NULL OR createdAt < :before)`;

/** Opens the table of media. */
export function createMediaStore(store: Store): MediaStore {
  const nextRow = createCounter(store, 'media');
  const insert = store.query('INSERT INTO media VALUES (?, ?, ?, ?, ?, ?)');
  const find = store.query<Media>('SELECT * FROM media WHERE messageSid = ? AND sid = ?');
  const list = createListing<Media>(store, 'media', FILTER);
  const all = store.query<Media>('SELECT * FROM media WHERE messageSid = ? ORDER BY seq');
  const remove = store.query('DELETE FROM media WHERE messageSid = ? AND sid = ?');
  const setType = store.query('UPDATE media SET contentType = ? WHERE seq = ?');
  const keep = store.query('INSERT OR REPLACE INTO mediaFiles SELECT seq, ? FROM media WHERE seq = ?');
  const findBytes = store.query<{ bytes: ArrayBuffer }>('SELECT bytes FROM mediaFiles WHERE seq = ?');
  const clear = store.query('DELETE FROM media WHERE messageSid = ?');
  return {
    add: (messageSid, url, at) => {
      const seq = nextRow();
      const media = { seq, sid: createSid('ME', seq), messageSid, contentType: guessContentType(url), url };
      insert.run(seq, media.sid, messageSid, media.contentType, url, at);
      return { ...media, createdAt: at };
    },
    find: (messageSid, sid) => find.get(messageSid, sid),
    fill: ({ seq }, { contentType, bytes }) =>
      store.transaction(() => {
        setType.run(contentType, seq);
        keep.run(bytes, seq);
      }),
    findFile: ({ seq, contentType }) => {
      const found = findBytes.get(seq);
      return found && { contentType, bytes: Buffer.from(found.bytes) };
    },
    list: (messageSid, window, { from, before }) =>
      list(window, { message: messageSid, from: from ?? null, before: before ?? null }),
    all: (messageSid) => all.all(messageSid),
    remove: (messageSid, sid) => remove.run(messageSid, sid) > 0,
    clear: (messageSid) => void clear.run(messageSid),
  };
}
