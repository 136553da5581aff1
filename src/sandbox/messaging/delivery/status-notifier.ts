// Says how texts get on, to those who follow the events and to apps that want to be called back.
import type { EventFields } from '../../platform/events/event.js';
import type { EventStream, TraceContext } from '../../platform/events/stream.js';
import type { DeliveryOutcome, InFlightMessage } from '../api/messages/in-flight.js';
import { type Message, readMediaUrls } from '../api/messages/store.js';
import type { StatusChange } from '../status-callback-parameters.js';
import type { StatusCallbacks } from '../status-callbacks.js';

/** A status that a text has come to. */
type Status = Pick<StatusChange, 'status' | 'errorCode'>;

/** Says how texts get on. */
export interface StatusNotifier {
  /** These have come to a status that is not their last. */
  moved(parcels: readonly InFlightMessage[], status: string): void;
  /** These are at their end. */
  arrived(arrivals: readonly DeliveryOutcome[]): void;
}

/**
 * Makes events and status callbacks of it.
 *
 * @param receive takes what has arrived at a number of the account; its thread leads to that arrival
 */
export function createStatusNotifier(
  events: EventStream,
  callbacks: StatusCallbacks,
  receive: (message: Message, thread: TraceContext) => void,
): StatusNotifier {
  function moved(parcels: readonly InFlightMessage[], status: string): void {
    const all = { status, errorCode: null };
    tell(parcels, () => all);
  }

  function arrived(arrivals: readonly DeliveryOutcome[]): void {
    events.emitMany(
      arrivals.filter(({ errorCode, isOwn }) => errorCode === null && !isOwn),
      formatReached,
    );
    const ended = arrivals.filter(({ status }) => status !== 'sent');
    const first = tell(ended, (arrival) => arrival);
    ended.forEach(({ message, thread, errorCode, isOwn }, index) => {
      if (isOwn && errorCode === null) receive(message, { ...thread, cause: first + index });
    });
    for (const { message, status } of arrivals) if (status === 'sent') callbacks.end(message.sid);
  }

  /** @returns the id of the first event */
  function tell<P extends InFlightMessage>(parcels: readonly P[], statusOf: (parcel: P) => Status): number {
    const first = events.emitMany(parcels, (parcel) => formatStatus(parcel, statusOf(parcel)));
    parcels.forEach((parcel, index) => {
      const { message, thread } = parcel;
      if (message.statusCallback === null) return;
      const { status, errorCode } = statusOf(parcel);
      callbacks.report({ message, status, errorCode }, { ...thread, cause: first + index });
    });
    return first;
  }

  return { moved, arrived };
}

function formatStatus(
  { message, thread }: InFlightMessage,
  { status, errorCode }: Status,
): EventFields & TraceContext {
  return { kind: 'text.status', ...thread, sid: message.sid, status, errorCode };
}

function formatReached({ message, thread }: InFlightMessage): EventFields & TraceContext {
  const { sid, sender: from, recipient: to, body } = message;
  return { kind: 'text.reached-phone', ...thread, sid, from, to, body, mediaUrls: readMediaUrls(message) };
}
