// Checks the checkout of a Relay, by a port: what is wrong there its own room knows.
import { NEED_REASONS, NEEDS, type Need } from '../../firefox-relay/needs.js';
import { createCheck, type FindingKind, nothingToCheck, toOutcome } from '../check.js';

type FindingId = `checkout-${Need}`;

/** Without its texts Relay still relays; without anything else it does not. */
const FINDINGS = Object.fromEntries(
  NEEDS.map((need): [FindingId, FindingKind] => [
    `checkout-${need}`,
    { severity: need === 'translations' ? 'warning' : 'fault', why: asSentence(NEED_REASONS[need]) },
  ]),
) as Record<FindingId, FindingKind>;

/** Whether it has what phones need, from its Python to the API token. */
export const checkoutCheck = createCheck<FindingId>({
  id: 'checkout',
  group: 'checkout',
  looksAt:
    'the checkout of Firefox Relay that we stand in: Python, settings, database, flags, user, API token',
  needs: [],
  findings: FINDINGS,
  look: async ({ inspectCheckout }) => {
    if (!inspectCheckout) return nothingToCheck('this folder is not a Relay checkout');
    const rows = await inspectCheckout();
    const wrong = rows.filter(({ ok }) => ok === false);
    const found = wrong.map(({ id, what, tryNext }) => ({ id: `checkout-${id}` as const, what, tryNext }));
    return toOutcome('all is there', found);
  },
});

function asSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
