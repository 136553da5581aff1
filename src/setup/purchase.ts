// Buys one phone number, and never two: the one change that costs money and has no idempotency key at Twilio.
import { RelayPhoneError } from '../errors.js';
import { explainTwilioFailure, findRestFailure, mayHaveHappened } from '../twilio/failure.js';
import type { Change, ChangeDataOf, NumberFields } from './changes.js';
import type { Setup } from './setup.js';

/** A number of the account, as much of it as the setup needs. */
export interface AccountNumber {
  readonly sid: string;
  readonly phoneNumber: string;
}

type Purchase = Change<ChangeDataOf<'number-bought'>>;

/** As much of a setup as buying needs. */
export type PurchaseContext = Pick<Setup, 'client' | 'journal' | 'sleep'>;

const TAKEN = 21422;
const ATTEMPTS = 3;
const FIRST_WAIT = 500;

/**
 * Buys the first of `candidates` that is still to be had.
 *
 * The intention is in the journal before the request. After an unclear answer the account is looked at; only when the
 * number is not there is the same number, never another, asked for again: one number cannot be bought twice.
 *
 * @throws RelayPhoneError `refused` when Twilio says no or all are taken; `network` when it stayed unclear, in which
 * case the intention stays in the journal and the next run settles it.
 */
export async function buyNumber(setup: Setup, candidates: readonly string[]): Promise<AccountNumber> {
  for (const phoneNumber of candidates) {
    const bought = await tryToBuy(setup, intentionFor(setup, phoneNumber));
    if (bought) return bought;
    setup.output.warn(`${phoneNumber} was taken meanwhile; trying the next one`);
  }
  throw new RelayPhoneError({
    kind: 'refused',
    task: 'buy a number',
    reason: `all ${candidates.length} numbers found were taken meanwhile (Twilio ${TAKEN})`,
    tryNext: ['run it again', 'relay-phone init --area-code 202, or another area'],
    more: 'https://www.twilio.com/docs/errors/21422',
    twilioCode: TAKEN,
  });
}

/**
 * Buys one number as a mask, whose texts and calls lead to a TwiML app from the first moment on.
 *
 * @returns undefined when somebody else has it
 * @throws RelayPhoneError as {@link buyNumber}
 */
export async function buyMask(
  buyer: PurchaseContext,
  phoneNumber: string,
  applicationSid: string,
): Promise<AccountNumber | undefined> {
  return tryToBuy(buyer, intentionFor(buyer, phoneNumber, applicationSid));
}

/** The purchases of a number as a mask: those that were begun or have succeeded, whatever became of the number. */
export function findMaskPurchases(
  { journal }: Pick<PurchaseContext, 'journal'>,
  phoneNumber: string,
): readonly Purchase[] {
  return [...journal.find('number-bought', 'intended'), ...journal.find('number-bought', 'done')].filter(
    ({ data }) => data.phoneNumber === phoneNumber && data.applicationSid !== undefined,
  );
}

/** The numbers that were bought to send the app's own texts from, oldest first; a mask is none. */
export function listBoughtMainNumbers({ journal }: Pick<Setup, 'journal'>): string[] {
  const bought = journal.find('number-bought', 'done');
  return bought.filter(({ data }) => data.applicationSid === undefined).map(({ data }) => data.phoneNumber);
}

/** The account's own number, looked up by its exact E.164 form. */
export async function findOwned(
  setup: Pick<Setup, 'client'>,
  phoneNumber: string,
): Promise<(AccountNumber & NumberFields) | undefined> {
  const rows = await setup.client.account.incomingPhoneNumbers.list({ phoneNumber, limit: 20 });
  return rows.find((row) => row.phoneNumber === phoneNumber);
}

/** Looks how a purchase that an interrupted run began has ended. One that is not there yet stays open. */
export async function settlePurchase(setup: Setup, purchase: Purchase): Promise<void> {
  const owned = await findOwned(setup, purchase.data.phoneNumber);
  if (owned) setup.journal.done(purchase, { sid: owned.sid });
}

/** An interrupted run may have asked for this number already: then its entry goes on. */
function intentionFor({ journal }: PurchaseContext, phoneNumber: string, applicationSid?: string): Purchase {
  const begun = journal
    .find('number-bought', 'intended')
    .find(({ data }) => data.phoneNumber === phoneNumber && data.applicationSid === applicationSid);
  const wiring = applicationSid === undefined ? {} : { applicationSid };
  return begun ?? journal.intend({ kind: 'number-bought', phoneNumber, ...wiring });
}

/** @returns undefined when somebody else has the number */
async function tryToBuy(setup: PurchaseContext, purchase: Purchase): Promise<AccountNumber | undefined> {
  const { phoneNumber, applicationSid } = purchase.data;
  const wiring = applicationSid && { smsApplicationSid: applicationSid, voiceApplicationSid: applicationSid };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { sid } = await setup.client.account.incomingPhoneNumbers.create({ phoneNumber, ...wiring });
      setup.journal.done(purchase, { sid });
      return { sid, phoneNumber };
    } catch (error) {
      const outcome = await lookAfterFailure(setup, purchase, error);
      if (outcome !== 'repeat') return outcome;
      if (attempt === ATTEMPTS) throw unclear(phoneNumber, error);
      await setup.sleep(FIRST_WAIT * 2 ** (attempt - 1));
    }
  }
}

async function lookAfterFailure(
  setup: PurchaseContext,
  purchase: Purchase,
  error: unknown,
): Promise<AccountNumber | undefined | 'repeat'> {
  const taken = findRestFailure(error)?.code === TAKEN;
  // Even a clear "taken" can mean taken by ourselves, by an earlier request that was never answered.
  if (taken || mayHaveHappened(error)) {
    const owned = await findOwned(setup, purchase.data.phoneNumber).catch((unanswered: unknown) => {
      throw explainTwilioFailure(`see whether ${purchase.data.phoneNumber} was bought`, unanswered);
    });
    if (owned) {
      setup.journal.done(purchase, { sid: owned.sid });
      return owned;
    }
    if (!taken) return 'repeat';
  }
  setup.journal.abandoned(purchase);
  if (taken) return undefined;
  throw explainTwilioFailure(`buy ${purchase.data.phoneNumber}`, error);
}

function unclear(phoneNumber: string, error: unknown): unknown {
  const explained = explainTwilioFailure(`buy ${phoneNumber}`, error);
  if (!(explained instanceof RelayPhoneError)) return explained;
  return new RelayPhoneError({
    kind: explained.kind,
    task: explained.task,
    reason: `${explained.reason}; the account does not show the number, so it seems not to be bought`,
    tryNext: ['run it again: it looks at the account before it buys, so there is never a second number'],
    cause: error,
  });
}
