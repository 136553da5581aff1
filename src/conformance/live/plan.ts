// What a run with an account will do and cost, as lines for people.
import { isPaid, needsWebhooks, type TwilioBehaviour } from '../behaviour.js';
import { type Budget, formatAmount } from './budget.js';
import type { LiveNumber } from './numbers.js';

/** Returns the plan: a line, and its details. */
export function describeLivePlan(
  accountSid: string,
  behaviours: readonly TwilioBehaviour[],
  numbers: readonly LiveNumber[],
  budget: Budget,
): string[] {
  const paid = behaviours.filter(isPaid);
  const sum = (some: readonly TwilioBehaviour[]) =>
    some.reduce((total, one) => total + budget.worstOf(one), 0);
  const accepted = paid.filter(needsWebhooks);
  const refused = paid.length - accepted.length;
  return [
    `run ${behaviours.length} behaviours with the account ${accountSid}; ${behaviours.length - paid.length} of them are free`,
    ...numbers.flatMap(describeNumber),
    'meanwhile texts and calls to these two numbers do not reach your app; their webhooks are restored at the end',
    'created, and removed again: TwiML apps, Messaging Services, texts; the records of calls stay',
    `at most ${formatAmount(sum(accepted), budget.currency)} for texts and calls, with the fees of carriers`,
    `${refused} more are requests that Twilio should refuse, free of charge: ${formatAmount(sum(paid), budget.currency)} if it accepted all of them`,
    `never more than the budget of ${formatAmount(budget.limit, budget.currency)}: what would exceed it is left out`,
    'it buys nothing',
  ];
}

function describeNumber({ phoneNumber, fields }: LiveNumber): string[] {
  const text = fields.smsApplicationSid || fields.smsUrl || '(none)';
  const call = fields.voiceApplicationSid || fields.voiceUrl || '(none)';
  return [`${phoneNumber} now sends texts to ${text} and calls to ${call}`];
}
