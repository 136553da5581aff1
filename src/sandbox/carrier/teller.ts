// Says how texts get on, to those who follow the events and to apps that want to be called back.
import type { Happening } from '../events/event.js';
import type { EventStream, Thread } from '../events/stream.js';
import { readMediaUrls } from '../resources/messages/store.js';
import type { StatusCallbacks } from '../webhooks/status-callbacks.js';
import type { StatusChange } from '../webhooks/status-parameters.js';
import type { Arrival, Parcel } from './transit.js';

/** A status that a text has come to. */
type Status = Pick<StatusChange, 'status' | 'errorCode'>;

/** Says how texts get on. */
export interface Teller {
  /** These have come to a status that is not their last. */
  moved(parcels: readonly Parcel[], status: string): void;
  /** These are at their end. */
  arrived(arrivals: readonly Arrival[]): void;
}

/** Makes events and status callbacks of it. */
export function createTeller(events: EventStream, callbacks: StatusCallbacks): Teller {
  function moved(parcels: readonly Parcel[], status: string): void {
    const all = { status, errorCode: null };
    tell(parcels, () => all);
  }

  function arrived(arrivals: readonly Arrival[]): void {
    events.emitMany(
      arrivals.filter(({ status }) => status !== 'undelivered'),
      formatReached,
    );
    tell(
      arrivals.filter(({ status }) => status !== 'sent'),
      (arrival) => arrival,
    );
    for (const { message, status } of arrivals) if (status === 'sent') callbacks.end(message.sid);
  }

  function tell<P extends Parcel>(parcels: readonly P[], statusOf: (parcel: P) => Status): void {
    const first = events.emitMany(parcels, (parcel) => formatStatus(parcel, statusOf(parcel)));
    parcels.forEach((parcel, index) => {
      const { message, thread } = parcel;
      if (message.statusCallback === null) return;
      const { status, errorCode } = statusOf(parcel);
      callbacks.report({ message, status, errorCode }, { ...thread, cause: first + index });
    });
  }

  return { moved, arrived };
}

function formatStatus({ message, thread }: Parcel, { status, errorCode }: Status): Happening & Thread {
  return { kind: 'text.status', ...thread, sid: message.sid, status, errorCode };
}

function formatReached({ message, thread }: Parcel): Happening & Thread {
  const { sid, sender: from, recipient: to, body } = message;
  return { kind: 'text.reached-phone', ...thread, sid, from, to, body, mediaUrls: readMediaUrls(message) };
}
