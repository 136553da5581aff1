// A call as the phone that is in it has it in its hands.
import type { Sound } from '../../voice/legs/sound.js';

/** How far a phone's call has come; `busy`, `rejected`, `missed` and `unanswered` are how one ends that was not answered. */
export type PhoneCallState =
  | 'calling'
  | 'ringing'
  | 'talking'
  | 'ended'
  | 'busy'
  | 'rejected'
  | 'missed'
  | 'unanswered';

/** A call in a phone's call log. */
export interface LoggedCall {
  /** The SID of the leg that the phone is on. */
  readonly sid: string;
  readonly direction: 'incoming' | 'outgoing';
  /** The other number, as the phone shows it. */
  readonly shown: string;
  readonly state: PhoneCallState;
  /** What was heard, in order: words of TwiML (`say`), files (`play`), keys, and people speaking (`words`). */
  readonly heard: readonly Sound[];
  /** ISO 8601; null where it did not happen. */
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
}

/** A call that a phone is in. Its verbs throw RelayPhoneError `usage` when the call is not that far, or over. */
export interface PhoneCall {
  readonly sid: string;
  /** Which events belong to it, with all that it led to. */
  readonly traceId: string;
  /** The phone's number. */
  readonly phone: string;
  /** How it is now. */
  log(): LoggedCall;
  /** Takes a call that rings. */
  answer(): void;
  /** Declines a call that rings. */
  reject(): void;
  /** Presses keys, one after the other: `0` to `9`, `*`, `#`, `A` to `D`. While nobody asks for any, they wait. */
  press(keys: string): void;
  /** Says something. While nobody listens, it waits. */
  say(words: string): void;
  hangUp(): void;
  /** Resolves when it has been answered; also when it ends without. */
  readonly answered: Promise<LoggedCall>;
  /** Resolves when it is over. */
  readonly ended: Promise<LoggedCall>;
}
