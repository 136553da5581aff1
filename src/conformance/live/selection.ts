// Chooses the behaviours that a budget allows: the free ones, then one of each group, then the cheapest.
import { isPaid, needsWebhooks, type TwilioBehaviour } from '../behaviour.js';
import { type Budget, formatAmount } from './budget.js';

/** What a run with an account does, and what it leaves out. */
export interface Selection {
  /** In the order in which they run. */
  readonly chosen: readonly TwilioBehaviour[];
  /** What the budget does not allow. */
  readonly tooExpensive: readonly TwilioBehaviour[];
  /** What nobody can price. */
  readonly unpriced: readonly TwilioBehaviour[];
  /** The smallest budget that allows all that has a price, in millionths. */
  readonly budgetForAll: number;
  /** Why each of the others is left out, as a clause, by id. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** Chooses. A request that Twilio should refuse needs the budget only until it has been refused. */
export function selectWithin(behaviours: readonly TwilioBehaviour[], budget: Budget): Selection {
  const unpriced = behaviours.filter((one) => budget.worstOf(one) === undefined);
  const worstOf = (one: TwilioBehaviour) => budget.worstOf(one) ?? 0;
  const sent = behaviours.filter((one) => isSent(one) && !unpriced.includes(one));
  let rest = budget.limit;
  const affordable = new Set<TwilioBehaviour>();
  for (const one of sortByWorth(sent, worstOf)) {
    if (worstOf(one) > rest) continue;
    rest -= worstOf(one);
    affordable.add(one);
  }
  const isChosen = (one: TwilioBehaviour) =>
    !unpriced.includes(one) && (isSent(one) ? affordable.has(one) : worstOf(one) <= budget.limit);
  const tooExpensive = behaviours.filter((one) => !unpriced.includes(one) && !isChosen(one));
  const amount = (one: TwilioBehaviour) => formatAmount(worstOf(one), budget.currency);
  const limit = formatAmount(budget.limit, budget.currency);
  return {
    chosen: behaviours.filter(isChosen),
    tooExpensive,
    unpriced,
    budgetForAll: Math.max(sumOf(sent, worstOf), ...behaviours.map(worstOf)),
    reasons: new Map([
      ...tooExpensive.map(
        (one) => [one.id, `left out, to stay within the budget of ${limit}: at most ${amount(one)}`] as const,
      ),
      ...unpriced.map((one) => [one.id, `its price is not known: ${budget.unknown.join('; ')}`] as const),
    ]),
  };
}

/** True if the behaviour really sends texts or calls. Each that does waits for webhooks; Twilio refuses the others. */
export function isSent(behaviour: TwilioBehaviour): boolean {
  return isPaid(behaviour) && needsWebhooks(behaviour);
}

/** The cheapest of each group first, so that no kind of behaviour is left out, then by price. */
function sortByWorth(
  sent: readonly TwilioBehaviour[],
  worstOf: (one: TwilioBehaviour) => number,
): readonly TwilioBehaviour[] {
  const byPrice = sent.toSorted((one, other) => worstOf(one) - worstOf(other));
  const firsts = byPrice.filter(
    ({ group }, index) => byPrice.findIndex((one) => one.group === group) === index,
  );
  return [...firsts, ...byPrice.filter((one) => !firsts.includes(one))];
}

/** The worst case of all of them together. */
export function sumOf(
  behaviours: readonly TwilioBehaviour[],
  worstOf: (one: TwilioBehaviour) => number | undefined,
): number {
  return behaviours.reduce((total, one) => total + (worstOf(one) ?? 0), 0);
}
