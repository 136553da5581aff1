// Recognizes answers that say nothing about a behaviour: the account may not do it, or carriers blocked the text.
import { findAdvice } from '../twilio/advice.js';
import type { AnswerExpectation } from './behaviour.js';
import { findAtPath } from './json-path.js';

/** Codes of an account or country that may not do what others may. */
const OF_ACCOUNT: ReadonlySet<number> = new Set([
  10001, 20005, 20008, 20429, 21215, 21404, 21408, 21608, 21611, 572002, 572006,
]);

/** Codes of carriers, in the `error_code` of a text that was accepted. */
function isOfCarrier(code: number): boolean {
  return code >= 30_001 && code < 31_000;
}

/**
 * Returns why the answer says nothing about the behaviour, as a clause; undefined if it does.
 *
 * @param expect what the behaviour expects: a code that it expects is not an obstacle
 */
export function findObstacle(
  expect: AnswerExpectation,
  { status, body }: { readonly status: number; readonly body: unknown },
): string | undefined {
  const code = findAtPath(body, 'code');
  if (status >= 400 && typeof code === 'number' && OF_ACCOUNT.has(code) && expect.body?.code !== code)
    return describe(code);
  const failure = findAtPath(body, 'error_code');
  const isBlocked = typeof failure === 'number' && isOfCarrier(failure);
  return isBlocked && expect.body?.error_code !== failure ? describe(failure) : undefined;
}

function describe(code: number): string {
  return `Twilio ${code}: ${findAdvice(code)?.meaning ?? 'this account may not do it'}`;
}
