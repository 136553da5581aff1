// Reports the status of messages: as events, as status callbacks, and to the account's own numbers as inbound texts.
import type { EventFields } from '../../platform/events/event.js';
import type { EventStream, TraceContext } from '../../platform/events/stream.js';
import { type Message, readMediaUrls } from '../api/messages/message.js';
import type { MessageStatusCallbacks } from '../status-callbacks.js';
import type { DeliveredText, TextGateway } from '../text-gateway.js';
import type { DeliveryOutcome, InFlightMessage } from './outcome.js';

/** What the notifier needs. */
export interface StatusNotifierDeps {
  readonly events: EventStream;
  readonly statusCallbacks: MessageStatusCallbacks;
  readonly phones: Pick<TextGateway, 'textShown'>;
  /** Receives a message that was delivered to a number of the account; `trace` names the delivery as its cause. */
  readonly receive: (message: Message, trace: TraceContext) => void;
}

/** Reports the status of messages. */
export interface StatusNotifier {
  /** Reports a status that is not an outcome of delivery: `accepted`, `queued`, `sending`, `sent`, `canceled` or `read`. */
  advanced(entries: readonly InFlightMessage[], status: string): void;
  /** Reports how the delivery of messages has ended. */
  ended(outcomes: readonly DeliveryOutcome[]): void;
}

interface Status {
  readonly status: string;
  readonly errorCode: number | null;
}

/** Creates the notifier. */
export function createStatusNotifier({
  events,
  statusCallbacks,
  phones,
  receive,
}: StatusNotifierDeps): StatusNotifier {
  function advanced(entries: readonly InFlightMessage[], status: string): void {
    const common = { status, errorCode: null };
    report(entries, () => common);
  }

  function ended(outcomes: readonly DeliveryOutcome[]): void {
    const reached = outcomes.filter(hasReachedPhone);
    const firstReached = events.emitMany(reached, formatReachedPhone);
    reached.forEach(({ message, trace: { traceId } }, index) => {
      phones.textShown(toDeliveredText(message), { traceId, cause: firstReached + index });
    });
    const final = outcomes.filter(({ status }) => status !== 'sent');
    const first = report(final, (outcome) => outcome);
    final.forEach(({ message, trace, errorCode, isOwn }, index) => {
      if (isOwn && errorCode === null) receive(message, { ...trace, cause: first + index });
    });
    for (const { message, status } of outcomes) if (status === 'sent') statusCallbacks.end(message.sid);
  }

  /** @returns the id of the first event */
  function report<Entry extends InFlightMessage>(
    entries: readonly Entry[],
    statusOf: (entry: Entry) => Status,
  ): number {
    const first = events.emitMany(entries, (entry) => formatStatusEvent(entry, statusOf(entry)));
    entries.forEach((entry, index) => {
      const { message, trace } = entry;
      if (message.statusCallback === null) return;
      const { status, errorCode } = statusOf(entry);
      statusCallbacks.report({ message, status, errorCode }, { ...trace, cause: first + index });
    });
    return first;
  }

  return { advanced, ended };
}

/** Whether a message has reached a phone. */
export function hasReachedPhone({ errorCode, isOwn }: DeliveryOutcome): boolean {
  return errorCode === null && !isOwn;
}

function formatStatusEvent(
  { message, trace }: InFlightMessage,
  { status, errorCode }: Status,
): EventFields & TraceContext {
  return { kind: 'text.status', ...trace, sid: message.sid, status, errorCode };
}

function formatReachedPhone({ message, trace }: InFlightMessage): EventFields & TraceContext {
  return { kind: 'text.reached-phone', ...trace, ...toDeliveredText(message) };
}

/** A message as its phone receives it. */
export function toDeliveredText(message: Message): DeliveredText {
  const { sid, sender: from, recipient: to, body } = message;
  return { sid, from, to, body, mediaUrls: readMediaUrls(message) };
}
