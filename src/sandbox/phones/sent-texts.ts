// The table of the texts that phones have sent to numbers of the account.
import type { MediaLink, TextGateway } from '../messaging/text-gateway.js';
import type { Store } from '../platform/database.js';
import type { WatchedNumbers } from './exposure/watched-numbers.js';

/**
 * A text that a phone has sent.
 *
 * @example
 * const [{ to, body } = {}] = sandbox.phone('+12025550190').sent();
 */
export interface SentPhoneText {
  /** The SID of the inbound message; null if the number's Messaging Service receives no texts. */
  readonly sid: string | null;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The URLs of its media, as the phone sent them; without the data of data URLs. */
  readonly mediaUrls: readonly string[];
  /** Its media in the sandbox, until the account deletes them. */
  readonly media: readonly MediaLink[];
  /** ISO 8601. */
  readonly sentAt: string;
}

/** The table of sent texts. */
export interface SentTextStore extends Pick<TextGateway, 'keepSent'> {
  /** The texts that a phone has sent, oldest first. */
  list(number: string): readonly SentPhoneText[];
}

interface Row {
  readonly sid: string | null;
  readonly phone: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: string;
  readonly sentAt: number;
}

const INSERT = `INSERT INTO sentTexts (phone, sid, recipient, body, mediaUrls, sentAt, afterText)
  VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM texts))`;

/**
 * Opens the table.
 *
 * @param linkMedia finds the media of a message in the sandbox
 */
export function createSentTextStore(
  store: Store,
  linkMedia: (messageSid: string) => readonly MediaLink[],
  watched: Pick<WatchedNumbers, 'add'>,
): SentTextStore {
  const insert = store.query(INSERT);
  const list = store.query<Row>('SELECT * FROM sentTexts WHERE phone = ? ORDER BY seq');
  return {
    keepSent: ({ from, to, body, mediaUrls }, messageSid, at) => {
      insert.run(from, messageSid, to, body, JSON.stringify(mediaUrls), at);
      watched.add(from);
    },
    list: (number) =>
      list.all(number).map(({ sid, phone, recipient, body, mediaUrls, sentAt }) => ({
        sid,
        from: phone,
        to: recipient,
        body,
        mediaUrls: JSON.parse(mediaUrls) as string[],
        media: sid === null || mediaUrls === '[]' ? [] : linkMedia(sid),
        sentAt: new Date(sentAt).toISOString(),
      })),
  };
}
