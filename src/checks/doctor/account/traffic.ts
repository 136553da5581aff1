// Checks the last day at Twilio: alerts about webhooks, and texts that were not delivered.
import { errorPage, findAdvice } from '../../../twilio/advice.js';
import { explaining } from '../../../twilio/failure.js';
import { type CheckFinding, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

const DAY_MS = 86_400_000;
/** How many of the newest are looked at. */
const MAX_RECORDS = 100;

/** Whether Twilio had trouble with the app. */
export const alertsCheck = createDoctorCheck({
  id: 'alerts',
  group: 'traffic',
  checks: "Twilio's alerts of the last day",
  needs: ['account'],
  findings: {
    'recent-alerts': {
      severity: 'warning',
      why: 'What Twilio could not hand to the app is lost: it is not tried again.',
    },
  },
  run: async ({ openAccount, now }) => {
    const { products } = await openAccount();
    const startDate = new Date(now() - DAY_MS);
    const alerts = await explaining(
      'list the alerts',
      products.monitor.alerts.list({ logLevel: 'error', startDate, limit: MAX_RECORDS }),
    );
    const codes = alerts.map(({ errorCode }) => Number(errorCode));
    return passUnless(
      'none in the last day',
      countCodes(codes).map(([code, count]) => ({
        id: 'recent-alerts',
        what: `${count} in the last day: ${explainCode(code)}`,
        tryNext: adviseOn(code),
      })),
    );
  },
});

/** Whether texts arrive. */
export const textsCheck = createDoctorCheck({
  id: 'texts',
  group: 'traffic',
  checks: 'the texts of the last day that did not arrive, and why',
  needs: ['account'],
  findings: {
    'texts-undelivered': {
      severity: 'warning',
      why: 'The next one to the same phone, or from the same number, may fare alike.',
    },
  },
  run: async ({ openAccount, now }) => {
    const { setup } = await openAccount();
    const texts = await explaining(
      'list the texts',
      setup.client.account.messages.list({ limit: MAX_RECORDS }),
    );
    const lost = texts.filter(
      ({ status, dateCreated }) =>
        ['undelivered', 'failed'].includes(status) && dateCreated.getTime() > now() - DAY_MS,
    );
    // Twilio sends null for a missing code.
    const codes = lost.map(({ errorCode }) => Number(errorCode ?? 0));
    return passUnless(
      'all of the last day arrived',
      countCodes(codes).map(
        ([code, count]): CheckFinding<'texts-undelivered'> => ({
          id: 'texts-undelivered',
          what: `${count} of the last day did not arrive: ${explainCode(code)}`,
          tryNext: adviseOn(code),
        }),
      ),
    );
  },
});

/** The most frequent first. */
function countCodes(codes: readonly number[]): (readonly [code: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}

function explainCode(code: number): string {
  if (code === 0) return 'Twilio gives no reason';
  return `${findAdvice(code)?.meaning ?? 'see the page of the code'} (Twilio ${code})`;
}

function adviseOn(code: number): string[] {
  return [
    ...(findAdvice(code)?.tryNext ?? []),
    ...(code === 0 ? ['relay-phone send-test'] : [errorPage(code)]),
  ];
}
