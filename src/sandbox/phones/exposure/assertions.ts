// The table of privacy assertions: which phones may be shown a number. They outlive a reset.
import type { Store } from '../../platform/database.js';
import { isShortCode, verifyPhoneNumber } from '../../platform/phone-number.js';
import type { NumberExposure } from './find-exposures.js';

/** The assertion that a number is shown only to certain phones, besides its own. */
export interface PrivacyAssertion {
  /** The number again: there is one assertion for each. */
  readonly id: string;
  /** The number that is protected, E.164. */
  readonly number: string;
  /** The phones that may be shown it. */
  readonly allowed: readonly string[];
}

/** An assertion, and whether it holds. */
export interface CheckedAssertion extends PrivacyAssertion {
  /** Whether no other phone was shown the number. */
  readonly isKept: boolean;
  /** The exposures that break it, oldest first. */
  readonly exposures: readonly NumberExposure[];
}

/** The table of assertions. */
export interface AssertionStore {
  /** In the order of their numbers; the same array until one changes. */
  list(): readonly PrivacyAssertion[];
  /** @param number E.164 */
  find(number: string): PrivacyAssertion | undefined;
  /** Adds or replaces the assertion about a number. @throws RelayPhoneError `usage` if a number is invalid. */
  put(number: string, allowed: readonly string[]): PrivacyAssertion;
  /** @returns true if it existed. @throws RelayPhoneError `usage` if the number is invalid. */
  remove(number: string): boolean;
  /** Drops the cache; call it after the table was changed from outside. */
  forget(): void;
}

interface Row {
  readonly number: string;
  readonly allowed: string;
}

/** Opens the table. */
export function createAssertionStore(store: Store): AssertionStore {
  const all = store.query<Row>('SELECT * FROM assertions ORDER BY number');
  const write = store.query('INSERT OR REPLACE INTO assertions (number, allowed) VALUES (?, ?)');
  const remove = store.query('DELETE FROM assertions WHERE number = ?');
  // Asked for the sender of every text.
  let known: readonly PrivacyAssertion[] | undefined;
  const list = () => {
    known ??= all.all().map(readRow);
    return known;
  };
  const forget = () => {
    known = undefined;
  };
  return {
    list,
    find: (number) => list().find((one) => one.number === number),
    put: (text, phones) => {
      const { number } = verifyPhoneNumber(text, `protect ${text}`);
      const allowed = [...new Set(phones.map(verifyAllowed))];
      write.run(number, JSON.stringify(allowed));
      forget();
      return { id: number, number, allowed };
    },
    remove: (text) => {
      const { number } = verifyPhoneNumber(text, `remove the assertion about ${text}`);
      forget();
      return remove.run(number) > 0;
    },
    forget,
  };
}

function readRow({ number, allowed }: Row): PrivacyAssertion {
  return { id: number, number, allowed: JSON.parse(allowed) as string[] };
}

function verifyAllowed(text: string): string {
  return isShortCode(text) ? text : verifyPhoneNumber(text, `allow ${text}`).number;
}

/** Whether an assertion forbids that a phone is shown its number. */
export function isForbidden({ allowed }: PrivacyAssertion, phone: string): boolean {
  return !allowed.includes(phone);
}

/** Checks an assertion against all exposures of its number. */
export function checkAssertion(
  assertion: PrivacyAssertion,
  exposures: readonly NumberExposure[],
): CheckedAssertion {
  const broken = exposures.filter(({ phone }) => isForbidden(assertion, phone));
  return { ...assertion, isKept: broken.length === 0, exposures: broken };
}
