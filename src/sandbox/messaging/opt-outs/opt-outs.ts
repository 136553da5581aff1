// Keeps to STOP, START and HELP: what Twilio does with them before the app hears of it.

import type { OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import type { SentText } from '../../phones/sent-text.js';
import type { TraceContext } from '../../platform/events/stream.js';
import { TwilioProblem } from '../../server/problem.js';
import type { World } from '../../world.js';
import { findKeyword, findKeywordReply, type Keyword } from './keywords.js';

/** What is answered by itself to a keyword, and what led to it. */
export interface KeywordAnswer {
  readonly reply: string;
  readonly thread: TraceContext;
}

/**
 * Carries out the keyword that a text is, if it is one. A word that changes nothing is not answered.
 *
 * @returns the answer; undefined when there is none
 */
export function answerKeyword(
  world: World,
  text: SentText,
  number: OwnedNumber,
  thread: TraceContext,
): KeywordAnswer | undefined {
  const isTollFree = number.type === 'toll-free';
  const keyword = findKeyword(text.body, isTollFree);
  if (!keyword) return undefined;
  const changes = apply(world, keyword, text);
  const reply = (changes && findKeywordReply(keyword, isTollFree)) || null;
  const cause = world.events.emit({
    kind: 'opt-out',
    ...thread,
    phone: text.from,
    number: text.to,
    keyword,
    reply,
  });
  return reply === null ? undefined : { reply, thread: { ...thread, cause } };
}

/**
 * Checks that a phone takes texts from a number.
 *
 * @param serviceSid the messaging service that sends it, when one does
 * @throws TwilioProblem 21610.
 */
export function verifySubscribed(
  world: World,
  sender: string,
  recipient: string,
  serviceSid: string | undefined,
): void {
  if (world.optOuts.isEmpty() || !world.optOuts.has(serviceSid ?? scopeOf(world, sender), recipient)) return;
  throw new TwilioProblem(400, 21610, 'Attempt to send to unsubscribed recipient');
}

function apply(world: World, keyword: Keyword, { from, to }: SentText): boolean {
  const scope = scopeOf(world, to);
  if (keyword === 'STOP') return world.optOuts.add(scope, from);
  if (keyword === 'START') return world.optOuts.remove(scope, from);
  return true;
}

/** All numbers of a messaging service count as one. */
function scopeOf({ pool }: World, number: string): string {
  return pool.findServiceSid(number) ?? number;
}
