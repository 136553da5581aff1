// What an answer of an app's can mean: the parts of the tables in refusals.ts and troubles.ts.
import type { ErrorKind } from '../errors.js';
import type { ReadAnswer } from './answers.js';

/** What was asked of the app. */
export interface AppQuestion {
  /** The app's origin. */
  readonly origin: string;
  /** What was tried, as the rest of "Failed to …". */
  readonly task: string;
  /** The phone number it was about. */
  readonly number: string;
  /** Whether it was asked for a text. */
  readonly texts?: boolean;
  /** What to do about one of Twilio's error codes; undefined for codes nothing is known of. */
  readonly findAdvice?: (code: number) => readonly string[] | undefined;
}

/** What an answer means for the user. */
export interface Meaning {
  readonly kind: ErrorKind;
  /** Why, as a clause without its full stop. */
  readonly reason: string;
  /** What to run or do next, most promising first. */
  readonly tryNext: readonly string[];
  /** Twilio's error code, when the app passed one on. */
  readonly twilioCode?: number;
}

/** One kind of answer. */
export interface Row {
  /** Set where a caller can go on all the same: what was asked for is, or may be, there already. */
  readonly id?: 'verified' | 'pending' | 'has-mask' | 'wordless';
  readonly matches: (answer: ReadAnswer) => boolean;
  readonly mean: (asked: AppQuestion, answer: ReadAnswer) => Meaning;
}

/** The words of the app, quoted behind a clause; nothing when it said none. */
export function quote(words: string): string {
  return words === '' ? '' : `; it says: ${words.replace(/\.$/, '')}`;
}

/** A row for answers with this status and these words. */
export function says(
  status: number,
  words: RegExp,
  mean: (asked: Parameters<Row['mean']>[0], words: string) => Meaning,
): Row {
  return {
    matches: (answer) => answer.status === status && words.test(answer.words),
    mean: (asked, answer) => mean(asked, answer.words),
  };
}
