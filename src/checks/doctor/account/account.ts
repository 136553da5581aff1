// Checks the account: its status, type and balance, and in the sandbox whether the app can reach it.
import { explainTwilioFailure, findRestFailure } from '../../../twilio/failure.js';
import { type CheckFinding, nothingToCheck, pass, passUnless } from '../../check.js';
import type { AccountView } from '../account-view.js';
import { createDoctorCheck } from '../doctor-context.js';

/** In the account's currency: a number for a month and some texts. */
const LOW_BALANCE = 2;

const CONSOLE = 'https://console.twilio.com';
const SANDBOX = 'relay-phone init --sandbox, which needs no account';

/** Whether it is in use at all. */
export const accountCheck = createDoctorCheck({
  id: 'account',
  group: 'account',
  checks: 'the account: that it is active',
  needs: ['credentials'],
  findings: {
    'account-not-active': { severity: 'fault', why: 'Twilio refuses everything that it is asked to do.' },
  },
  run: async ({ openAccount }) => {
    const { friendlyName, status } = await (await openAccount()).account();
    if (status === 'active') return pass(`"${friendlyName}" is active`);
    const way =
      status === 'suspended'
        ? `read why and settle it at ${CONSOLE}`
        : 'use another account: it cannot be opened again';
    return passUnless('', [{ id: 'account-not-active', what: `it is ${status}`, tryNext: [way, SANDBOX] }]);
  },
});

type Id = 'account-on-trial' | 'balance-used-up' | 'balance-low';

/** Whether it can send what Relay sends. */
export const accountMeansCheck = createDoctorCheck<Id>({
  id: 'account-means',
  group: 'account',
  checks: 'the account: type and balance',
  needs: ['account'],
  findings: {
    'account-on-trial': {
      severity: 'fault',
      why: "It can send only Twilio's own text templates, to five verified phones: no code, no forward.",
    },
    'balance-used-up': { severity: 'fault', why: 'Twilio sends nothing, and suspends the account.' },
    'balance-low': { severity: 'warning', why: 'At zero Twilio sends nothing, and suspends the account.' },
  },
  run: async ({ openAccount }) => {
    const view = await openAccount();
    const [{ type }, balance] = await Promise.all([view.account(), findBalance(view)]);
    const shown = balance && `${balance.balance} ${balance.currency}`;
    return passUnless([type, shown && `balance ${shown}`].filter(Boolean).join(', '), [
      type === 'Trial'
        ? {
            id: 'account-on-trial',
            what: 'it is a trial account',
            tryNext: [`upgrade it at ${CONSOLE}, Billing`, SANDBOX],
          }
        : undefined,
      balance && findLowBalance(Number(balance.balance), `${shown}`),
    ]);
  },
});

/** Whether a server of ours stands where the app looks for Twilio. */
export const sandboxCheck = createDoctorCheck({
  id: 'sandbox',
  group: 'account',
  checks: 'the sandbox: that it runs, for the app to reach it',
  needs: ['credentials'],
  findings: {
    'sandbox-not-running': {
      severity: 'warning',
      why: 'Commands run it for as long as they take; the app finds no Twilio in between.',
    },
  },
  run: async ({ target, findSandbox }) => {
    if (target !== 'sandbox') return nothingToCheck("it is Twilio's own service that is used");
    const { origin } = await findSandbox();
    if (origin !== undefined) return pass(`running at ${origin}`);
    const tryNext = ['relay-phone sandbox, in a terminal of its own'];
    return passUnless('', [{ id: 'sandbox-not-running', what: 'no sandbox is running', tryNext }]);
  },
});

/** Subaccounts have none of their own. */
async function findBalance({ setup }: AccountView) {
  try {
    return await setup.client.account.balance.fetch();
  } catch (error) {
    if (findRestFailure(error)) return undefined;
    throw explainTwilioFailure('read the balance', error);
  }
}

function findLowBalance(amount: number, shown: string): CheckFinding<Id> | undefined {
  if (amount >= LOW_BALANCE) return undefined;
  const id = amount <= 0 ? 'balance-used-up' : 'balance-low';
  return { id, what: `the balance is ${shown}`, tryNext: [`${CONSOLE}, Billing`] };
}
