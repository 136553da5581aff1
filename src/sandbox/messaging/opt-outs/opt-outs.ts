// Opt-outs: handles STOP, START and HELP before the app receives them, and stores who has opted out.
import type { OwnedNumber } from '../../numbers/incoming-phone-numbers/store.js';
import type { Store } from '../../platform/database.js';
import type { EventStream, TraceContext } from '../../platform/events/stream.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { TwilioProblem } from '../../server/problem.js';
import type { SenderPool } from '../api/sender-pool/store.js';
import type { SentText } from '../text-gateway.js';
import { findKeyword, findKeywordReply, type Keyword } from './keywords.js';

/** What a check for an opt-out needs. */
export interface SubscriptionDeps {
  readonly optOuts: OptOutStore;
  readonly pool: Pick<SenderPool, 'findServiceSid'>;
}

/** Twilio's own reply to a keyword, and its cause. */
export interface KeywordReply {
  readonly body: string;
  readonly trace: TraceContext;
}

/**
 * Handles the keyword of an inbound text. A STOP or START that changes nothing gets no reply, nor
 * does a sender that no text can reach.
 *
 * @returns the reply; undefined if the text is not a keyword, or Twilio does not reply to it
 */
export function handleKeyword(
  text: SentText,
  number: OwnedNumber,
  trace: TraceContext,
  deps: SubscriptionDeps & { readonly events: EventStream },
): KeywordReply | undefined {
  const isTollFree = number.type === 'toll-free';
  const keyword = findKeyword(text.body, isTollFree);
  if (!keyword) return undefined;
  const hasEffect = apply(keyword, text, deps);
  const { from: phone, to } = text;
  const canReceive = findPhoneNumber(phone) !== undefined;
  const reply = (hasEffect && canReceive && findKeywordReply(keyword, isTollFree)) || null;
  const cause = deps.events.emit({ kind: 'opt-out', ...trace, phone, number: to, keyword, reply });
  return reply === null ? undefined : { body: reply, trace: { ...trace, cause } };
}

/**
 * Checks that a phone has not opted out of a number's texts.
 *
 * @param serviceSid the Messaging Service that sends the text, if one does
 * @throws TwilioProblem 21610.
 */
export function verifySubscribed(
  sender: string,
  recipient: string,
  serviceSid: string | undefined,
  deps: SubscriptionDeps,
): void {
  const { optOuts } = deps;
  if (optOuts.isEmpty() || !optOuts.has(serviceSid ?? scopeOf(sender, deps), recipient)) return;
  throw new TwilioProblem(400, 21610, 'Attempt to send to unsubscribed recipient');
}

/** @returns true if the keyword has an effect */
function apply(keyword: Keyword, { from, to }: SentText, deps: SubscriptionDeps): boolean {
  const scope = scopeOf(to, deps);
  if (keyword === 'STOP') return deps.optOuts.add(scope, from);
  if (keyword === 'START') return deps.optOuts.remove(scope, from);
  return true;
}

/** An opt-out from one number of a Messaging Service applies to all its numbers. */
export function scopeOf(number: string, { pool }: Pick<SubscriptionDeps, 'pool'>): string {
  return pool.findServiceSid(number) ?? number;
}

/**
 * A phone that has opted out.
 *
 * @example
 * expect(sandbox.optOuts()).toEqual([{ sender: '+12025550100', phone: '+12025550190' }]);
 */
export interface OptOut {
  /** The number, or the SID of the Messaging Service that the number belongs to. */
  readonly sender: string;
  readonly phone: string;
}

/** The table of opt-outs. A scope is a number, or the SID of the Messaging Service that the number belongs to. */
export interface OptOutStore {
  /** Whether a phone has opted out of a scope. */
  has(scope: string, phone: string): boolean;
  isEmpty(): boolean;
  /** In the order of senders. */
  list(): readonly OptOut[];
  /** @returns true if the opt-out is new */
  add(scope: string, phone: string): boolean;
  /** @returns true if there was an opt-out */
  remove(scope: string, phone: string): boolean;
  /** Drops the cache; call it after the table was changed from outside. */
  forget(): void;
}

/** Opens the table of opt-outs. */
export function createOptOutStore(store: Store): OptOutStore {
  const all = store.query<{ scope: string; phone: string }>('SELECT * FROM optOuts ORDER BY scope, phone');
  const insert = store.query('INSERT OR IGNORE INTO optOuts VALUES (?, ?)');
  const remove = store.query('DELETE FROM optOuts WHERE scope = ? AND phone = ?');
  // Read for every outgoing text; no other process has the database open.
  let known: Set<string> | undefined;
  const read = () => {
    known ??= new Set(all.all().map(({ scope, phone }) => `${scope} ${phone}`));
    return known;
  };
  return {
    has: (scope, phone) => read().has(`${scope} ${phone}`),
    isEmpty: () => read().size === 0,
    list: () => all.all().map(({ scope, phone }) => ({ sender: scope, phone })),
    add: (scope, phone) => {
      read().add(`${scope} ${phone}`);
      return insert.run(scope, phone) > 0;
    },
    remove: (scope, phone) => {
      read().delete(`${scope} ${phone}`);
      return remove.run(scope, phone) > 0;
    },
    forget: () => {
      known = undefined;
    },
  };
}
