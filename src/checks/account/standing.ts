// Looks at what the account may do: its type, its status, its balance; and in the sandbox whether the app can reach it.
import { explain, findRestFailure } from '../../twilio/failure.js';
import type { AccountView } from '../account-view.js';
import { createCheck, type Found, nothing, sight, well } from '../check.js';

/** In the account's currency: a number for a month and some texts. */
const LOW = 2;

const CONSOLE = 'https://console.twilio.com';
const SANDBOX = 'relay-phone init --sandbox, which needs no account';

type Id = 'account-not-active' | 'account-on-trial' | 'balance-used-up' | 'balance-low';

/** Whether it can send what Relay sends. */
export const standingCheck = createCheck<Id>({
  id: 'account',
  group: 'account',
  looksAt: 'the account: type, status, balance',
  needs: ['credentials'],
  findings: {
    'account-not-active': { severity: 'fault', why: 'Twilio refuses everything that it is asked to send.' },
    'account-on-trial': {
      severity: 'fault',
      why: "It can send only Twilio's own text templates, to five verified phones: no verification code, no forward.",
    },
    'balance-used-up': { severity: 'fault', why: 'Twilio sends nothing, and suspends the account.' },
    'balance-low': { severity: 'warning', why: 'At zero Twilio sends nothing, and suspends the account.' },
  },
  look: async ({ openAccount }) => {
    const view = await openAccount();
    const [{ type, status }, balance] = await Promise.all([view.account(), findBalance(view)]);
    const money = balance ? `, balance ${balance.balance} ${balance.currency}` : '';
    return sight(`${type}, ${status}${money}`, [
      findInactive(status),
      type === 'Trial'
        ? {
            id: 'account-on-trial',
            what: 'it is a trial account',
            tryNext: [`upgrade it at ${CONSOLE}, Billing`, SANDBOX],
          }
        : undefined,
      balance && findLow(Number(balance.balance), `${balance.balance} ${balance.currency}`),
    ]);
  },
});

/** Whether a server of ours stands where the app looks for Twilio. */
export const sandboxCheck = createCheck({
  id: 'sandbox',
  group: 'account',
  looksAt: 'the sandbox: that it runs, for the app to reach it',
  needs: ['credentials'],
  findings: {
    'sandbox-not-running': {
      severity: 'warning',
      why: 'Commands run it for as long as they take; the app finds no Twilio in between.',
    },
  },
  look: async ({ target, findSandbox }) => {
    if (target !== 'sandbox') return nothing("it is Twilio's own service that is used");
    const { origin } = await findSandbox();
    if (origin !== undefined) return well(`running at ${origin}`);
    const tryNext = ['relay-phone sandbox, in a terminal of its own'];
    return sight('', [{ id: 'sandbox-not-running', what: 'no sandbox is running', tryNext }]);
  },
});

/** Subaccounts have none of their own. */
async function findBalance({ setup }: AccountView) {
  try {
    return await setup.client.account.balance.fetch();
  } catch (error) {
    if (findRestFailure(error)) return undefined;
    throw explain('read the balance', error);
  }
}

function findInactive(status: string): Found<Id> | undefined {
  if (status === 'active') return undefined;
  const way =
    status === 'suspended'
      ? `read why and settle it at ${CONSOLE}`
      : 'use another account: it cannot be reopened';
  return { id: 'account-not-active', what: `it is ${status}`, tryNext: [way, SANDBOX] };
}

function findLow(amount: number, shown: string): Found<Id> | undefined {
  if (amount >= LOW) return undefined;
  const id = amount <= 0 ? 'balance-used-up' : 'balance-low';
  return { id, what: `the balance is ${shown}`, tryNext: [`${CONSOLE}, Billing`] };
}
