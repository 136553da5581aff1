// Checks the account: its status, type and balance, and in the sandbox that the app can reach it.

import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';
import { explainTwilioFailure, isRefusal } from '../../../twilio/failure.js';
import { type CheckFinding, found, nothingToCheck, pass, passUnless } from '../../check.js';
import type { AccountView } from '../account-view.js';
import { createDoctorCheck } from '../doctor-context.js';

/** In the account's currency: enough for one number for a month, and some texts. */
const LOW_BALANCE = 2;

const SANDBOX = 'relay-phone init --sandbox, which needs no account';

/** Checks that the account may be used. */
export const accountCheck = createDoctorCheck({
  id: 'account',
  group: 'account',
  expects: 'the account is active',
  needs: ['credentials'],
  findings: {
    'account-not-active': { severity: 'fault', why: 'Twilio refuses every request.' },
  },
  run: async ({ openAccount }) => {
    const { friendlyName, status } = await (await openAccount()).account();
    if (status === 'active') return pass(`"${friendlyName}" is active`);
    const way =
      status === 'suspended'
        ? `find out why at ${CONSOLE_PAGES.home}, and settle it there`
        : 'use another account: this one cannot be reopened';
    const what = `the account is ${status}`;
    return found({ id: 'account-not-active', what, tryNext: [way, SANDBOX] });
  },
});

type Id = 'account-on-trial' | 'balance-used-up' | 'balance-low';

/** Checks that the account can send what Relay sends. */
export const accountMeansCheck = createDoctorCheck<Id>({
  id: 'account-means',
  group: 'account',
  expects: 'the account is upgraded and has money left',
  needs: ['account'],
  findings: {
    'account-on-trial': {
      severity: 'fault',
      why: "It can send only Twilio's own text templates, to five verified phones: no codes, no forwarded texts.",
    },
    'balance-used-up': { severity: 'fault', why: 'Twilio sends nothing, and suspends the account.' },
    'balance-low': { severity: 'warning', why: 'At zero, Twilio sends nothing and suspends the account.' },
  },
  run: async ({ openAccount }) => {
    const view = await openAccount();
    const [{ type }, balance] = await Promise.all([view.account(), findBalance(view)]);
    const shown = balance && `${balance.balance} ${balance.currency}`;
    return passUnless([type, shown && `balance ${shown}`].filter(Boolean).join(', '), [
      type === 'Trial'
        ? {
            id: 'account-on-trial',
            what: 'this is a trial account',
            tryNext: [`upgrade it at ${CONSOLE_PAGES.billing}`, SANDBOX],
          }
        : undefined,
      balance && findLowBalance(Number(balance.balance), `${shown}`),
    ]);
  },
});

/** Checks that a sandbox runs where the app sends its requests to Twilio. */
export const sandboxCheck = createDoctorCheck({
  id: 'sandbox',
  group: 'account',
  expects: 'the sandbox is running, so that the app can reach it',
  needs: ['credentials'],
  findings: {
    'sandbox-not-running': {
      severity: 'warning',
      why: 'Each command runs it only while it needs it; in between, the app has no Twilio to reach.',
    },
  },
  run: async ({ target, findSandbox }) => {
    if (target !== 'sandbox') return nothingToCheck('the target is Twilio itself');
    const { origin } = await findSandbox();
    if (origin !== undefined) return pass(`running at ${origin}`);
    const tryNext = ['relay-phone sandbox, in a second terminal'];
    return found({ id: 'sandbox-not-running', what: 'no sandbox is running', tryNext });
  },
});

/** Returns undefined if Twilio refuses: a subaccount has no balance of its own. */
async function findBalance({ setup }: AccountView) {
  try {
    return await setup.client.account.balance.fetch();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw explainTwilioFailure('read the balance', error);
  }
}

function findLowBalance(amount: number, shown: string): CheckFinding<Id> | undefined {
  if (amount >= LOW_BALANCE) return undefined;
  const id = amount <= 0 ? 'balance-used-up' : 'balance-low';
  return { id, what: `the balance is ${shown}`, tryNext: [`add funds at ${CONSOLE_PAGES.billing}`] };
}
