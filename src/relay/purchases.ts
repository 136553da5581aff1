// Buys the owner's mask: one number, whoever asks how often, and whenever the process dies.
import type { Relay } from './relay.js';
import type { Mask } from './store/masks.js';
import type { PendingPurchase } from './store/pending-purchase.js';
import { Unwelcome } from './webhooks/guard.js';
import { sendWelcome, type WelcomeOptions } from './welcome.js';

/** Where numbers are bought. What it begins it writes down before, where a second process and `undo` find it. */
export interface Shop {
  /** Whether money may be spent. */
  readonly isAllowed: boolean;
  /**
   * Buys a number whose texts and calls come to this relay.
   *
   * @throws RelayPhoneError when it could not be bought, or when that is not clear; {@link Shop.hasBegun} tells which.
   */
  take(number: string): Promise<void>;
  /** Whether an earlier purchase of the number has succeeded, as the account shows, and it comes here. Buys nothing. */
  find(number: string): Promise<boolean>;
  /** Whether a purchase of the number was begun, and how it ended is not known. */
  hasBegun(number: string): boolean;
}

/** What {@link createPurchases} works with. */
export interface PurchaseOptions extends WelcomeOptions {
  readonly shop: Shop;
  readonly now: () => number;
}

/** See the head of this file. */
export interface Purchases {
  /**
   * Buys a number as the mask of a phone, or finishes an earlier purchase of it.
   *
   * @throws Unwelcome 400 when there is a mask already, 403 when no money may be spent, 409 while it is not clear
   * whether another number was bought; RelayPhoneError when Twilio did not sell it.
   */
  take(number: string, realNumber: string): Promise<Mask>;
  /** Looks what became of a purchase that an earlier process had begun. Buys nothing. */
  settle(): Promise<void>;
  /** Resolves when no purchase is under way any more. */
  close(): Promise<void>;
}

/** What a second mask is refused with, in Firefox Relay's words. */
export const ALREADY = 'User already has a RelayNumber.';

/** Milliseconds after which a number that is not in the account was not bought by a request that went unanswered. */
const PATIENCE = 10 * 60_000;

/** Makes the purchases of a relay. */
export function createPurchases(relay: Relay, options: PurchaseOptions): Purchases {
  const { masks, wishes, store, tell } = relay;
  const { shop, now } = options;
  let underway: Promise<unknown> = Promise.resolve();

  async function take(number: string, realNumber: string): Promise<Mask> {
    if (masks.list().length > 0) throw new Unwelcome(400, ALREADY);
    const before = wishes.find();
    if (before && (await shop.find(before.number))) {
      const mask = fulfil(before);
      if (before.number === number) return mask;
      throw new Unwelcome(400, ALREADY);
    }
    if (!shop.isAllowed) throw new Unwelcome(403, 'This costs money: start relay-phone serve with --buy.');
    if (before && before.number !== number) verifySettled(before);
    const askedAt = now();
    wishes.keep(number, realNumber);
    await store.kept();
    try {
      await shop.take(number);
    } catch (error) {
      if (!shop.hasBegun(number)) wishes.drop();
      throw error;
    }
    return fulfil({ number, realNumber, askedAt });
  }

  /** Twilio may still be at it. */
  function verifySettled({ number, askedAt }: PendingPurchase): void {
    if (!shop.hasBegun(number) || now() - askedAt >= PATIENCE) return;
    const minutes = Math.ceil((askedAt + PATIENCE - now()) / 60_000);
    const open = `It is not clear yet whether ${number} was bought.`;
    throw new Unwelcome(409, `${open} Ask for it again, or in ${minutes} minutes for another.`);
  }

  function fulfil({ number, realNumber, askedAt }: PendingPurchase): Mask {
    const mask = store.inTurn(() => {
      const added = masks.add(number, realNumber, askedAt);
      wishes.drop();
      sendWelcome(relay, added, options);
      return added;
    });
    tell({ kind: 'mask.bought', mask: number });
    return mask;
  }

  async function settle(): Promise<void> {
    const wish = wishes.find();
    if (!wish) return;
    if (await shop.find(wish.number)) fulfil(wish);
    else if (shop.hasBegun(wish.number))
      tell({ kind: 'postponed', what: `buying ${wish.number}`, why: 'the account does not show it' });
    else wishes.drop();
  }

  /** One after the other: each sees what the one before has done. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = underway.then(work);
    underway = done.catch(() => undefined);
    return done;
  }

  return {
    take: (number, realNumber) => inTurn(() => take(number, realNumber)),
    settle: () => inTurn(settle),
    close: () => underway.then(() => undefined),
  };
}
