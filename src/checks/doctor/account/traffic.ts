// Checks the last day at Twilio: alerts about webhooks, and texts that were not delivered.
import { errorPage, findAdvice } from '../../../twilio/advice.js';
import { explaining } from '../../../twilio/failure.js';
import { passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

const DAY_MS = 86_400_000;
/** How many alerts and texts are read, newest first. */
const MAX_RECORDS = 100;

/** Checks that Twilio had no trouble with the app. */
export const alertsCheck = createDoctorCheck<'recent-alerts'>({
  id: 'alerts',
  group: 'traffic',
  expects: 'Twilio logged no error in the last day',
  needs: ['account'],
  findings: {
    'recent-alerts': {
      severity: 'warning',
      why: 'What Twilio could not deliver to the app is lost: Twilio does not retry.',
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

/** Checks that texts arrive. */
export const textsCheck = createDoctorCheck<'texts-undelivered'>({
  id: 'texts',
  group: 'traffic',
  expects: 'all texts of the last day were delivered',
  needs: ['account'],
  findings: {
    'texts-undelivered': {
      severity: 'warning',
      why: 'The next text to the same phone, or from the same number, may fail for the same reason.',
    },
  },
  run: async ({ openAccount, now }) => {
    const { setup } = await openAccount();
    const texts = await explaining(
      'list the texts',
      setup.client.account.messages.list({ limit: MAX_RECORDS }),
    );
    const undelivered = texts.filter(
      ({ status, dateCreated }) =>
        ['undelivered', 'failed'].includes(status) && dateCreated.getTime() > now() - DAY_MS,
    );
    // Twilio gives null for a missing code.
    const codes = undelivered.map(({ errorCode }) => Number(errorCode ?? 0));
    const hasMore =
      texts.length === MAX_RECORDS &&
      texts.every(({ dateCreated }) => dateCreated.getTime() > now() - DAY_MS);
    return passUnless(
      hasMore ? `none undelivered among the newest ${MAX_RECORDS}` : 'none undelivered in the last day',
      countCodes(codes).map(([code, count]) => ({
        id: 'texts-undelivered',
        what: `${count} undelivered in the last day: ${explainCode(code)}`,
        tryNext: adviseOn(code),
      })),
    );
  },
});

/** Returns how often each code occurs, most frequent first. */
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
