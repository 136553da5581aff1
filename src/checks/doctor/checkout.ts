// Checks the checkout of a Relay, by a port: what is wrong there its own room knows.
import { NEEDS, type Need } from '../../firefox-relay/fault.js';
import { WHY } from '../../firefox-relay/inspect.js';
import { type FindingKind, nothingToCheck, passUnless } from '../check.js';
import { createDoctorCheck } from './doctor-context.js';

type FindingId = `checkout-${Need}`;

/** Without its texts Relay still relays; without anything else it does not. */
const FINDINGS = Object.fromEntries(
  NEEDS.map((need): [FindingId, FindingKind] => [
    `checkout-${need}`,
    { severity: need === 'translations' ? 'warning' : 'fault', why: asSentence(WHY[need]) },
  ]),
) as Record<FindingId, FindingKind>;

/** Whether it has what phones need, from its Python to the API token. */
export const checkoutCheck = createDoctorCheck<FindingId>({
  id: 'checkout',
  group: 'checkout',
  checks:
    'the checkout of Firefox Relay that we stand in: Python, settings, database, flags, user, API token',
  needs: [],
  findings: FINDINGS,
  run: async ({ inspectCheckout }) => {
    if (!inspectCheckout) return nothingToCheck('this folder is not a Relay checkout');
    const rows = await inspectCheckout();
    const wrong = rows.filter(({ ok }) => ok === false);
    const found = wrong.map(({ id, what, tryNext }) => ({ id: `checkout-${id}` as const, what, tryNext }));
    return passUnless('all is there', found);
  },
});

function asSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
