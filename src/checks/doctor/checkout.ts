// Checks the Relay checkout through a port of the context: `firefox-relay/` knows what it needs.
import { NEED_REASONS, NEEDS, type Need } from '../../firefox-relay/needs.js';
import { type FindingKind, nothingToCheck, passUnless } from '../check.js';
import { createDoctorCheck } from './doctor-context.js';

type FindingId = `checkout-${Need}`;

/** Relay works without its translations; everything else is required. */
const FINDINGS = Object.fromEntries(
  NEEDS.map((need): [FindingId, FindingKind] => [
    `checkout-${need}`,
    { severity: need === 'translations' ? 'warning' : 'fault', why: asSentence(NEED_REASONS[need]) },
  ]),
) as Record<FindingId, FindingKind>;

/** Checks that the checkout has what phones need, from Python to the API token. */
export const checkoutCheck = createDoctorCheck<FindingId>({
  id: 'checkout',
  group: 'checkout',
  expects:
    'the Firefox Relay checkout in this folder is ready: Python, settings, database, flags, user, API token',
  needs: [],
  findings: FINDINGS,
  run: async ({ inspectCheckout }) => {
    if (!inspectCheckout) return nothingToCheck('this folder is not a Relay checkout');
    const rows = await inspectCheckout();
    const wrong = rows.filter(({ ok }) => ok === false);
    return passUnless(
      'ready',
      wrong.map(({ id, what, tryNext }) => ({ id: `checkout-${id}` as const, what, tryNext })),
    );
  },
});

function asSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
