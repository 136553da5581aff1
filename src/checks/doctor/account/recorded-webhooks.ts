// Checks the webhooks that a gateway recorded in the last day: what their signatures and the app's answers show to be wrong.
import type { ExchangeSummary } from '../../../exchanges/exchange.js';
import { nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

const DAY_MS = 86_400_000;

/** Checks that nothing was wrong with the newest webhook to each path. */
export const recordedWebhooksCheck = createDoctorCheck<'recorded-fault'>({
  id: 'recorded-webhooks',
  group: 'traffic',
  expects: 'the newest webhook to each path that a gateway recorded in the last day has no finding',
  needs: ['state-folder'],
  findings: {
    'recorded-fault': {
      severity: 'warning',
      why: 'The next webhook to the same path will probably end as this one.',
    },
  },
  run: async ({ listExchanges, now }) => {
    const newest = findNewest(await listExchanges(now() - DAY_MS));
    if (newest.length === 0) return nothingToCheck('no gateway recorded one');
    return passUnless(
      `nothing wrong with ${newest.length === 1 ? 'it' : `the newest to each of ${newest.length} paths`}`,
      newest.flatMap(({ id, method, target, findings = [] }) =>
        findings.map(({ what, tryNext }) => ({
          id: 'recorded-fault' as const,
          what: `${method} ${pathOf(target)} (no. ${id}): ${what}`,
          tryNext: [...tryNext, `relay-phone requests ${id}, which shows it in full`],
        })),
      ),
    );
  },
});

/** Returns the newest webhook to each path. A replay is none of Twilio's. @param exchanges newest first */
function findNewest(exchanges: readonly ExchangeSummary[]): ExchangeSummary[] {
  const newest = new Map<string, ExchangeSummary>();
  for (const exchange of exchanges) {
    const path = pathOf(exchange.target);
    if (exchange.replayOf === null && !newest.has(path)) newest.set(path, exchange);
  }
  return [...newest.values()];
}

function pathOf(target: string): string {
  return target.replace(/[?#].*$/s, '');
}
