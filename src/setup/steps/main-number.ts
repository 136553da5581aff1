// Step 2: a number the account owns, from which the app sends its own texts.
import { RelayPhoneError } from '../../errors.js';
import { explaining, isNotFound } from '../../twilio/failure.js';
import type { Change } from '../changes.js';
import { findMonthlyPrice, formatPrice } from '../price.js';
import { buyNumber, findOwned, listBoughtMainNumbers, settlePurchase } from '../purchase.js';
import {
  type Price,
  required,
  type Setup,
  type SetupStep,
  type StepPlan,
  type UndoOutcome,
} from '../setup.js';

/** Keeps the configured number, else takes one the account owns, else buys one. */
export const mainNumberStep: SetupStep = {
  id: 'main-number',
  title: 'Main number',
  kinds: ['number-bought'],
  reconcile: async (setup, change) => {
    const { data } = change;
    if (data.kind === 'number-bought') await settlePurchase(setup, { ...change, data });
  },
  plan: look,
  undo,
};

async function look(setup: Setup): Promise<StepPlan> {
  const kept = (await findConfigured(setup)) ?? (await findBought(setup)) ?? (await chooseOwned(setup));
  return kept ? keep(setup, kept) : planPurchase(setup);
}

interface Candidate {
  readonly sid: string;
  readonly phoneNumber: string;
}

async function findConfigured(setup: Setup): Promise<Candidate | undefined> {
  const { mainNumber } = setup.settings;
  if (!mainNumber) return undefined;
  const owned = await explaining('look for the main number', findOwned(setup, mainNumber));
  if (owned) return owned;
  if (setup.sources.mainNumber === '.env') {
    setup.warnings.push(
      `The account does not own ${mainNumber}, which TWILIO_MAIN_NUMBER named; it was replaced.`,
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

/** A number an earlier run bought and did not get to write into `.env`; a mask is none. */
async function findBought(setup: Setup): Promise<Candidate | undefined> {
  for (const phoneNumber of listBoughtMainNumbers(setup)) {
    const owned = await explaining('look for the number bought before', findOwned(setup, phoneNumber));
    if (owned) return owned;
  }
  return undefined;
}

/** Numbers wired to an app already are somebody's masks or services: never taken without a person's word. */
async function chooseOwned(setup: Setup): Promise<Candidate | undefined> {
  const rows = await explaining(
    "list the account's numbers",
    setup.client.account.incomingPhoneNumbers.list({ limit: 200 }),
  );
  const able = rows.filter(({ capabilities: can }) => can.voice && can.sms && can.mms);
  const free = able.filter((row) => !isConnected(row));
  if (!setup.prompts || able.length === 0) return free[0];
  const options = able.map((row) => ({
    title: free.includes(row) ? row.phoneNumber : `${row.phoneNumber} (in use by an app)`,
    value: row as Candidate | undefined,
  }));
  return setup.prompts.choose("Which number should send the app's own texts?", [
    ...options,
    { title: 'buy a new one', value: undefined },
  ]);
}

async function keep(setup: Setup, { sid, phoneNumber }: Candidate): Promise<StepPlan> {
  const monthly = await findMonthlyPrice(setup, phoneNumber);
  const bought = setup.journal
    .find('number-bought', 'done')
    .some(({ data }) => data.phoneNumber === phoneNumber);
  setup.facts.mainNumber = { phoneNumber, sid, bought, monthly };
  return { summary: `${phoneNumber}${perMonth(monthly)}`, changes: [] };
}

async function planPurchase(setup: Setup): Promise<StepPlan> {
  const candidates = await searchNumbers(setup);
  const first = required(candidates[0]);
  const monthly = await findMonthlyPrice(setup, first);
  setup.facts.mainNumber = { phoneNumber: first, sid: undefined, bought: true, monthly };
  return {
    summary: `${first}${perMonth(monthly)}`,
    changes: [`buy ${first}${perMonth(monthly)}`],
    cost: { monthly },
    apply: async () => {
      const { phoneNumber, sid } = await buyNumber(setup, candidates);
      setup.facts.mainNumber = { phoneNumber, sid, bought: true, monthly };
      return `bought ${phoneNumber}${perMonth(monthly)}`;
    },
  };
}

async function searchNumbers(setup: Setup): Promise<string[]> {
  const { country, areaCode, contains, locality } = setup.choices;
  const rows = await explaining(
    `search for numbers in ${country}`,
    setup.client.account.availablePhoneNumbers(country).local.list({
      voiceEnabled: true,
      smsEnabled: true,
      mmsEnabled: true,
      limit: 20,
      ...(areaCode && { areaCode: Number(areaCode) }),
      ...(contains && { contains }),
      ...(locality && { inLocality: locality }),
    }),
  );
  const begun = setup.journal
    .find('number-bought', 'intended')
    .filter(({ data }) => data.applicationSid === undefined)
    .map(({ data }) => data.phoneNumber);
  const numbers = [
    ...begun,
    ...rows.map((row) => row.phoneNumber).filter((number) => !begun.includes(number)),
  ];
  if (numbers.length > 0) return numbers;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'find a number to buy',
    reason: `Twilio has none in ${country} that can do voice, SMS and MMS and matches what was asked for`,
    tryNext: ['relay-phone init with another --area-code, --contains, --locality or --country'],
  });
}

/** The fields of a number that lead its texts and calls somewhere. */
interface Connections {
  readonly smsApplicationSid: string;
  readonly voiceApplicationSid: string;
  readonly smsUrl: string;
  readonly voiceUrl: string;
}

/** @param own the app that it was bought for, which is no connection of anybody else's */
function isConnected(number: Connections, own?: string): boolean {
  const urls = [number.smsUrl, number.voiceUrl].filter((url) => url && !url.includes('//demo.twilio.com/'));
  const apps = [number.smsApplicationSid, number.voiceApplicationSid].filter((sid) => sid && sid !== own);
  return apps.length > 0 || urls.length > 0;
}

function perMonth(monthly: Price | undefined): string {
  return monthly ? ` (${formatPrice(monthly)} a month)` : '';
}

async function undo(setup: Setup, change: Change): Promise<UndoOutcome> {
  if (change.data.kind !== 'number-bought') throw new Error(`not a purchase: ${change.data.kind}`);
  const { phoneNumber, applicationSid } = change.data;
  const owned = await explaining(
    `look for ${phoneNumber}`,
    setup.client.account.incomingPhoneNumbers.list({ phoneNumber, limit: 20 }),
  );
  const number = owned.find((row) => row.phoneNumber === phoneNumber);
  if (!number) return { undone: true, text: `${phoneNumber} is no longer in the account` };
  if (isConnected(number, applicationSid)) {
    return { undone: false, text: `${phoneNumber} stays: something was connected to it since` };
  }
  if (!setup.choices.release) {
    return {
      undone: false,
      text: `${phoneNumber} stays and goes on costing money (--release-number gives it up)`,
    };
  }
  await explaining(`release ${phoneNumber}`, removeNumber(setup, number.sid));
  return { undone: true, text: `released ${phoneNumber}` };
}

async function removeNumber(setup: Setup, sid: string): Promise<void> {
  try {
    await setup.client.account.incomingPhoneNumbers(sid).remove();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
