// The inboxes of all phones: the texts that they have received, and how to wait for the next one.
import type { DeliveredText, MediaLink, TextGateway } from '../messaging/text-gateway.js';
import type { Store } from '../platform/database.js';
import type { SandboxEvent } from '../platform/events/event.js';
import { DEFAULT_TIMEOUT_MS, waitForMatch } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';

/**
 * A text on a phone.
 *
 * @example
 * const { from, body } = await sandbox.phone('+12025550190').nextText();
 */
export interface ReceivedText {
  /** The SID of its message. */
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The URLs of its media, as the app sent them. */
  readonly mediaUrls: readonly string[];
  /** Its media in the sandbox, until the account deletes them. */
  readonly media: readonly MediaLink[];
  /** ISO 8601. */
  readonly receivedAt: string;
}

/** The texts on one phone. */
export interface Inbox {
  /** E.164, or the address as its network writes it. */
  readonly number: string;
  /** How many texts it holds. */
  size(): number;
  /** The text at a position, 0 for the oldest; undefined after the newest. */
  find(position: number): ReceivedText | undefined;
}

/** The table of the texts on all phones. */
export interface InboxStore extends Pick<TextGateway, 'deliver'> {
  /** The texts on a phone, oldest first. */
  list(number: string): readonly ReceivedText[];
  /** The texts on a phone, one by one. */
  inbox(number: string): Inbox;
}

interface TextRow {
  readonly sid: string;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: string;
  readonly receivedAt: number;
}

/**
 * Opens the table.
 *
 * @param linkMedia finds the media of a message in the sandbox
 */
export function createInboxStore(
  store: Store,
  linkMedia: (messageSid: string) => readonly MediaLink[],
): InboxStore {
  const list = store.query<TextRow>('SELECT * FROM texts WHERE phone = ? ORDER BY seq');
  const at = store.query<TextRow>('SELECT * FROM texts WHERE phone = ? ORDER BY seq LIMIT 1 OFFSET ?');
  const count = store.query<{ texts: number }>('SELECT count(*) AS texts FROM texts WHERE phone = ?');
  const readText = (row: TextRow): ReceivedText => {
    const { sid, sender, recipient, body, mediaUrls, receivedAt } = row;
    return {
      sid,
      from: sender,
      to: recipient,
      body,
      mediaUrls: JSON.parse(mediaUrls) as string[],
      media: mediaUrls === '[]' ? [] : linkMedia(sid),
      receivedAt: new Date(receivedAt).toISOString(),
    };
  };
  return {
    list: (number) => list.all(number).map(readText),
    inbox: (number) => ({
      number,
      size: () => count.get(number)?.texts ?? 0,
      find: (position) => at.all(number, position).map(readText)[0],
    }),
    deliver: createDeliver(store),
  };
}

/** How many texts each prepared statement inserts, largest first. */
const BATCH_SIZES = [16, 4, 1] as const;

/** A bound value costs as much as the rest of its row: the time is bound once for all rows, the phone for two columns. */
function createDeliver(store: Store): InboxStore['deliver'] {
  const statements = BATCH_SIZES.map((size) => {
    const rows = Array.from({ length: size }, (_, index) => {
      const [phone, sid, sender, body, mediaUrls] = [2, 3, 4, 5, 6].map((place) => `?${index * 5 + place}`);
      return `(${phone}, ${sid}, ${sender}, ${phone}, ${body}, ${mediaUrls}, ?1)`;
    });
    const columns = 'phone, sid, sender, recipient, body, mediaUrls, receivedAt';
    return { size, insert: store.query(`INSERT INTO texts (${columns}) VALUES ${rows.join(', ')}`) };
  });
  const valuesOf = ({ to, sid, from, body, mediaUrls }: DeliveredText) => [
    to,
    sid,
    from,
    body,
    JSON.stringify(mediaUrls),
  ];
  return (texts, at) => {
    let start = 0;
    for (const { size, insert } of statements) {
      for (; texts.length - start >= size; start += size) {
        insert.run([at, ...texts.slice(start, start + size).flatMap(valuesOf)]);
      }
    }
  };
}

/**
 * Which text to wait for, and how long.
 *
 * @example
 * await phone.nextText({ timeout: 10_000, matching: ({ body }) => /\d{6}/.test(body) });
 */
export interface NextTextOptions {
  /** Milliseconds of real time. Default 5000. */
  readonly timeout?: number;
  /** Returns true for the text to wait for. Default: any text. */
  readonly matching?: (text: ReceivedText) => boolean;
}

/** A text, and its position in the inbox. */
export interface TextAtPosition {
  readonly text: ReceivedText;
  /** How many texts the phone had when this one arrived, itself included. Pass it as `after` to miss no later text. */
  readonly after: number;
}

/**
 * Waits for a text that matches.
 *
 * @param options.after how many of the oldest texts to skip; default: all that are on the phone now
 * @throws RelayPhoneError `fault` if none comes in time.
 */
export async function waitForText(
  events: EventStream,
  inbox: Inbox,
  options: NextTextOptions & { readonly after?: number },
): Promise<TextAtPosition> {
  const { timeout = DEFAULT_TIMEOUT_MS, matching = () => true, after = inbox.size() } = options;
  const { number } = inbox;
  let position = after;
  function findNext(): TextAtPosition | undefined {
    for (let text = inbox.find(position); text; text = inbox.find(position)) {
      position += 1;
      if (matching(text)) return { text, after: position };
    }
    return undefined;
  }
  const isArrival = (event: SandboxEvent) => event.kind === 'text.reached-phone' && event.to === number;
  const wait = () =>
    waitForMatch(events, (event) => (isArrival(event) ? findNext() : undefined), {
      timeoutMs: timeout,
      what: `a text to ${number}`,
    });
  return findNext() ?? wait();
}
