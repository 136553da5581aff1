// The carrier: takes queued texts to their phones, a step of their status at a time, and charges for them.
import type { Clock } from '../clock.js';
import type { EventStream, Thread } from '../events/stream.js';
import type { PhoneBook } from '../phones/phones.js';
import type { Message } from '../resources/messages/store.js';
import type { Store } from '../store/database.js';
import type { StatusCallbacks } from '../webhooks/status-callbacks.js';
import { createTeller } from './teller.js';
import { type Arrival, createTransit, emptyStages, type Parcel, type Stage } from './transit.js';

/** Milliseconds between two steps: enough for many texts to share one, too little for anybody to wait. */
const PACE = 2;

/** A carrier at work. */
export interface Carrier {
  /** Takes a message on its way; `thread` is what led to it. */
  carry(message: Message, thread: Thread): void;
  /** Whether it has a text of that trace under way. */
  has(traceId: string): boolean;
  /** Says that the table of messages was changed from outside: goes on with what is under way there. */
  forget(): void;
}

/** What a carrier works with. */
export interface CarrierParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly phones: Pick<PhoneBook, 'behaviourOf'>;
  readonly events: EventStream;
  readonly callbacks: StatusCallbacks;
}

/**
 * Starts a carrier, which goes on with what the last one of this database left under way:
 * `accepted → queued → sending → sent → delivered | undelivered`, one step at a time for all texts under way.
 * A text is charged for when it is sent, and lies on its phone before its status says so. See
 * https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
 */
export function createCarrier(parts: CarrierParts): Carrier {
  const { store, clock, phones, events, callbacks } = parts;
  const transit = createTransit(store);
  const teller = createTeller(events, callbacks);
  // The same as in the table: to read each row back would cost more than to move it.
  let stages = emptyStages();
  let awake = false;
  let watched: Promise<void> | undefined;

  function wake(): void {
    if (awake) return;
    awake = true;
    clock.after(PACE, work);
  }

  function work(): void {
    awake = false;
    const { accepted, queued, sending, sent } = stages;
    const arrivals = sent.map((parcel) => arrive(parcel, phones));
    transit.move(stages, arrivals, clock.now());
    watch();
    stages = { accepted: [], queued: accepted, sending: queued, sent: sending };
    if (all().length > 0) wake();
    teller.arrived(arrivals);
    teller.moved(sending, 'sent');
    teller.moved(queued, 'sending');
    teller.moved(accepted, 'queued');
  }

  function all(): Parcel[] {
    const { accepted, queued, sending, sent } = stages;
    return [...sent, ...sending, ...queued, ...accepted];
  }

  /** When what was written in this turn cannot be kept, the table is right and we are not. */
  function watch(): void {
    const kept = store.kept();
    if (kept === watched) return;
    watched = kept;
    kept?.catch(readStages);
  }

  function readStages(): void {
    const threads = new Map(all().map(({ message, thread }) => [message.seq, thread]));
    stages = emptyStages();
    for (const message of transit.read()) {
      const thread = threads.get(message.seq) ?? { traceId: events.newTrace(), cause: null };
      stages[message.status as Stage].push({ message, thread });
      wake();
    }
  }

  readStages();
  return {
    carry: (message, thread) => {
      stages[message.status as Stage].push({ message, thread });
      watch();
      wake();
    },
    has: (traceId) => all().some(({ thread }) => thread.traceId === traceId),
    forget: () => {
      stages = emptyStages();
      readStages();
    },
  };
}

function arrive({ message, thread }: Parcel, phones: CarrierParts['phones']): Arrival {
  const { texts } = phones.behaviourOf(message.recipient);
  const errorCode = message.refusal ?? (typeof texts === 'object' ? texts.undelivered : null);
  if (errorCode !== null) return { message, thread, status: 'undelivered', errorCode };
  return { message, thread, status: texts === 'silent' ? 'sent' : 'delivered', errorCode };
}
