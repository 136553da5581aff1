// The tables of media: the URL and content type of each file of a message, and its bytes once it has been fetched.

import type { Store } from '../../../platform/database.js';
import { createSid } from '../../../platform/formats.js';
import { createCounter, createListing, type Numbered, type Window } from '../../../platform/table.js';
import { accountPath } from '../../../server/paths.js';
import { guessContentType, type MediaFile } from '../../media/download.js';
import type { MediaLink } from '../../text-gateway.js';

/** A media file of a message. Times are milliseconds since 1970. */
export interface Media extends Numbered {
  readonly messageSid: string;
  readonly contentType: string;
  /** Where the app serves the file. */
  readonly url: string;
  readonly createdAt: number;
}

/** A media file that has been fetched. */
export interface FetchedMedia {
  readonly medium: Media;
  readonly file: MediaFile;
}

/** Which media to list; a missing field matches all. Times are milliseconds since 1970, `before` is exclusive. */
export interface MediaFilter {
  readonly from?: number | undefined;
  readonly before?: number | undefined;
}

/** The table of media. */
export interface MediaStore {
  /** Adds the URL of a media file. Its content type is guessed from the URL until the file has been fetched. */
  add(messageSid: string, url: string, at: number): Media;
  find(messageSid: string, sid: string): Media | undefined;
  /** Stores the fetched files, all or none. Media that were removed meanwhile stay removed. */
  fill(files: readonly FetchedMedia[]): void;
  /** The file; undefined until it has been fetched. */
  findFile(medium: Media): MediaFile | undefined;
  list(messageSid: string, window: Window, filter: MediaFilter): Media[];
  /** All media of a message, in the order of its `MediaUrl` parameters. */
  all(messageSid: string): Media[];
  /** @returns true if it existed */
  remove(messageSid: string, sid: string): boolean;
  /** Removes all media of a message. */
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
    fill: (files) =>
      store.transaction(() => {
        for (const { medium, file } of files) {
          setType.run(file.contentType, medium.seq);
          keep.run(file.bytes, medium.seq);
        }
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

/** Creates the function that returns the URLs of a message's media in the sandbox, in order. */
export function createMediaLinks(deps: {
  readonly accountSid: string;
  readonly media: Pick<MediaStore, 'all'>;
  /** Where the sandbox listens: `http://127.0.0.1:4020`. */
  readonly origin: () => string;
}): (messageSid: string) => MediaLink[] {
  const { accountSid, media, origin } = deps;
  return (messageSid) => {
    const folder = `${origin()}${accountPath(accountSid)}/Messages/${messageSid}/Media`;
    return media.all(messageSid).map(({ sid, contentType }) => ({ contentType, url: `${folder}/${sid}` }));
  };
}
