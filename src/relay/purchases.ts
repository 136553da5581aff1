// Buys the owner's mask: one number, even if it is requested several times or the process dies meanwhile.
import type { Store } from '../state/database.js';
import { HttpError } from './http.js';
import { formatWelcome } from './policy/wording.js';
import type { Relay } from './relay.js';
import type { Mask } from './store/masks.js';

/** Buys numbers at Twilio. Each purchase is journalled before it begins, so that another process and `undo` find it. */
export interface NumberPurchaser {
  /** True if money may be spent. */
  readonly isAllowed: boolean;
  /**
   * Buys a number and points its texts and calls to this relay.
   *
   * @throws RelayPhoneError if the number was not bought, or if that is unclear: then `isUnclear` returns true.
   */
  buy(number: string): Promise<void>;
  /** True if the account owns the number through an earlier purchase and it leads to this relay. Buys nothing. */
  isBought(number: string): Promise<boolean>;
  /** True if a purchase of the number began and its result is unknown. */
  isUnclear(number: string): boolean;
}

interface PurchaseOptions extends WelcomeOptions {
  readonly purchaser: NumberPurchaser;
  readonly now: () => number;
}

/** The purchases of a relay, one at a time. */
export interface Purchases {
  /**
   * Buys a number as the mask of a phone, or finishes an earlier purchase of it.
   *
   * @throws HttpError 400 if the owner has a mask, 403 if no money may be spent, 409 while the result of another purchase
   * is unclear; RelayPhoneError if Twilio did not sell the number.
   */
  buy(number: string, realNumber: string): Promise<Mask>;
  /** Finishes a purchase that an earlier process began. Buys nothing. */
  settle(): Promise<void>;
  /** Resolves when no purchase is running. */
  close(): Promise<void>;
}

/** Firefox Relay's error for a second mask. */
export const HAS_MASK_ALREADY = 'User already has a RelayNumber.';

/** If the account does not own a number this long after an unanswered request, the request did not buy it. */
const UNCLEAR_FOR_MS = 10 * 60_000;

/** Creates the purchases of a relay. */
export function createPurchases(relay: Relay, options: PurchaseOptions): Purchases {
  const { masks, store, emit } = relay;
  const { purchaser, now } = options;
  const pendingPurchases = createPendingPurchases(store, now);
  let running: Promise<unknown> = Promise.resolve();

  async function buy(number: string, realNumber: string): Promise<Mask> {
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

  /** An unclear purchase may still succeed, so another number must wait. */
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

  /** Runs purchases one after the other, so that each sees the result of the one before. */
  function oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = running.then(work);
    running = done.catch(() => undefined);
    return done;
  }

  return {
    buy: (number, realNumber) => oneByOne(() => buy(number, realNumber)),
    settle: () => oneByOne(settle),
    close: () => running.then(() => undefined),
  };
}

interface WelcomeOptions {
  /** The number that texts the owner; if it is undefined, no welcome is sent. */
  readonly mainNumber: string | undefined;
  /** The origin under which Twilio fetches the vCard. */
  readonly publicBase: string;
}

/** Adds the welcome text, with the mask's vCard, to the outbox. */
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

/** A number that the owner asked for as a mask. */
interface PendingPurchase {
  readonly number: string;
  /** The owner's phone. */
  readonly realNumber: string;
  /** When it was last requested, milliseconds since 1970. */
  readonly askedAt: number;
}

/** The table of the pending purchase: it holds one row at most, from before Twilio is asked until the result is clear. */
interface PendingPurchases {
  find(): PendingPurchase | undefined;
  /** Stores a purchase and replaces any other. */
  keep(number: string, realNumber: string): void;
  drop(): void;
}

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
