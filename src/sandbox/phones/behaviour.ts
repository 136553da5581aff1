// The settings of each phone: how it behaves when it is texted or called, and its label.
import { findDurationMs } from '../../duration.js';
import { RelayPhoneError } from '../../errors.js';
import { FAILED_ERRORS, type TextBehaviour, UNDELIVERED_ERRORS } from '../messaging/text-gateway.js';
import type { Store } from '../platform/database.js';
import { isShortCode, verifyPhoneNumber } from '../platform/phone-number.js';

/**
 * How a phone behaves; a missing field keeps its value.
 *
 * @example
 * sandbox.phone('+12025550190').behave({ texts: { undelivered: 30003 }, slow: '5s' });
 */
export interface Behaviour {
  /**
   * What happens to texts to it: `delivered`, the default; `read`: `delivered`, then `read`; `silent`: it receives them
   * and sends no receipt, so that they stay `sent`; `undelivered` with an error code: 30003 to 30008, 30032 or 30034; or
   * `failed` with one: 30001, 30002 or 30008.
   */
  readonly texts?: TextBehaviour['texts'];
  /**
   * How the app receives the status callbacks of texts to it: `once` and in order, the default; `duplicated`, each
   * twice; or `reordered`, the last one first. Twilio promises neither order nor exactly one.
   */
  readonly callbacks?: 'once' | 'duplicated' | 'reordered';
  /**
   * What it does when it is called: `answers`, the default, and stays until the other side hangs up; is `busy`;
   * `rejects`; or `no-answer`: it rings until somebody answers it.
   */
  readonly calls?: 'answers' | 'busy' | 'rejects' | 'no-answer';
  /** Whether it shows its number when it calls: `shown`, the default; or `withheld`. */
  readonly callerId?: 'shown' | 'withheld';
  /**
   * How slow it is, in milliseconds or as a text such as `5s`: a text stays `sent` that long before it is on the phone,
   * and a call rings that long before the phone answers or rejects it. Default 0.
   */
  readonly slow?: number | string;
  /**
   * The numbers that it blocks, E.164: texts from them end undelivered with 30004, and it rejects their calls. None by
   * default.
   */
  readonly blocked?: readonly string[];
}

/** How a phone behaves in every respect; `slow` is in milliseconds. */
export interface WholeBehaviour extends Required<Behaviour> {
  readonly slow: number;
}

/** The table of the settings of all phones. */
export interface BehaviourStore {
  /** How a phone (E.164) behaves; with the defaults if it was never changed. */
  of(number: string): WholeBehaviour;
  /** Changes how a phone behaves. @throws RelayPhoneError `usage` if the behaviour is invalid. */
  change(number: string, behaviour: Behaviour): void;
  /** The label of a phone; empty if it has none. */
  labelOf(number: string): string;
  /** Labels a phone; an empty label removes it. @throws RelayPhoneError `usage` if it is too long. */
  setLabel(number: string, label: string): void;
  /** Drops the cache; call it after the table was changed from outside. */
  forget(): void;
}

const DEFAULT_BEHAVIOUR: WholeBehaviour = {
  texts: 'delivered',
  callbacks: 'once',
  calls: 'answers',
  callerId: 'shown',
  slow: 0,
  blocked: [],
};

interface Settings {
  readonly behaviour: WholeBehaviour;
  readonly label: string;
}

const DEFAULT_SETTINGS: Settings = { behaviour: DEFAULT_BEHAVIOUR, label: '' };

interface Row {
  readonly number: string;
  readonly texts: 'delivered' | 'read' | 'silent' | 'undelivered' | 'failed';
  readonly errorCode: number | null;
  readonly callbacks: WholeBehaviour['callbacks'];
  readonly calls: WholeBehaviour['calls'];
  readonly callerId: WholeBehaviour['callerId'];
  readonly slow: number;
  readonly blocked: string;
  readonly label: string;
}

/** How many characters a label may have. */
const MAX_LABEL = 64;

/** Opens the table. */
export function createBehaviourStore(store: Store): BehaviourStore {
  const all = store.query<Row>('SELECT * FROM phones');
  const write = store.query(
    `INSERT INTO phones (number, texts, errorCode, callbacks, calls, callerId, slow, blocked)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET texts = excluded.texts, errorCode = excluded.errorCode,
    callbacks = excluded.callbacks, calls = excluded.calls, callerId = excluded.callerId, slow = excluded.slow,
    blocked = excluded.blocked`,
  );
  const writeLabel = store.query(
    `INSERT INTO phones (number, texts, label) VALUES (?, 'delivered', ?)
    ON CONFLICT (number) DO UPDATE SET label = excluded.label`,
  );
  // Read for every text that is delivered; no other process has the database open.
  let known: Map<string, Settings> | undefined;
  const read = () => {
    known ??= new Map(all.all().map((row) => [row.number, readRow(row)]));
    return known;
  };
  const settingsOf = (number: string) => read().get(number) ?? DEFAULT_SETTINGS;
  const of = (number: string) => settingsOf(number).behaviour;
  return {
    of,
    change: (number, changes) => {
      const behaviour = applyChanges(of(number), changes);
      const { texts, callbacks, calls, callerId, slow, blocked } = behaviour;
      write.run(number, ...formatTexts(texts), callbacks, calls, callerId, slow, JSON.stringify(blocked));
      read().set(number, { ...settingsOf(number), behaviour });
    },
    labelOf: (number) => settingsOf(number).label,
    setLabel: (number, text) => {
      const label = verifyLabel(number, text);
      writeLabel.run(number, label);
      read().set(number, { ...settingsOf(number), label });
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** The columns `texts` and `errorCode`. */
function formatTexts(texts: WholeBehaviour['texts']): [string, number | null] {
  if (typeof texts !== 'object') return [texts, null];
  return 'failed' in texts ? ['failed', texts.failed] : ['undelivered', texts.undelivered];
}

function readRow({ texts, errorCode, callbacks, calls, callerId, slow, blocked, label }: Row): Settings {
  const numbers = JSON.parse(blocked) as string[];
  const whole = {
    texts: readTexts(texts, errorCode ?? 0),
    callbacks,
    calls,
    callerId,
    slow,
    blocked: numbers,
  };
  return { behaviour: whole, label };
}

function readTexts(texts: Row['texts'], errorCode: number): WholeBehaviour['texts'] {
  if (texts === 'undelivered') return { undelivered: errorCode };
  return texts === 'failed' ? { failed: errorCode } : texts;
}

function verifyLabel(number: string, text: string): string {
  // SQLite would end the label at a NUL.
  const label = text.replaceAll('\0', '').trim();
  if ([...label].length <= MAX_LABEL) return label;
  const reason = `a label has at most ${MAX_LABEL} characters`;
  throw new RelayPhoneError({ kind: 'usage', task: `label ${number}`, reason });
}

const UNDELIVERED_CODES = Object.keys(UNDELIVERED_ERRORS).map(Number);
const FAILED_CODES = Object.keys(FAILED_ERRORS).map(Number);

function applyChanges(before: WholeBehaviour, changes: Behaviour): WholeBehaviour {
  const { texts, callbacks, calls, callerId, slow, blocked } = { ...before, ...changes };
  if (!isTextBehaviour(texts)) {
    const undelivered = `{ undelivered: ${UNDELIVERED_CODES.join(' | ')} }`;
    const failed = `{ failed: ${FAILED_CODES.join(' | ')} }`;
    throw invalidBehaviour(`texts must be 'delivered', 'read', 'silent', ${undelivered} or ${failed}`);
  }
  if (!['once', 'duplicated', 'reordered'].includes(callbacks)) {
    throw invalidBehaviour("callbacks must be 'once', 'duplicated' or 'reordered'");
  }
  if (!['answers', 'busy', 'rejects', 'no-answer'].includes(calls)) {
    throw invalidBehaviour("calls must be 'answers', 'busy', 'rejects' or 'no-answer'");
  }
  if (!['shown', 'withheld'].includes(callerId)) {
    throw invalidBehaviour("callerId must be 'shown' or 'withheld'");
  }
  const slowMs = findDurationMs(slow);
  if (slowMs === undefined) throw invalidBehaviour("slow must be milliseconds or a time such as '5s'");
  if (!Array.isArray(blocked)) throw invalidBehaviour('blocked must be a list of numbers');
  return { texts, callbacks, calls, callerId, slow: slowMs, blocked: blocked.map(verifyBlocked) };
}

/** @returns the number in E.164, or the short code */
function verifyBlocked(text: string): string {
  return isShortCode(text) ? text : verifyPhoneNumber(text, `block ${text}`).number;
}

/** Callers may use JavaScript, so `texts` can be anything except undefined. */
function isTextBehaviour(texts: Exclude<Behaviour['texts'], undefined>): boolean {
  if (typeof texts !== 'object' || texts === null) return ['delivered', 'read', 'silent'].includes(texts);
  return 'failed' in texts
    ? FAILED_CODES.includes(texts.failed)
    : UNDELIVERED_CODES.includes(texts.undelivered);
}

function invalidBehaviour(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'change how the phone behaves', reason });
}
