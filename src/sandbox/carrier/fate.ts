// Decides what becomes of texts under way: which fail, which have to wait, and how each ends.
import type { PhoneBook } from '../phones/phones.js';
import type { NumberStore } from '../resources/incoming-phone-numbers/store.js';
import { type Message, VALIDITY } from '../resources/messages/store.js';
import { isFailure } from './delivery-codes.js';
import type { Arrival, Delay, Parcel } from './transit.js';

/** Validity Period Expired; see https://www.twilio.com/docs/api/errors/30036. */
const EXPIRED = 30036;

/** Says which numbers are the account's. */
export type Owners = Pick<NumberStore, 'owned'>;

/** What becomes of texts; moments are milliseconds. */
export interface Fate {
  /** Whether a queued message ends here: something was wrong with it, or it is not worth sending any more. */
  fails(message: Message, at: number): boolean;
  findFailures(queued: readonly Parcel[], at: number): Arrival[];
  /** Whether a text that is being sent goes to a slow phone. */
  isDelayed(parcel: Parcel): boolean;
  findDelays(sending: readonly Parcel[], at: number): Delay[];
  /** How a text that is sent ends. */
  arrive(parcel: Parcel, at: number): Arrival;
}

/** Asks the phones, and who owns the numbers. */
export function createFate(parts: { phones: Pick<PhoneBook, 'behaviourOf'>; numbers: Owners }): Fate {
  const { phones, numbers } = parts;
  const isOwn = ({ recipient }: Message) => numbers.owned().has(recipient);
  const slownessOf = (message: Message) => (isOwn(message) ? 0 : phones.behaviourOf(message.recipient).slow);

  function arrive(parcel: Parcel, at: number): Arrival {
    const { message } = parcel;
    const own = isOwn(message);
    const { texts } = phones.behaviourOf(message.recipient);
    const toPhone = typeof texts === 'object' && !own ? texts.undelivered : null;
    const errorCode = message.refusal ?? (at >= expiryOf(message) ? EXPIRED : toPhone);
    if (errorCode !== null) return { ...parcel, status: 'undelivered', errorCode };
    if (own) return { ...parcel, status: 'delivered', errorCode, isOwn: true };
    return { ...parcel, status: texts === 'silent' ? 'sent' : 'delivered', errorCode };
  }

  return {
    fails: (message, at) => failureOf(message, at) !== null,
    findFailures: (queued, at) =>
      queued
        .filter(({ message }) => failureOf(message, at) !== null)
        .map((parcel) => ({ ...parcel, status: 'failed', errorCode: failureOf(parcel.message, at) })),
    isDelayed: ({ message }) => slownessOf(message) > 0,
    findDelays: (sending, at) =>
      sending
        .filter(({ message }) => slownessOf(message) > 0)
        .map((parcel) => {
          const { message } = parcel;
          // What a network does with the rest of the validity is not documented; here it runs out at the phone too.
          return { parcel, dueAt: Math.min(at + slownessOf(message), expiryOf(message)) };
        }),
    arrive,
  };
}

/** What a queued message fails with; null when nothing keeps it from being sent. */
function failureOf(message: Message, at: number): number | null {
  const { refusal } = message;
  if (refusal !== null && isFailure(refusal)) return refusal;
  return at >= expiryOf(message) ? EXPIRED : null;
}

function expiryOf({ expiresAt, createdAt }: Message): number {
  return expiresAt ?? createdAt + VALIDITY * 1000;
}
