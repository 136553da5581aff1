// Matchers for vitest, Jest, Playwright and Bun: what a phone has received and heard, and which numbers leaked.
import { readPhone, readSandbox } from './actual.js';
import {
  describeExposures,
  describeHeard,
  describeLastTrace,
  describePattern,
  describeTexts,
  type SoundPattern,
  type TextPattern,
} from './failure-message.js';

/** What a matcher returns to `expect`. */
export interface MatcherResult {
  readonly pass: boolean;
  /** Returns the message for a failed test, which depends on `pass` for `.not`. */
  readonly message: () => string;
}

/** How a text or sound is compared: a string with its whole content, a regular expression with any part of it. */
export type { SoundPattern, TextPattern };

/** Which texts count. */
export interface TextMatchOptions {
  /** The sender, as the phone shows it. Default: any. */
  readonly from?: string;
}

/** How long to wait, and which texts count. */
export interface TextWaitOptions extends TextMatchOptions {
  /** Milliseconds of real time. Default 3000: vitest, Jest and Bun end a test after 5000, with a message that says less. */
  readonly timeout?: number;
}

/** Which exposures are leaks. */
export interface LeakOptions {
  /** The phones that may be shown the number, besides its own. Default: none. */
  readonly except?: readonly string[];
}

/**
 * The matchers, as the types of an `expect` have them.
 *
 * @template Result what a matcher returns: `void`, or a promise after `resolves`
 */
export interface PhoneMatchers<Result = void> {
  /**
   * Passes if the phone has received a text that matches; without `pattern`, any text. It does not wait.
   *
   * @example
   * expect(sandbox.phone('+12125550190')).toHaveReceivedText(/code is \d{3}/, { from: '+12025550100' });
   */
  toHaveReceivedText(pattern?: TextPattern, options?: TextMatchOptions): Result;
  /**
   * Passes as soon as the phone has received a text that matches, before the call or within `timeout`. It returns a
   * promise. Use `toHaveReceivedText` for `.not`, once {@link Sandbox.whenQuiet} has resolved: this one would wait in vain.
   *
   * @example
   * await expect(sandbox.phone('+12125550190')).toReceiveText(/code is \d{3}/);
   */
  toReceiveText(pattern?: TextPattern, options?: TextWaitOptions): Promise<void>;
  /**
   * Passes if the phone has heard something that matches in any of its calls: a sentence, a file, keys, words.
   *
   * @example
   * expect(sandbox.phone('+12125550190')).toHaveHeard('Press 1 to be connected.');
   */
  toHaveHeard(pattern?: SoundPattern): Result;
  /**
   * Passes if no other phone was shown the number, in any way and spelling; without a number, if all assertions of
   * {@link Sandbox.assertShownOnlyTo} hold. It fails if there is no assertion either.
   *
   * @example
   * expect(sandbox).toHaveLeakedNothing('+13015550195');
   */
  toHaveLeakedNothing(number?: string, options?: LeakOptions): Result;
}

/**
 * The matchers for `expect.extend`. TypeScript learns of them from `relay-phone/vitest` or `relay-phone/jest`, whose
 * `matchers` are the same; Playwright and Bun need no more than this.
 *
 * @example
 * import { matchers } from 'relay-phone/matchers';
 * expect.extend(matchers);
 */
export const matchers = {
  toHaveReceivedText(actual: unknown, pattern?: TextPattern, options: TextMatchOptions = {}): MatcherResult {
    const phone = readPhone(actual, 'toHaveReceivedText');
    const texts = phone.texts();
    const found = texts.filter((text) => isMatch(text.body, pattern) && isFrom(text.from, options));
    const what = `a text${describePattern(pattern)}${describeSender(options)}`;
    if (found.length > 0) {
      return pass(`${phone.number} has received ${what}, and should not:\n${describeTexts(found)}`);
    }
    return fail(
      `${phone.number} has not received ${what}.\n${describeTexts(texts)}${describeLastTrace(phone)}`,
    );
  },

  async toReceiveText(
    actual: unknown,
    pattern?: TextPattern,
    options: TextWaitOptions = {},
  ): Promise<MatcherResult> {
    const phone = readPhone(actual, 'toReceiveText');
    const check = () => matchers.toHaveReceivedText(phone, pattern, options);
    if (check().pass) return check();
    const { timeout = DEFAULT_WAIT_MS } = options;
    try {
      await phone.nextText({
        timeout,
        matching: ({ body, from }) => isMatch(body, pattern) && isFrom(from, options),
      });
    } catch (error) {
      // What is wrong with the sandbox is not a question of texts.
      if (!isTimeout(error)) throw error;
    }
    return check();
  },

  toHaveHeard(actual: unknown, pattern?: SoundPattern): MatcherResult {
    const phone = readPhone(actual, 'toHaveHeard');
    const calls = phone.calls();
    const found = calls.some(({ heard }) => heard.some(({ content }) => isMatch(content, pattern)));
    const what = `something${describePattern(pattern)}`;
    if (found) return pass(`${phone.number} has heard ${what}, and should not.\n${describeHeard(calls)}`);
    return fail(`${phone.number} has not heard ${what}.\n${describeHeard(calls)}${describeLastTrace(phone)}`);
  },

  toHaveLeakedNothing(actual: unknown, number?: string, { except = [] }: LeakOptions = {}): MatcherResult {
    const sandbox = readSandbox(actual, 'toHaveLeakedNothing');
    const assertions = sandbox.assertions();
    if (number === undefined && assertions.length === 0) {
      throw new TypeError(
        'toHaveLeakedNothing() needs a number, or an assertion: sandbox.assertShownOnlyTo(number, phones)',
      );
    }
    const leaks =
      number === undefined
        ? assertions.flatMap((assertion) => assertion.exposures)
        : sandbox.exposures(number).filter(({ phone }) => !except.includes(phone));
    const what = number ?? assertions.map((assertion) => assertion.number).join(', ');
    if (leaks.length === 0) return pass(`${what} has leaked to nobody, and should have.`);
    return fail(`${what} has leaked:\n${describeExposures(leaks, (id) => sandbox.trace(id))}`);
  },
};

const DEFAULT_WAIT_MS = 3000;

function isMatch(content: string, pattern: TextPattern | undefined): boolean {
  if (pattern === undefined) return true;
  // Unlike `test`, it is not influenced by the last match of a global expression.
  return typeof pattern === 'string' ? content === pattern : content.search(pattern) >= 0;
}

function isFrom(sender: string, { from }: TextMatchOptions): boolean {
  return from === undefined || sender === from;
}

function describeSender({ from }: TextMatchOptions): string {
  return from === undefined ? '' : ` from ${from}`;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'kind' in error && error.kind === 'fault';
}

function pass(message: string): MatcherResult {
  return { pass: true, message: () => message };
}

function fail(message: string): MatcherResult {
  return { pass: false, message: () => message };
}
