// The texts that phones have received, in their table.
import type { MediaLink } from '../messaging/media/link.js';
import type { Store } from '../platform/database.js';
import type { Inbox } from './next-text.js';

/** A text on a phone. */
export interface ReceivedText {
  /** The SID of the message that brought it. */
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** Where the app said that its media are. */
  readonly mediaUrls: readonly string[];
  /** Its media as they came, for as long as the account keeps them. */
  readonly media: readonly MediaLink[];
  /** ISO 8601. */
  readonly receivedAt: string;
}

/** The texts of all phones. */
export interface PhoneTexts {
  /** A phone's, oldest first. */
  list(number: string): readonly ReceivedText[];
  /** A phone's one by one. */
  inbox(number: string): Inbox;
  /** Puts a text on a phone that no message of the account brought. */
  put(text: Omit<ReceivedText, 'receivedAt' | 'media'>, at: number): void;
}

interface TextRow {
  readonly sid: string;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: string;
  readonly receivedAt: number;
}

/** Opens the table; `showMedia` finds what a message shows. */
export function createPhoneTexts(store: Store, showMedia: (sid: string) => readonly MediaLink[]): PhoneTexts {
  const list = store.query<TextRow>('SELECT * FROM texts WHERE phone = ? ORDER BY seq');
  const at = store.query<TextRow>('SELECT * FROM texts WHERE phone = ? ORDER BY seq LIMIT 1 OFFSET ?');
  const count = store.query<{ texts: number }>('SELECT count(*) AS texts FROM texts WHERE phone = ?');
  const put = store.query(
    'INSERT INTO texts (phone, sid, sender, recipient, body, mediaUrls, receivedAt) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const readText = (row: TextRow) => formatText(row, showMedia);
  return {
    list: (number) => list.all(number).map(readText),
    inbox: (number) => ({
      number,
      size: () => count.get(number)?.texts ?? 0,
      find: (place) => at.all(number, place).map(readText)[0],
    }),
    put: ({ sid, from, to, body, mediaUrls }, receivedAt) =>
      void put.run(to, sid, from, to, body, JSON.stringify(mediaUrls), receivedAt),
  };
}

function formatText(
  { sid, sender, recipient, body, mediaUrls, receivedAt }: TextRow,
  showMedia: (sid: string) => readonly MediaLink[],
): ReceivedText {
  return {
    sid,
    from: sender,
    to: recipient,
    body,
    mediaUrls: JSON.parse(mediaUrls) as string[],
    media: mediaUrls === '[]' ? [] : showMedia(sid),
    receivedAt: new Date(receivedAt).toISOString(),
  };
}
