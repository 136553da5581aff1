// The phones of the sandbox: the texts each has received, and how it behaves.
import type { EventStream } from '../events/stream.js';
import { verifyPhoneNumber } from '../numbers/phone-number.js';
import type { MediaLink } from '../resources/media/link.js';
import type { Store } from '../store/database.js';
import type { Behaviour, WholeBehaviour } from './behaviour.js';
import { createBehaviourBook } from './behaviours.js';
import { type CallLog, formatLogged } from './call-log.js';
import { type Inbox, type TextWish, waitForText } from './next-text.js';
import type { LoggedCall, PhoneCall } from './phone-call.js';
import type { SentText, TextOutcome } from './sent-text.js';

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

/** A phone that has received something. */
export interface PhoneSummary {
  readonly number: string;
  /** How many texts it holds. */
  readonly texts: number;
  /** When the last one came, ISO 8601. */
  readonly lastAt: string;
}

/** A phone in somebody's hand. Any valid number has one. */
export interface SandboxPhone {
  /** E.164. */
  readonly number: string;
  /** What it has received, oldest first. */
  texts(): readonly ReceivedText[];
  /**
   * Sends a text from this phone to a number of the account, and waits until the app has answered the webhook and its
   * answer was carried out: replies are on their way by then, and on their phones soon after.
   *
   * @throws RelayPhoneError `usage` when nobody could send that text, `interrupted` when the sandbox is closed or
   *   reset meanwhile. That the webhook failed is told by the outcome.
   */
  text(to: string, body: string, options?: { readonly mediaUrls?: readonly string[] }): Promise<TextOutcome>;
  /**
   * Calls a number of the account.
   *
   * @throws RelayPhoneError `usage` when nobody could make that call.
   */
  call(to: string): PhoneCall;
  /** Its call log, oldest first. */
  calls(): readonly LoggedCall[];
  /** The calls it is in: those that ring, and those in which it talks. */
  liveCalls(): readonly PhoneCall[];
  /**
   * The next text that reaches this phone from now on. Ask before you do what leads to it.
   *
   * @throws RelayPhoneError `fault` when none comes in time.
   */
  nextText(wish?: TextWish): Promise<ReceivedText>;
  /**
   * Changes what becomes of texts and calls to it from now on, also of those under way; a text that waits already
   * waits on.
   */
  behave(behaviour: Behaviour): void;
}

/** All phones. */
export interface PhoneBook {
  /** @throws RelayPhoneError `usage` when `number` is no valid phone number. */
  phone(number: string): SandboxPhone;
  /** The texts of a phone one by one. @throws RelayPhoneError `usage` when `number` is no valid phone number. */
  inbox(number: string): Inbox;
  /** The phones that have received something, the last to receive first. */
  summaries(): readonly PhoneSummary[];
  /** How a phone (in E.164) behaves. */
  behaviourOf(number: string): WholeBehaviour;
  /** Puts a text on a phone that no message of the account brought. */
  put(text: Omit<ReceivedText, 'receivedAt' | 'media'>, at: number): void;
  /** Says that the tables were emptied from outside. */
  forget(): void;
}

interface TextRow {
  readonly sid: string;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly mediaUrls: string;
  readonly receivedAt: number;
}

interface SummaryRow {
  readonly number: string;
  readonly texts: number;
  readonly lastAt: number;
}

const SUMMARIES = `
SELECT phone AS number, count(*) AS texts, max(receivedAt) AS lastAt FROM texts GROUP BY phone ORDER BY max(seq) DESC`;

/** What the phones are made of. */
export interface PhoneBookParts {
  readonly store: Store;
  readonly events: EventStream;
  readonly callLog: CallLog;
  readonly handsets: ReadonlyMap<string, PhoneCall>;
  /** Takes what is texted from a phone. */
  send(text: SentText): Promise<TextOutcome>;
  /** What a message shows. */
  showMedia(sid: string): readonly MediaLink[];
  /** Takes a call from a phone. */
  dial(phone: string, to: string): PhoneCall;
}

/** Opens the phones of a database. */
export function createPhoneBook(parts: PhoneBookParts): PhoneBook {
  const { store, events, callLog, handsets, send, dial } = parts;
  const readText = (row: TextRow) => formatText(row, parts.showMedia);
  const texts = store.query<TextRow>('SELECT * FROM texts WHERE phone = ? ORDER BY seq');
  const put = store.query(
    'INSERT INTO texts (phone, sid, sender, recipient, body, mediaUrls, receivedAt) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const at = store.query<TextRow>('SELECT * FROM texts WHERE phone = ? ORDER BY seq LIMIT 1 OFFSET ?');
  const count = store.query<{ texts: number }>('SELECT count(*) AS texts FROM texts WHERE phone = ?');
  const behaviours = createBehaviourBook(store);
  const summaries = store.query<SummaryRow>(SUMMARIES);
  function inbox(text: string): Inbox {
    const number = verifyPhone(text);
    return {
      number,
      size: () => count.get(number)?.texts ?? 0,
      find: (place) => at.all(number, place).map(readText)[0],
    };
  }

  function phone(text: string): SandboxPhone {
    const number = verifyPhone(text);
    return {
      number,
      texts: () => texts.all(number).map(readText),
      nextText: async (wish = {}) => (await waitForText(events, inbox(number), wish)).text,
      text: (to, body, { mediaUrls = [] } = {}) => send({ from: number, to, body, mediaUrls }),
      call: (to) => dial(number, to),
      calls: () => callLog.list(number).map(formatLogged),
      liveCalls: () => [...handsets.values()].filter(({ phone }) => phone === number),
      behave: (behaviour) => behaviours.change(number, behaviour),
    };
  }

  return {
    phone,
    inbox,
    summaries: () => summaries.all().map(readSummary),
    behaviourOf: behaviours.of,
    put: ({ sid, from, to, body, mediaUrls }, at) =>
      void put.run(to, sid, from, to, body, JSON.stringify(mediaUrls), at),
    forget: behaviours.forget,
  };
}

function verifyPhone(text: string): string {
  return verifyPhoneNumber(text, `pick up the phone ${text}`).number;
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

function readSummary({ number, texts, lastAt }: SummaryRow): PhoneSummary {
  return { number, texts, lastAt: new Date(lastAt).toISOString() };
}
