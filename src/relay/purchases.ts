// Buys the owner's mask: one number, whoever asks how often, and whenever the process dies.

import type { Store } from '../state/database.js';
import { HttpError } from './http.js';
import { formatWelcome } from './policy/wording.js';
import type { Relay } from './relay.js';
import type { Mask } from './store/masks.js';

/** Where numbers are bought. What it begins it writes down before, where a second process and `undo` find it. */
export interface NumberPurchaser {
  /** Whether money may be spent. */
  readonly isAllowed: boolean;
  /**
   * Buys a number whose texts and calls come to this relay.
   *
   * @throws RelayPhoneError when it could not be bought, or when that is not clear; {@link NumberPurchaser.isUnclear} tells which.
   */
  buy(number: string): Promise<void>;
  /** Whether an earlier purchase of the number has succeeded, as the account shows, and it comes here. Buys nothing. */
  isBought(number: string): Promise<boolean>;
  /** Whether a purchase of the number was begun, and how it ended is not known. */
  isUnclear(number: string): boolean;
}

/** What {@link createPurchases} works with. */
interface PurchaseOptions extends WelcomeOptions {
  readonly purchaser: NumberPurchaser;
  readonly now: () => number;
}

/** See the head of this file. */
export interface Purchases {
  /**
   * Buys a number as the mask of a phone, or finishes an earlier purchase of it.
   *
   * @throws HttpError 400 when there is a mask already, 403 when no money may be spent, 409 while it is not clear
   * whether another number was bought; RelayPhoneError when Twilio did not sell it.
   */
  buy(number: string, realNumber: string): Promise<Mask>;
  /** Looks what became of a purchase that an earlier process had begun. Buys nothing. */
  settle(): Promise<void>;
  /** Resolves when no purchase is under way any more. */
  close(): Promise<void>;
}

/** What a second mask is refused with, in Firefox Relay's words. */
export const HAS_MASK_ALREADY = 'User already has a RelayNumber.';

/** Milliseconds after which a number that is not in the account was not bought by a request that went unanswered. */
const UNCLEAR_FOR_MS = 10 * 60_000;

/** Makes the purchases of a relay. */
export function createPurchases(relay: Relay, options: PurchaseOptions): Purchases {
  const { masks, store, emit } = relay;
  const { purchaser, now } = options;
  const pendingPurchases = createPendingPurchases(store, now);
  let running: Promise<unknown> = Promise.resolve();

  async function take(number: string, realNumber: string): Promise<Mask> {
    if (masks.list().length > 0) throw new HttpError(400, HAS_MASK_ALREADY);
    const before = pendingPurchases.find();
    if (before && (await purchaser.isBought(before.number))) {
      const mask = addMask(before);
      if (before.number === number) return mask;
      throw new HttpError(400, HAS_MASK_ALREADY);
    }
    if (!purchaser.isAllowed)
      throw new HttpError(403, 'This costs money: start relay-phone serve with --buy.');
    if (before && before.number !== number) verifySettled(before);
    const askedAt = now();
    pendingPurchases.keep(number, realNumber);
    await store.kept();
    try {
      await purchaser.buy(number);
    } catch (error) {
      if (!purchaser.isUnclear(number)) pendingPurchases.drop();
      throw error;
    }
    return addMask({ number, realNumber, askedAt });
  }

  /** Twilio may still be at it. */
  function verifySettled({ number, askedAt }: PendingPurchase): void {
    if (!purchaser.isUnclear(number) || now() - askedAt >= UNCLEAR_FOR_MS) return;
    const minutes = Math.ceil((askedAt + UNCLEAR_FOR_MS - now()) / 60_000);
    const open = `It is not clear yet whether ${number} was bought.`;
    throw new HttpError(409, `${open} Ask for it again, or in ${minutes} minutes for another.`);
  }

  function addMask({ number, realNumber, askedAt }: PendingPurchase): Mask {
    const mask = store.inTurn(() => {
      const added = masks.add(number, realNumber, askedAt);
      pendingPurchases.drop();
      sendWelcome(relay, added, options);
      return added;
    });
    emit({ kind: 'mask.bought', mask: number });
    return mask;
  }

  async function settle(): Promise<void> {
    const pending = pendingPurchases.find();
    if (!pending) return;
    if (await purchaser.isBought(pending.number)) addMask(pending);
    else if (purchaser.isUnclear(pending.number))
      emit({ kind: 'postponed', what: `buying ${pending.number}`, why: 'the account does not show it' });
    else pendingPurchases.drop();
  }

  /** One after the other: each sees what the one before has done. */
  function oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = running.then(work);
    running = done.catch(() => undefined);
    return done;
  }

  return {
    buy: (number, realNumber) => oneByOne(() => take(number, realNumber)),
    settle: () => oneByOne(settle),
    close: () => running.then(() => undefined),
  };
}

/** What {@link sendWelcome} goes by. */
interface WelcomeOptions {
  /** The number from which the owner is texted; without one there is no welcome. */
  readonly mainNumber: string | undefined;
  /** The origin under which Twilio reaches the relay, and fetches the card. */
  readonly publicBase: string;
}

/** Writes the welcome down; the outbox sends it. */
export function sendWelcome(
  { masks, outgoing }: Relay,
  mask: Mask,
  { mainNumber, publicBase }: WelcomeOptions,
): void {
  if (!mainNumber) return;
  outgoing.addText({
    purpose: 'notice',
    conversation: `${mainNumber} ${mask.realNumber}`,
    maskId: mask.id,
    sender: mainNumber,
    recipient: mask.realNumber,
    body: formatWelcome(),
    mediaUrls: [`${publicBase}/api/v1/vCard/${masks.findOrCreateVCardKey(mask.id)}/`],
  });
}

/** A number that is wanted as a mask. */
interface PendingPurchase {
  readonly number: string;
  /** The phone it is to stand in front of. */
  readonly realNumber: string;
  /** When it was last asked for, milliseconds since 1970. */
  readonly askedAt: number;
}

/** See the head of this file. */
interface PendingPurchases {
  find(): PendingPurchase | undefined;
  /** Keeps one, in the place of any other. */
  keep(number: string, realNumber: string): void;
  drop(): void;
}

/** Opens the table. @param now milliseconds since 1970 */
function createPendingPurchases(store: Store, now: () => number): PendingPurchases {
  const find = store.query<PendingPurchase>('SELECT number, realNumber, askedAt FROM wishes');
  const keep = store.query(
    'INSERT OR REPLACE INTO wishes (id, number, realNumber, askedAt) VALUES (1, ?, ?, ?)',
  );
  const drop = store.query('DELETE FROM wishes');
  return {
    find: () => find.get(),
    keep: (number, realNumber) => void keep.run(number, realNumber, now()),
    drop: () => void drop.run(),
  };
}
