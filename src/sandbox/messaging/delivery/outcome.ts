// Decides what becomes of texts under way: which fail, which have to wait, and how each ends.

import type { NumberStore } from '../../numbers/incoming-phone-numbers/store.js';
import type { PhoneBook } from '../../phones/phones.js';
import type { DeliveryDelay, DeliveryOutcome, InFlightMessage } from '../api/messages/in-flight.js';
import { VALIDITY } from '../api/messages/new-message.js';
import type { Message } from '../api/messages/store.js';
import { isFailure } from './error-codes.js';

/** Validity Period Expired; see https://www.twilio.com/docs/api/errors/30036. */
const EXPIRED = 30036;

/** Says which numbers are the account's. */
export type Owners = Pick<NumberStore, 'owned'>;

/** What becomes of texts; moments are milliseconds. */
export interface OutcomeRules {
  /** Whether a queued message ends here: something was wrong with it, or it is not worth sending any more. */
  fails(message: Message, at: number): boolean;
  findFailures(queued: readonly InFlightMessage[], at: number): DeliveryOutcome[];
  /** Whether a text that is being sent goes to a slow phone. */
  isDelayed(parcel: InFlightMessage): boolean;
  findDelays(sending: readonly InFlightMessage[], at: number): DeliveryDelay[];
  /** How a text that is sent ends. */
  arrive(parcel: InFlightMessage, at: number): DeliveryOutcome;
}

/** Asks the phones, and who owns the numbers. */
export function createOutcomeRules(parts: {
  phones: Pick<PhoneBook, 'behaviourOf'>;
  numbers: Owners;
}): OutcomeRules {
  const { phones, numbers } = parts;
  const isOwn = ({ recipient }: Message) => numbers.owned().has(recipient);
  const slownessOf = (message: Message) => (isOwn(message) ? 0 : phones.behaviourOf(message.recipient).slow);

  function arrive(parcel: InFlightMessage, at: number): DeliveryOutcome {
    const { message } = parcel;
    const own = isOwn(message);
    const texts = own ? 'delivered' : phones.behaviourOf(message.recipient).texts;
    const errorCode =
      message.refusal ??
      (at >= expiryOf(message) ? EXPIRED : typeof texts === 'object' ? texts.undelivered : null);
    if (errorCode !== null) return end(parcel, 'undelivered', errorCode, own);
    return end(parcel, texts === 'silent' ? 'sent' : 'delivered', null, own);
  }

  return {
    fails: (message, at) => failureOf(message, at) !== null,
    findFailures: (queued, at) =>
      queued
        .filter(({ message }) => failureOf(message, at) !== null)
        .map((parcel) => end(parcel, 'failed', failureOf(parcel.message, at), isOwn(parcel.message))),
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

/** Written out, because every text makes one: to spread the parcel into it costs a microsecond. */
function end(
  { message, thread, apart }: InFlightMessage,
  status: DeliveryOutcome['status'],
  errorCode: number | null,
  isOwn: boolean,
): DeliveryOutcome {
  return { message, thread, apart, status, errorCode, isOwn };
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
