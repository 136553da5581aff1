// The phones of the sandbox: the texts each has received, and how it behaves.
import { RelayPhoneError } from '../../errors.js';
import { findPhoneNumber } from '../numbers/phone-number.js';
import type { Store } from '../store/database.js';
import { type Behaviour, verifyBehaviour } from './behaviour.js';

/** A text on a phone. */
export interface ReceivedText {
  /** The SID of the message that brought it. */
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
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
  /** Changes what becomes of texts to it from now on, also of those under way. */
  behave(behaviour: Behaviour): void;
}

/** All phones. */
export interface PhoneBook {
  /** @throws RelayPhoneError `usage` when `number` is no valid phone number. */
  phone(number: string): SandboxPhone;
  /** The phones that have received something, the last to receive first. */
  summaries(): readonly PhoneSummary[];
}

interface TextRow {
  readonly sid: string;
  readonly sender: string;
  readonly recipient: string;
  readonly body: string;
  readonly receivedAt: number;
}

interface SummaryRow {
  readonly number: string;
  readonly texts: number;
  readonly lastAt: number;
}

const SUMMARIES = `
SELECT phone AS number, count(*) AS texts, max(receivedAt) AS lastAt FROM texts GROUP BY phone ORDER BY max(seq) DESC`;

/** Opens the phones of a database. */
export function createPhoneBook(store: Store): PhoneBook {
  const texts = store.query<TextRow>('SELECT * FROM texts WHERE phone = ? ORDER BY seq');
  const behave = store.query('INSERT OR REPLACE INTO phones VALUES (?, ?, ?)');
  const summaries = store.query<SummaryRow>(SUMMARIES);
  function phone(text: string): SandboxPhone {
    const number = verifyNumber(text);
    return {
      number,
      texts: () => texts.all(number).map(readText),
      behave: (behaviour) => void behave.run(number, ...formatFate(verifyBehaviour(behaviour).texts)),
    };
  }
  return { phone, summaries: () => summaries.all().map(readSummary) };
}

/** The two columns that say what becomes of texts. */
function formatFate(texts: Behaviour['texts']): [string, number | null] {
  return typeof texts === 'object' ? ['undelivered', texts.undelivered] : [texts, null];
}

function verifyNumber(text: string): string {
  const found = findPhoneNumber(text);
  if (found) return found.number;
  throw new RelayPhoneError({
    kind: 'usage',
    task: `pick up the phone ${text}`,
    reason: 'that is not a valid phone number',
    tryNext: ['a number such as +12025550190'],
  });
}

function readText({ sid, sender, recipient, body, receivedAt }: TextRow): ReceivedText {
  return { sid, from: sender, to: recipient, body, receivedAt: new Date(receivedAt).toISOString() };
}

function readSummary({ number, texts, lastAt }: SummaryRow): PhoneSummary {
  return { number, texts, lastAt: new Date(lastAt).toISOString() };
}
