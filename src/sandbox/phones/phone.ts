// What a phone is to whoever holds it.
import type { Behaviour } from './behaviour/behaviour.js';
import type { LoggedCall } from './calls/call-log.js';
import type { PhoneCall } from './calls/phone-call.js';
import type { ReceivedText } from './inbox/inbox.js';
import type { NextTextOptions } from './inbox/next-text.js';
import type { TextOutcome } from './sent-text.js';

/** A phone in somebody's hand. Any valid number has one; a short code texts like one, and does nothing else. */
export interface SandboxPhone {
  /** E.164, or a short code as it is. */
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
   * The next call that rings at this phone from now on. Ask before you do what leads to it.
   *
   * @param options.timeout milliseconds of real time. Default 5000
   * @throws RelayPhoneError `fault` when none comes in time.
   */
  nextCall(options?: { readonly timeout?: number }): Promise<PhoneCall>;
  /**
   * The next text that reaches this phone from now on. Ask before you do what leads to it.
   *
   * @throws RelayPhoneError `fault` when none comes in time.
   */
  nextText(wish?: NextTextOptions): Promise<ReceivedText>;
  /**
   * Changes what becomes of texts and calls to it from now on, also of those under way; a text that waits already
   * waits on.
   */
  behave(behaviour: Behaviour): void;
}
