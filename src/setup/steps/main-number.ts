// Step 2: the main number, from which the app sends its own texts: one the account owns, or a new one.
import { RelayPhoneError } from '../../errors.js';
import { explaining } from '../../twilio/failure.js';
import { findPresentPrice, formatMonthlyPrice } from '../price.js';
import {
  type AccountNumber,
  findOwned,
  isConnected,
  listBoughtMainNumbers,
  planPurchase,
  reconcilePurchase,
  undoPurchase,
} from '../purchase.js';
import type { Setup, SetupStep, StepPlan } from '../setup.js';

/** Keeps the configured number, else takes one the account owns, else buys one; undo releases a bought one. */
export const mainNumberStep: SetupStep = {
  id: 'main-number',
  title: 'Main number',
  kinds: ['number-bought'],
  plan,
  reconcile: reconcilePurchase,
  undo: undoPurchase,
};

async function plan(setup: Setup): Promise<StepPlan> {
  const owned = (await findConfigured(setup)) ?? (await findBought(setup)) ?? (await chooseOwned(setup));
  return owned ? keep(setup, owned) : planPurchase(setup);
}

async function findConfigured(setup: Setup): Promise<AccountNumber | undefined> {
  const { mainNumber } = setup.settings;
  if (!mainNumber) return undefined;
  const owned = await explaining('look for the main number', findOwned(setup, mainNumber));
  if (owned) return owned;
  if (setup.sources.mainNumber === '.env') {
    setup.warnings.push(
      `The account does not own ${mainNumber}, the TWILIO_MAIN_NUMBER in .env; another number replaces it.`,
    );
    return undefined;
  }
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `use ${mainNumber} as the main number`,
    reason: `the account ${setup.client.accountSid} does not own it`,
    tryNext: ['leave it out: init then offers the numbers the account owns, or buys one'],
  });
}

/** Finds a main number that an earlier run bought but did not write to `.env`. */
async function findBought(setup: Setup): Promise<AccountNumber | undefined> {
  for (const phoneNumber of listBoughtMainNumbers(setup)) {
    const owned = await explaining('look for the number bought before', findOwned(setup, phoneNumber));
    if (owned) return owned;
  }
  return undefined;
}

/** Asks which number to use; without prompts takes the first without an app or URL. Undefined if one must be bought. */
async function chooseOwned(setup: Setup): Promise<AccountNumber | undefined> {
  const rows = await explaining(
    "list the account's numbers",
    setup.client.account.incomingPhoneNumbers.list({ limit: 200 }),
  );
  const able = rows.filter(({ capabilities: can }) => can.voice && can.sms && can.mms);
  const free = able.filter((row) => !isConnected(row));
  if (!setup.prompts || able.length === 0) return free[0];
  const options = able.map((row) => ({
    title: free.includes(row) ? row.phoneNumber : `${row.phoneNumber} (in use by an app)`,
    value: row as AccountNumber | undefined,
  }));
  return setup.prompts.choose("Which number should send the app's own texts?", [
    ...options,
    { title: 'buy a new one', value: undefined },
  ]);
}

async function keep(setup: Setup, { sid, phoneNumber }: AccountNumber): Promise<StepPlan> {
  const monthly = await findPresentPrice(setup, phoneNumber);
  const bought = setup.journal
    .find('number-bought', 'done')
    .some(({ data }) => data.phoneNumber === phoneNumber);
  setup.facts.mainNumber = { phoneNumber, sid, bought, monthly };
  return { summary: `${phoneNumber}${formatMonthlyPrice(monthly)}`, changes: [] };
}
