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
  const worst = paid.reduce((sum, behaviour) => sum + budget.worstOf(behaviour), 0);
  const refused = paid.filter((behaviour) => !needsWebhooks(behaviour));
  return [
    `run ${behaviours.length} behaviours with the account ${accountSid}; ${behaviours.length - paid.length} of them are free`,
    ...numbers.flatMap(describeNumber),
    'meanwhile texts and calls to these two numbers do not reach your app; their webhooks are restored at the end',
    'created, and removed again: TwiML apps, Messaging Services, texts; the records of calls stay',
    `at most ${formatAmount(worst, budget.currency)} if every text and call is charged in full, with fees of carriers`,
    `${refused.length} of the ${paid.length} paid ones are requests that Twilio refuses free of charge`,
    `never more than the budget of ${formatAmount(budget.limit, budget.currency)}: what would exceed it is left out`,
    'it buys nothing',
  ];
}

function describeNumber({ phoneNumber, fields }: LiveNumber): string[] {
  const text = fields.smsApplicationSid || fields.smsUrl || '(none)';
  const call = fields.voiceApplicationSid || fields.voiceUrl || '(none)';
  return [`${phoneNumber} now sends texts to ${text} and calls to ${call}`];
}
