// Buys phone numbers: search, a purchase that cannot happen twice, reconciliation after a crash, release on undo.
import { RelayPhoneError } from '../errors.js';
import {
  explaining,
  explainTwilioFailure,
  findRestFailure,
  isNotFound,
  mayHaveHappened,
} from '../twilio/failure.js';
import type { Change, ChangeDataOf, NumberFields } from './changes.js';
import { createPriceFinder, findMonthlyPrice, formatMonthlyPrice } from './price.js';
import { type Price, required, type Setup, type StepPlan, type UndoOutcome } from './setup.js';

/** A phone number that the account owns. */
export interface AccountNumber {
  readonly sid: string;
  readonly phoneNumber: string;
}

/** A number of the account and the fields that route its texts and calls. */
export interface RoutedNumber extends AccountNumber, NumberFields {
  readonly smsUrl: string;
  readonly voiceUrl: string;
}

type Purchase = Change<ChangeDataOf<'number-bought'>>;

/** The part of a setup that a purchase needs. */
export type PurchaseContext = Pick<Setup, 'client' | 'journal' | 'sleep'>;

const NUMBER_NOT_AVAILABLE = 21422;
const ATTEMPTS = 3;
const FIRST_RETRY_DELAY_MS = 500;

/**
 * Plans to buy a main number: searches by country, area code, pattern and locality, and quotes the first number found.
 *
 * @throws RelayPhoneError `needsUser` if Twilio offers no such number.
 */
export async function planPurchase(setup: Setup): Promise<StepPlan> {
  const candidates = await searchNumbers(setup);
  const first = required(candidates[0]);
  const monthly = await findMonthlyPrice(setup, first);
  const price = formatMonthlyPrice(monthly);
  setup.facts.mainNumber = { phoneNumber: first, sid: undefined, bought: true, monthly };
  return {
    summary: `${first}${price}`,
    changes: [`buy ${first}${price}`],
    cost: { monthly },
    apply: async () => {
      const { phoneNumber, sid } = await buyNumber(setup, candidates);
      setup.facts.mainNumber = { phoneNumber, sid, bought: true, monthly };
      return `bought ${phoneNumber}${price}`;
    },
  };
}

/** Searches for numbers. Those of an interrupted purchase come first: one of them may be paid for already. */
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
  const interrupted = setup.journal
    .find('number-bought', 'intended')
    .filter(({ data }) => data.applicationSid === undefined)
    .map(({ data }) => data.phoneNumber);
  const found = rows.map((row) => row.phoneNumber).filter((number) => !interrupted.includes(number));
  const candidates = [...interrupted, ...found];
  if (candidates.length > 0) return candidates;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: 'find a number to buy',
    reason: `Twilio offers no number in ${country} with voice, SMS and MMS that matches the search`,
    tryNext: ['relay-phone init with another --area-code, --contains, --locality or --country'],
  });
}

/**
 * Buys the first of `candidates` that is still available.
 *
 * The journal records the intention before the request. After an unclear answer this looks at the account. If the
 * number is not there, it asks again for the same number, never for another: one number cannot be bought twice.
 *
 * @throws RelayPhoneError `refused` if Twilio refuses or no candidate is left; `network` if the result stays unclear.
 * Then the intention stays in the journal, and the next run reconciles it.
 */
async function buyNumber(setup: Setup, candidates: readonly string[]): Promise<AccountNumber> {
  for (const phoneNumber of candidates) {
    const bought = await buyOnce(setup, intendPurchase(setup, phoneNumber));
    if (bought) return bought;
    setup.output.warn(`${phoneNumber} is no longer available; trying the next one`);
  }
  throw new RelayPhoneError({
    kind: 'refused',
    task: 'buy a number',
    reason: `none of the ${candidates.length} numbers found is available any more (Twilio ${NUMBER_NOT_AVAILABLE})`,
    tryNext: ['run it again', 'relay-phone init --area-code 202, or another area'],
    more: 'https://www.twilio.com/docs/errors/21422',
    twilioCode: NUMBER_NOT_AVAILABLE,
  });
}

/**
 * Buys one number as a mask and connects its texts and calls to a TwiML app in the same request.
 *
 * @returns undefined if the number is no longer available
 * @throws RelayPhoneError `refused` if Twilio refuses; `network` if the result stays unclear, for the next run to reconcile.
 */
export async function buyMask(
  context: PurchaseContext,
  phoneNumber: string,
  applicationSid: string,
): Promise<AccountNumber | undefined> {
  return buyOnce(context, intendPurchase(context, phoneNumber, applicationSid));
}

/** Returns the purchases of a number as a mask, intended or done; the account may have lost the number since. */
export function findMaskPurchases(
  { journal }: Pick<PurchaseContext, 'journal'>,
  phoneNumber: string,
): readonly Purchase[] {
  return [...journal.find('number-bought', 'intended'), ...journal.find('number-bought', 'done')].filter(
    ({ data }) => data.phoneNumber === phoneNumber && data.applicationSid !== undefined,
  );
}

/** Returns the numbers bought as main numbers (not as masks), oldest first. */
export function listBoughtMainNumbers({ journal }: Pick<Setup, 'journal'>): string[] {
  const bought = journal.find('number-bought', 'done');
  return bought.filter(({ data }) => data.applicationSid === undefined).map(({ data }) => data.phoneNumber);
}

/** Finds a number in the account by its exact E.164 form; undefined if the account does not own it. */
export async function findOwned(
  { client }: Pick<Setup, 'client'>,
  phoneNumber: string,
): Promise<RoutedNumber | undefined> {
  const rows = await client.account.incomingPhoneNumbers.list({ phoneNumber, limit: 20 });
  return rows.find((row) => row.phoneNumber === phoneNumber);
}

/** A number, and what it costs a month; `monthly` is undefined if Twilio lists no price. */
export interface PricedNumber {
  readonly phoneNumber: string;
  readonly monthly: Price | undefined;
}

/** Returns the numbers of the account that relay-phone did not buy, with their prices: `undo` never releases them. */
export async function listUnknownNumbers(setup: Setup): Promise<PricedNumber[]> {
  const bought = [
    ...setup.journal.find('number-bought', 'done'),
    ...setup.journal.find('number-bought', 'intended'),
  ].map(({ data }) => data.phoneNumber);
  const owned = await explaining(
    "list the account's numbers",
    setup.client.account.incomingPhoneNumbers.list(),
  );
  const findPrice = createPriceFinder((number) => findMonthlyPrice(setup, number));
  const unknown = owned.map((row) => row.phoneNumber).filter((number) => !bought.includes(number));
  return Promise.all(
    unknown.map(async (phoneNumber) => ({ phoneNumber, monthly: await findPrice(phoneNumber) })),
  );
}

/**
 * True if texts or calls of the number go to an app or a URL, other than Twilio's demo.
 *
 * @param ownAppSid an app that does not count: the one the number was bought for
 */
export function isConnected(number: RoutedNumber, ownAppSid?: string): boolean {
  const urls = [number.smsUrl, number.voiceUrl].filter((url) => url && !url.includes('//demo.twilio.com/'));
  const apps = [number.smsApplicationSid, number.voiceApplicationSid].filter(
    (sid) => sid && sid !== ownAppSid,
  );
  return apps.length > 0 || urls.length > 0;
}

/** Marks an interrupted purchase as done if the account owns the number; else it stays open for the next attempt. */
export async function reconcilePurchase(setup: Setup, change: Change): Promise<void> {
  const { data } = change;
  if (data.kind !== 'number-bought') return;
  const owned = await findOwned(setup, data.phoneNumber);
  if (owned) setup.journal.done({ ...change, data }, { sid: owned.sid });
}

/** Releases a bought number if the user allows it and nothing else was connected to it. */
export async function undoPurchase(setup: Setup, change: Change): Promise<UndoOutcome> {
  if (change.data.kind !== 'number-bought') throw new Error(`not a purchase: ${change.data.kind}`);
  const { phoneNumber, applicationSid } = change.data;
  const number = await explaining(`look for ${phoneNumber}`, findOwned(setup, phoneNumber));
  if (!number) return { undone: true, text: `${phoneNumber} is no longer in the account` };
  if (isConnected(number, applicationSid)) {
    return { undone: false, text: `${phoneNumber} stays: something was connected to it since` };
  }
  if (!setup.choices.release) {
    return {
      undone: false,
      text: `${phoneNumber} stays, and still costs money every month (--release-number releases it)`,
    };
  }
  await explaining(`release ${phoneNumber}`, removeNumber(setup, number.sid));
  return { undone: true, text: `released ${phoneNumber}` };
}

async function removeNumber({ client }: Setup, sid: string): Promise<void> {
  try {
    await client.account.incomingPhoneNumbers(sid).remove();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Writes the intention to the journal; an interrupted run's entry for the same number is continued. */
function intendPurchase(
  { journal }: PurchaseContext,
  phoneNumber: string,
  applicationSid?: string,
): Purchase {
  const open = journal
    .find('number-bought', 'intended')
    .find(({ data }) => data.phoneNumber === phoneNumber && data.applicationSid === applicationSid);
  const app = applicationSid === undefined ? {} : { applicationSid };
  return open ?? journal.intend({ kind: 'number-bought', phoneNumber, ...app });
}

/** @returns undefined if the number is no longer available */
async function buyOnce(context: PurchaseContext, purchase: Purchase): Promise<AccountNumber | undefined> {
  const { phoneNumber, applicationSid } = purchase.data;
  const app = applicationSid && { smsApplicationSid: applicationSid, voiceApplicationSid: applicationSid };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { sid } = await context.client.account.incomingPhoneNumbers.create({ phoneNumber, ...app });
      context.journal.done(purchase, { sid });
      return { sid, phoneNumber };
    } catch (error) {
      const outcome = await checkAfterFailure(context, purchase, error);
      if (outcome !== 'retry') return outcome;
      if (attempt === ATTEMPTS) throw unclearPurchase(phoneNumber, error);
      await context.sleep(FIRST_RETRY_DELAY_MS * 2 ** (attempt - 1));
    }
  }
}

async function checkAfterFailure(
  context: PurchaseContext,
  purchase: Purchase,
  error: unknown,
): Promise<AccountNumber | undefined | 'retry'> {
  const isTaken = findRestFailure(error)?.code === NUMBER_NOT_AVAILABLE;
  // Even a clear "not available" can mean that our own earlier, unanswered request bought it.
  if (isTaken || mayHaveHappened(error)) {
    const owned = await findOwned(context, purchase.data.phoneNumber).catch((unanswered: unknown) => {
      throw explainTwilioFailure(`check whether ${purchase.data.phoneNumber} was bought`, unanswered);
    });
    if (owned) {
      context.journal.done(purchase, { sid: owned.sid });
      return owned;
    }
    if (!isTaken) return 'retry';
  }
  context.journal.abandoned(purchase);
  if (isTaken) return undefined;
  throw explainTwilioFailure(`buy ${purchase.data.phoneNumber}`, error);
}

function unclearPurchase(phoneNumber: string, error: unknown): unknown {
  const explained = explainTwilioFailure(`buy ${phoneNumber}`, error);
  if (!(explained instanceof RelayPhoneError)) return explained;
  return new RelayPhoneError({
    kind: explained.kind,
    task: explained.task,
    reason: `${explained.reason}; the account does not list the number, so the purchase probably failed`,
    tryNext: ['run it again: it checks the account before it buys, so it never buys a second number'],
    cause: error,
  });
}
