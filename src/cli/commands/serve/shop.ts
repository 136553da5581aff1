// Buys masks for the relay at Twilio. The journal records each purchase before it is made.
import { RelayPhoneError } from '../../../errors.js';
import type { NumberPurchaser } from '../../../relay/purchases.js';
import { buyMask, findMaskPurchases, findOwned, type PurchaseContext } from '../../../setup/purchase.js';
import { attachNumber } from '../../../setup/steps/attach-number.js';
import type { StateFolder } from '../../../state/folder.js';
import { acquireLock, type LockOptions } from '../../../state/lock.js';
import { explaining } from '../../../twilio/failure.js';

/** The dependencies of {@link createNumberPurchaser}. */
export interface NumberPurchaserOptions {
  readonly buyer: PurchaseContext;
  /** The SID of the TwiML app of the relay. Called only after the account was prepared. */
  readonly findApplication: () => string;
  readonly folder: StateFolder;
  readonly waiting: LockOptions;
  /** True if money may be spent. */
  readonly isAllowed: boolean;
}

/** Creates the purchaser. Only one process at a time buys; `init` and `undo` wait meanwhile. */
export function createNumberPurchaser({
  buyer,
  findApplication,
  folder,
  waiting,
  isAllowed,
}: NumberPurchaserOptions): NumberPurchaser {
  async function find(number: string): Promise<boolean> {
    const purchases = findMaskPurchases(buyer, number);
    if (purchases.length === 0) return false;
    const own = await explaining(`check whether ${number} was bought`, findOwned(buyer, number));
    if (!own) return false;
    for (const purchase of purchases.filter(({ state }) => state === 'intended'))
      buyer.journal.done(purchase, { sid: own.sid });
    const applications = [own.smsApplicationSid, own.voiceApplicationSid];
    const application = findApplication();
    if (applications.every((sid) => sid === application)) return true;
    const ours = ['', application, ...purchases.map(({ data }) => data.applicationSid)];
    if (applications.some((sid) => !ours.includes(sid))) return false;
    // It was bought for an earlier TwiML app of ours, or has none yet.
    const fresh = { sid: own.sid, phoneNumber: number, smsApplicationSid: '', voiceApplicationSid: '' };
    await attachNumber(buyer, fresh, application);
    return true;
  }

  async function take(number: string): Promise<void> {
    if (await find(number)) return;
    const own = await explaining(`check whether ${number} is available`, findOwned(buyer, number));
    if (own) throw ownedAlready(number);
    if (!(await buyMask(buyer, number, findApplication()))) throw takenMeanwhile(number);
  }

  return {
    isAllowed,
    isBought: find,
    isUnclear: (number) => findMaskPurchases(buyer, number).some(({ state }) => state === 'intended'),
    buy: async (number) => {
      const lock = await acquireLock(folder, 'setup', waiting);
      try {
        await take(number);
      } finally {
        lock.release();
      }
    },
  };
}

function ownedAlready(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `buy ${number}`,
    reason: 'the account already owns it',
    tryNext: [`relay-phone serve --mask ${number} --real-number +1…, with your own phone`],
  });
}

function takenMeanwhile(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'refused',
    task: `buy ${number}`,
    reason: 'the number is no longer available (Twilio 21422)',
    tryNext: ['choose another number of /api/v1/relaynumber/suggestions/'],
    twilioCode: 21422,
  });
}
