// The behaviours that a budget allows, and the plan that shows them.
import { describe, expect, it } from 'vitest';
import { BEHAVIOUR_GROUPS, isPaid } from '../behaviour.js';
import { BEHAVIOURS } from '../behaviours/behaviours.js';
import { createBudget } from './budget.js';
import { describeLivePlan } from './plan.js';
import type { WorstPrices } from './prices.js';
import { isSent, selectWithin, sumOf } from './selection.js';

const US: WorstPrices = { currency: 'USD', segment: 24_900, call: 22_500, unknown: [] };
const select = (amount: string, prices: WorstPrices = US) => {
  const budget = createBudget(amount, prices);
  return { budget, ...selectWithin(BEHAVIOURS, budget) };
};
const groupsOf = (some: readonly { readonly group: string }[]) => new Set(some.map(({ group }) => group));

describe('the selection', () => {
  it.each(['0.20', '1.00', '1.50'])('stays within %s, and has some of each group', (amount) => {
    const { budget, chosen } = select(amount);
    const sent = chosen.filter(isSent);
    expect(sumOf(sent, budget.worstOf)).toBeLessThanOrEqual(budget.limit);
    expect(groupsOf(chosen)).toEqual(new Set(BEHAVIOUR_GROUPS));
    // What is free is never left out.
    expect(chosen.filter((one) => !isPaid(one))).toEqual(BEHAVIOURS.filter((one) => !isPaid(one)));
  });

  it('leaves out the most expensive ones, and gives the smallest budget for all', () => {
    const { budget, chosen, tooExpensive, budgetForAll } = select('1.00');
    // One of each group is chosen first; without it, no opt-out would be.
    const others = chosen.filter((one) => isSent(one) && one.group !== 'opt-outs');
    const dearest = Math.max(...others.map((one) => budget.worstOf(one) ?? 0));
    const cheapest = Math.min(...tooExpensive.map((one) => budget.worstOf(one) ?? 0));
    expect(dearest).toBeLessThanOrEqual(cheapest);
    expect(select(String(budgetForAll / 1e6)).tooExpensive).toEqual([]);
    expect(select(String((budgetForAll - 10_000) / 1e6)).tooExpensive).not.toEqual([]);
  });

  it('runs only what is free with a budget of 0', () => {
    expect(select('0').chosen).toEqual(BEHAVIOURS.filter((one) => !isPaid(one)));
  });

  it('runs texts without the price of a call, and says that it is not known', () => {
    const { chosen, unpriced, reasons } = select('9', {
      ...US,
      call: undefined,
      unknown: ['Twilio does not list the price of a call in AQ'],
    });
    expect(groupsOf(unpriced)).toEqual(new Set(['calls', 'voice', 'twiml-voice']));
    expect(groupsOf(chosen).has('texts')).toBe(true);
    expect(reasons.get('voice/placed')).toContain(
      'not known: Twilio does not list the price of a call in AQ',
    );
  });
});

describe('the plan', () => {
  const plan = (amount: string) => {
    const { budget, ...selection } = select(amount);
    const numbers = [] as const;
    const commandFor = (enough: string) => `relay-phone conformance --live --budget ${enough}`;
    return describeLivePlan({ accountSid: 'AC1', selection, numbers, budget, commandFor }).join('\n');
  };

  it('names what is left out, what it would cost, and the command for all', () => {
    const { tooExpensive, budgetForAll } = select('1.00');
    for (const { id } of tooExpensive) expect(plan('1.00')).toContain(id);
    const enough = (Math.ceil(budgetForAll / 10_000) / 100).toFixed(2);
    expect(plan('1.00')).toContain(`relay-phone conformance --live --budget ${enough}`);
    expect(plan(enough)).not.toContain('left out');
  });
});
