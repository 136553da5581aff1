// Message scheduling: the time a form sets, and what happens to a scheduled message at that time.
import { findRefusal, type RefusalDeps } from '../accounts/compliance/refusal.js';
import { findPhoneNumber } from '../platform/phone-number.js';
import { findValue } from '../server/form.js';
import { TwilioProblem } from '../server/problem.js';
import type { Message } from './api/messages/message.js';
import type { MessageStore } from './api/messages/store.js';
import type { MessagingService, ServiceStore } from './api/services/store.js';
import { type DestinationDeps, verifyDestination } from './destination.js';
import { type SubscriptionDeps, verifySubscribed } from './opt-outs/opt-outs.js';
import { chooseSender, type SenderPoolDeps } from './sender-selection.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How far ahead a message can be scheduled. */
const [MIN_AHEAD_MS, MAX_AHEAD_MS] = [5 * MINUTE_MS, 35 * DAY_MS];

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

/**
 * The time at which a form asks to send its message, milliseconds since 1970; undefined without a `ScheduleType`, even
 * with a `SendAt`: that message is sent at once. See https://www.twilio.com/docs/messaging/features/message-scheduling.
 *
 * @throws TwilioProblem 35111, 35114, 35118 or 35126.
 */
export function findSendAt(
  form: URLSearchParams,
  service: MessagingService | undefined,
  now: number,
): number | undefined {
  const type = findValue(form, 'ScheduleType');
  if (type === undefined) return undefined;
  if (type !== 'fixed') {
    throw new TwilioProblem(400, 35126, 'The ScheduleType value provided is not supported for this channel');
  }
  if (!service) {
    throw new TwilioProblem(400, 35118, 'MessagingServiceSid is required to schedule a message');
  }
  const text = findValue(form, 'SendAt');
  if (text === undefined) throw new TwilioProblem(400, 35111, 'SendAt timestamp is missing');
  const sendAt = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (sendAt >= now + MIN_AHEAD_MS && sendAt <= now + MAX_AHEAD_MS) return sendAt;
  const window = `${MIN_AHEAD_MS / 1000} seconds and 35 days (${MAX_AHEAD_MS / 1000} seconds)`;
  throw new TwilioProblem(400, 35114, `SendAt time must be between ${window} in the future, inclusive`);
}

/** What preparing a scheduled message needs. */
export interface ScheduledMessageDeps extends SenderPoolDeps, DestinationDeps, SubscriptionDeps, RefusalDeps {
  readonly messages: Pick<MessageStore, 'release' | 'findSender'>;
  readonly services: Pick<ServiceStore, 'find'>;
  readonly pool: SenderPoolDeps['pool'] & SubscriptionDeps['pool'] & RefusalDeps['pool'];
  readonly now: () => number;
}

/**
 * Prepares a scheduled message to be sent now: chooses its sender again if the service no longer has it, and checks that
 * the account may text the country and that the recipient has not opted out. A reason to refuse a new message makes a
 * scheduled one fail with the same code.
 */
export function prepareScheduled(message: Message, deps: ScheduledMessageDeps): Message {
  return deps.messages.release(message, decide(message, deps), deps.now());
}

function decide(message: Message, deps: ScheduledMessageDeps): Pick<Message, 'sender' | 'refusal'> {
  const { recipient, serviceSid } = message;
  const found = findPhoneNumber(recipient);
  const phone = { number: recipient, country: found?.country };
  try {
    const sender = findSender(message, phone, deps);
    if (found) verifyDestination(sender, found, deps);
    verifySubscribed(sender, recipient, serviceSid ?? undefined, deps);
    return { sender, refusal: findRefusal(sender, phone.country, deps) };
  } catch (error) {
    if (!(error instanceof TwilioProblem)) throw error;
    return { sender: message.sender, refusal: error.code };
  }
}

function findSender(
  message: Message,
  recipient: Parameters<typeof chooseSender>[1],
  deps: ScheduledMessageDeps,
): string {
  const { sender, serviceSid, mediaUrls } = message;
  if (deps.pool.findServiceSid(sender) === serviceSid) return sender;
  const service = deps.services.find(serviceSid ?? '');
  if (!service) throw new TwilioProblem(404, 21701, 'The Messaging Service does not exist');
  return chooseSender(service, recipient, mediaUrls !== '[]', deps);
}
