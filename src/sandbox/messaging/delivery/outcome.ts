// Decides the outcome of each in-flight message: failed, delayed, delivered, undelivered or without a receipt.
import type { NumberStore } from '../../numbers/incoming-phone-numbers/store.js';
import type { TraceContext } from '../../platform/events/stream.js';
import { expiryOf, type Message } from '../api/messages/message.js';
import { MESSAGE_BLOCKED, type TextBehaviour, type TextGateway } from '../text-gateway.js';
import { isFailure } from './error-codes.js';

/** A message that has not reached a final status, and its cause. */
export interface InFlightMessage {
  readonly message: Message;
  readonly trace: TraceContext;
  /** Whether it has waited: then its row is not adjacent to the other rows of its status. */
  readonly hasWaited?: true | undefined;
}

/** The end of a message's delivery; `sent` if its phone sends no receipt. */
export interface DeliveryOutcome extends InFlightMessage {
  readonly status: 'delivered' | 'sent' | 'undelivered' | 'failed';
  readonly errorCode: number | null;
  /** Whether its recipient is a number of the account, not a phone. */
  readonly isOwn: boolean;
}

/** A message that a slow phone delays, and until when (milliseconds since 1970). */
export interface DeliveryDelay {
  readonly entry: InFlightMessage;
  readonly dueAt: number;
}

/** What the outcome depends on. */
export interface OutcomeDeps {
  readonly phones: Pick<TextGateway, 'behaviourOf'>;
  readonly numbers: Pick<NumberStore, 'owned'>;
}

/** The rules; `at` is the time now, milliseconds since 1970. */
export interface OutcomeRules {
  /** The outcomes of queued messages that cannot be sent or whose validity period is over; others are left out. */
  findFailures(queued: readonly InFlightMessage[], at: number): DeliveryOutcome[];
  /** The messages whose phone is slow, and until when each waits. */
  findDelays(sending: readonly InFlightMessage[], at: number): DeliveryDelay[];
  /** The outcome of a message that was sent. */
  decide(sent: InFlightMessage, at: number): DeliveryOutcome;
  /** True if the phone of a message reports that it was read. */
  isRead(outcome: DeliveryOutcome): boolean;
}

/** Validity Period Expired; see https://www.twilio.com/docs/api/errors/30036. */
const EXPIRED = 30036;

/** Creates the rules. */
export function createOutcomeRules({ phones, numbers }: OutcomeDeps): OutcomeRules {
  const isOwn = ({ recipient }: Message) => numbers.owned().has(recipient);
  const slownessOf = (message: Message) => (isOwn(message) ? 0 : phones.behaviourOf(message.recipient).slow);

  /** The code with which a queued message fails; null if it can be sent. */
  function failureOf(message: Message, at: number): number | null {
    const { refusal } = message;
    if (refusal !== null && isFailure(refusal)) return refusal;
    if (at >= expiryOf(message)) return EXPIRED;
    const texts = findTextBehaviour(message);
    return typeof texts === 'object' && 'failed' in texts && !isOwn(message) ? texts.failed : null;
  }

  function findTextBehaviour({ sender, recipient }: Message): TextBehaviour['texts'] {
    const { texts, blocked } = phones.behaviourOf(recipient);
    return blocked.includes(sender) ? { undelivered: MESSAGE_BLOCKED } : texts;
  }

  function decide(entry: InFlightMessage, at: number): DeliveryOutcome {
    const { message } = entry;
    const own = isOwn(message);
    const texts = own ? 'delivered' : findTextBehaviour(message);
    const errorCode =
      message.refusal ??
      (at >= expiryOf(message)
        ? EXPIRED
        : typeof texts === 'object' && 'undelivered' in texts
          ? texts.undelivered
          : null);
    if (errorCode !== null) return end(entry, 'undelivered', errorCode, own);
    return end(entry, texts === 'silent' ? 'sent' : 'delivered', null, own);
  }

  return {
    findFailures: (queued, at) =>
      queued
        .filter(({ message }) => failureOf(message, at) !== null)
        .map((entry) => end(entry, 'failed', failureOf(entry.message, at), isOwn(entry.message))),
    findDelays: (sending, at) =>
      sending
        .filter(({ message }) => slownessOf(message) > 0)
        .map((entry) => {
          const { message } = entry;
          // Twilio does not say what a network does with the rest of the validity period; here it ends at the phone.
          return { entry, dueAt: Math.min(at + slownessOf(message), expiryOf(message)) };
        }),
    decide,
    isRead: ({ message, status, isOwn: own }) =>
      status === 'delivered' && !own && phones.behaviourOf(message.recipient).texts === 'read',
  };
}

/** Copies the fields one by one, because every message passes here: a spread costs a microsecond. */
function end(
  { message, trace, hasWaited }: InFlightMessage,
  status: DeliveryOutcome['status'],
  errorCode: number | null,
  isOwn: boolean,
): DeliveryOutcome {
  return { message, trace, hasWaited, status, errorCode, isOwn };
}
