// Describes a run with an account as lines for people: what it will do, leave out, and cost.
import { BEHAVIOUR_GROUPS, type CreatedIn, isPaid, type TwilioBehaviour, usesNumbers } from '../behaviour.js';
import { type Budget, formatAmount, toDecimal } from './budget.js';
import type { LiveNumber } from './numbers.js';
import { isSent, type Selection, sumOf } from './selection.js';

/** What {@link describeLivePlan} describes. */
export interface LivePlan {
  readonly accountSid: string;
  readonly selection: Selection;
  readonly numbers: readonly LiveNumber[];
  readonly budget: Budget;
  /** The command that runs all behaviours, for a budget. */
  readonly commandFor: (budget: string) => string;
}

/** Returns the plan: a line, and its details. */
export function describeLivePlan(plan: LivePlan): string[] {
  const { accountSid, selection, numbers, budget } = plan;
  const { chosen, tooExpensive, unpriced } = selection;
  const all = chosen.length + tooExpensive.length + unpriced.length;
  const [sent, refused] = [chosen.filter(isSent), chosen.filter((one) => isPaid(one) && !isSent(one))];
  const show = (millionths: number) => formatAmount(millionths, budget.currency);
  const dearest = Math.max(0, ...refused.map((one) => budget.worstOf(one) ?? 0));
  const created = BEHAVIOUR_CREATIONS.filter(([collection]) =>
    chosen.some((one) => creates(one, collection)),
  );
  return [
    `run ${chosen.length} of ${all} behaviours with the account ${accountSid}: ${countGroups(chosen)}`,
    ...(chosen.some(usesNumbers)
      ? describeNumbers(numbers)
      : ['the webhooks of the two numbers stay as they are']),
    ...(created.length > 0
      ? [`created, and removed again: ${created.map(([, name]) => name).join(', ')}`]
      : []),
    ...(chosen.some((one) => creates(one, 'Calls')) ? ['the records of calls stay in the account'] : []),
    `${chosen.length - sent.length - refused.length} of them are free of charge`,
    ...(refused.length > 0
      ? [
          `${refused.length} ask for texts and calls that Twilio should refuse, free of charge: at most ${show(dearest)} for each that it accepts`,
        ]
      : []),
    ...(sent.length > 0
      ? [
          `${sent.length} send texts and calls: at most ${show(sumOf(sent, budget.worstOf))}, with the fees of carriers`,
        ]
      : []),
    `it never spends more than the budget of ${show(budget.limit)}, and buys nothing`,
    ...describeRest(plan),
  ];
}

/** What is removed again, by the collection. */
const BEHAVIOUR_CREATIONS = [
  ['Applications', 'TwiML apps'],
  ['Services', 'Messaging Services'],
  ['Messages', 'texts'],
] as const satisfies readonly (readonly [CreatedIn, string])[];

function creates({ steps }: TwilioBehaviour, collection: CreatedIn): boolean {
  return steps.some((step) => step.kind === 'request' && step.creates === collection);
}

function describeNumbers(numbers: readonly LiveNumber[]): string[] {
  return [
    ...numbers.map(({ phoneNumber, fields }) => {
      const text = fields.smsApplicationSid || fields.smsUrl || '(none)';
      const call = fields.voiceApplicationSid || fields.voiceUrl || '(none)';
      return `${phoneNumber} now sends texts to ${text} and calls to ${call}`;
    }),
    'meanwhile texts and calls to these two numbers do not reach your app; their webhooks are restored at the end',
  ];
}

function describeRest({ selection, budget, commandFor }: LivePlan): string[] {
  const { tooExpensive, unpriced, budgetForAll } = selection;
  const lines: string[] = [];
  if (unpriced.length > 0)
    lines.push(
      `not run, because the price is not known (${budget.unknown.join('; ')}): ${listIds(unpriced)}`,
    );
  if (tooExpensive.length === 0) return lines;
  const more = formatAmount(sumOf(tooExpensive.filter(isSent), budget.worstOf), budget.currency);
  return [
    ...lines,
    `left out, because they exceed the budget; they may cost ${more} more: ${listIds(tooExpensive)}`,
    `all of them: ${commandFor(roundUp(budgetForAll))}`,
  ];
}

/** An amount that `--budget` takes, of whole hundredths. */
function roundUp(millionths: number): string {
  return toDecimal(Math.ceil(millionths / 10_000) * 10_000);
}

function countGroups(behaviours: readonly TwilioBehaviour[]): string {
  const counts = BEHAVIOUR_GROUPS.map(
    (group) => [group, behaviours.filter((one) => one.group === group).length] as const,
  );
  return counts.flatMap(([group, count]) => (count > 0 ? [`${group} ${count}`] : [])).join(', ');
}

function listIds(behaviours: readonly TwilioBehaviour[]): string {
  return behaviours.map(({ id }) => id).join(', ');
}
