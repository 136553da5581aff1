// Step 1: the Twilio account exists, is active and not on trial.
import { RelayPhoneError } from '../../errors.js';
import { explainCredentials } from '../../twilio/advice.js';
import type { TwilioClient } from '../../twilio/client.js';
import { CONSOLE_PAGES } from '../../twilio/console-pages.js';
import { explainTwilioFailure, findRestFailure, isRefusal } from '../../twilio/failure.js';
import { type Price, required, type Setup, type SetupStep, type StepPlan } from '../setup.js';

const TASK = 'use the Twilio account';

/** Fetches the account and its balance; throws if the account is suspended, closed or on trial. */
export const accountStep: SetupStep = {
  id: 'account',
  title: 'Account',
  kinds: [],
  plan,
};

async function plan(setup: Setup): Promise<StepPlan> {
  const account = await fetchAccount(setup);
  setup.facts.account = {
    sid: account.sid,
    friendlyName: account.friendlyName,
    type: account.type,
    status: account.status,
    balance: await findBalance(setup.client),
  };
  verifyUsable(setup);
  return { summary: describeAccount(setup), changes: [] };
}

/** Returns one line: name, SID, type, status and balance of the account. */
export function describeAccount(setup: Setup): string {
  const { friendlyName, sid, type, status, balance } = required(setup.facts.account);
  const money = balance ? `, balance ${balance.amount} ${balance.currency}` : '';
  return `${friendlyName} (${sid}): ${type}, ${status}${money}`;
}

async function fetchAccount(setup: Setup) {
  try {
    return await setup.client.account.fetch();
  } catch (error) {
    if (findRestFailure(error)?.code === 20003) throw wrongCredentials(setup, error);
    throw explainTwilioFailure(TASK, error);
  }
}

/** Returns undefined for a subaccount, which has no balance of its own. */
async function findBalance(client: TwilioClient): Promise<Price | undefined> {
  try {
    const { balance, currency } = await client.account.balance.fetch();
    return { amount: balance, currency };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw explainTwilioFailure('read the balance', error);
  }
}

function wrongCredentials(setup: Setup, cause: unknown): RelayPhoneError {
  const { meaning, tryNext } = explainCredentials(setup.environment);
  return new RelayPhoneError({
    kind: 'refused',
    task: TASK,
    reason: `${meaning} (${setup.client.accountSid}, Twilio 20003)`,
    tryNext,
    more: 'https://www.twilio.com/docs/errors/20003',
    twilioCode: 20003,
    cause,
  });
}

function verifyUsable(setup: Setup): void {
  const { sid, status, type } = required(setup.facts.account);
  if (status !== 'active') {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: TASK,
      reason: `${sid} is ${status}`,
      tryNext: [
        status === 'suspended'
          ? `read the reason and resolve it at ${CONSOLE_PAGES.home}`
          : 'use another account: a closed account cannot be reopened',
        'relay-phone init --sandbox, which needs no account',
      ],
    });
  }
  if (type === 'Trial') {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: TASK,
      reason:
        `${sid} is a trial account: it sends only Twilio's own text templates, to five verified phones, ` +
        'from numbers that Twilio assigns, for 30 days; it cannot send a verification code',
      tryNext: [
        `upgrade it at ${CONSOLE_PAGES.billing}, then run this again; nothing was bought`,
        'relay-phone init --sandbox, which needs no account',
      ],
      more: 'https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account',
    });
  }
}
