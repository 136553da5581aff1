// Where a relay buys masks: at Twilio, with each purchase in the journal of changes before it is begun.
import { RelayPhoneError } from '../../../errors.js';
import type { NumberPurchaser } from '../../../relay/purchases.js';
import { buyMask, findMaskPurchases, findOwned, type PurchaseContext } from '../../../setup/purchase.js';
import { attachNumber } from '../../../setup/steps/attach-number.js';
import type { StateFolder } from '../../../state/folder.js';
import { acquireLock, type LockOptions } from '../../../state/lock.js';
import { explaining } from '../../../twilio/failure.js';

/** What {@link createShop} works with. */
export interface ShopOptions {
  readonly buyer: PurchaseContext;
  /** The SID of the TwiML app that leads to the relay, once it is known. */
  readonly findApplication: () => string;
  readonly folder: StateFolder;
  readonly waiting: LockOptions;
  /** Whether money may be spent. */
  readonly isAllowed: boolean;
}

/** Makes a shop. One process at a time buys, and `init` and `undo` wait meanwhile. */
export function createShop({
  buyer,
  findApplication,
  folder,
  waiting,
  isAllowed,
}: ShopOptions): NumberPurchaser {
  async function find(number: string): Promise<boolean> {
    const purchases = findMaskPurchases(buyer, number);
    if (purchases.length === 0) return false;
    const own = await explaining(`see whether ${number} was bought`, findOwned(buyer, number));
    if (!own) return false;
    for (const purchase of purchases.filter(({ state }) => state === 'intended'))
      buyer.journal.done(purchase, { sid: own.sid });
    const leadsTo = [own.smsApplicationSid, own.voiceApplicationSid];
    const application = findApplication();
    if (leadsTo.every((sid) => sid === application)) return true;
    const ours = ['', application, ...purchases.map(({ data }) => data.applicationSid)];
    if (leadsTo.some((sid) => !ours.includes(sid))) return false;
    // The app that it was bought for is another one by now; before it there was none.
    const fresh = { sid: own.sid, phoneNumber: number, smsApplicationSid: '', voiceApplicationSid: '' };
    await attachNumber(buyer, fresh, application);
    return true;
  }

  async function take(number: string): Promise<void> {
    if (await find(number)) return;
    const own = await explaining(`see whether ${number} is to be had`, findOwned(buyer, number));
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
    reason: 'the account owns it already',
    tryNext: [`relay-phone serve --mask ${number} --real-number +1…, with your own phone`],
  });
}

function takenMeanwhile(number: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'refused',
    task: `buy ${number}`,
    reason: 'it is no longer to be had (Twilio 21422)',
    tryNext: ['another one of /api/v1/relaynumber/suggestions/'],
    twilioCode: 21422,
  });
}
