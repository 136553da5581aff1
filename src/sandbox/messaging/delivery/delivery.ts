// The carrier: takes queued texts to their phones, a step of their status at a time, and charges for them.

import type { PhoneBook } from '../../phones/phones.js';
import type { Clock } from '../../platform/clock.js';
import type { Store } from '../../platform/database.js';
import type { EventStream, TraceContext } from '../../platform/events/stream.js';
import {
  createDeliveryPipeline,
  type DeliveryStage,
  type InFlightMessage,
  noMessages,
} from '../api/messages/in-flight.js';
import type { Message, MessageStore } from '../api/messages/store.js';
import type { StatusCallbacks } from '../status-callbacks.js';
import { createOutcomeRules, type Owners } from './outcome.js';
import { createStatusNotifier } from './status-notifier.js';
import { createWaitingMessages, type WaitingDeps } from './waiting.js';

/** Milliseconds between two steps: enough for many texts to share one, too little for anybody to wait. */
const PACE = 2;

/** A carrier at work. */
export interface Delivery {
  /** Takes a message on its way; `thread` is what led to it. */
  carry(message: Message, thread: TraceContext): void;
  /** Lets go of a scheduled message that was canceled, and says so. */
  cancel(sid: string): void;
  /** Whether it has a text of that trace under way. */
  has(traceId: string): boolean;
  /** Says that the table of messages was changed from outside: goes on with what is under way there. */
  forget(): void;
}

/** What a carrier works with. */
export interface DeliveryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly messages: Pick<MessageStore, 'markSent'>;
  readonly phones: Pick<PhoneBook, 'behaviourOf'>;
  readonly numbers: Owners;
  readonly events: EventStream;
  readonly callbacks: StatusCallbacks;
  readonly collect: WaitingDeps['collect'];
  /** Makes a message whose time has come ready to be sent. */
  readonly release: (message: Message) => Message;
  /** Takes what has arrived at a number of the account. */
  readonly receive: (message: Message, thread: TraceContext) => void;
}

/**
 * Starts a carrier, which goes on with what the last one of this database left under way:
 * `accepted → queued → sending → sent → delivered | undelivered`, one step at a time for all texts under way.
 * A text is charged for when it is sent, and lies on its phone before its status says so; one that cannot be sent is
 * `failed` instead. See https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
 */
export function createDelivery(parts: DeliveryDeps): Delivery {
  const { store, clock, messages, events, callbacks } = parts;
  const transit = createDeliveryPipeline(store);
  const teller = createStatusNotifier(events, callbacks, parts.receive);
  const fate = createOutcomeRules(parts);
  const waiting = createWaitingMessages({ clock, collect: parts.collect, resume });
  // The same as in the table: to read each row back would cost more than to move it.
  let stages = noMessages();
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
    const at = clock.now();
    const failures = fate.findFailures(queued, at);
    const going = failures.length === 0 ? queued : queued.filter(({ message }) => !fate.fails(message, at));
    const arrivals = sent.map((parcel) => fate.arrive(parcel, at)).concat(failures);
    const delays = fate.findDelays(sending, at);
    transit.move({ accepted, queued: going, sending, sent }, { arrivals, delays }, at);
    messages.markSent(
      sending.map(({ message }) => message),
      at,
    );
    watch();
    const prompt = delays.length === 0 ? sending : sending.filter((parcel) => !fate.isDelayed(parcel));
    stages = { accepted: [], queued: accepted, sending: going, sent: prompt };
    if (all().length > 0) wake();
    teller.arrived(arrivals);
    teller.moved(sending, 'sent');
    teller.moved(going, 'sending');
    teller.moved(accepted, 'queued');
    for (const { parcel, dueAt } of delays) wait(parcel, { status: 'sent', dueAt });
  }

  function wait({ message, thread }: InFlightMessage, changes: Partial<Message>): void {
    waiting.add({ message: { ...message, inTransit: 2, ...changes }, thread });
  }

  /** Takes a text in hand again that has waited. */
  function resume({ message, thread }: InFlightMessage, refusal: number | null): void {
    const isDue = message.status === 'scheduled';
    const ready = isDue ? parts.release(message) : transit.resume(message, refusal ?? message.refusal);
    const parcel = { message: ready, thread, apart: true } as const;
    take(parcel);
    if (isDue) teller.moved([parcel], 'accepted');
  }

  function take(parcel: InFlightMessage): void {
    const { status, inTransit } = parcel.message;
    if (inTransit === 2) waiting.add(parcel);
    else {
      stages[status as DeliveryStage].push(parcel);
      wake();
    }
    watch();
  }

  function all(): InFlightMessage[] {
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
    stages = noMessages();
    waiting.forget();
    for (const message of transit.read()) {
      take({ message, thread: threads.get(message.seq) ?? { traceId: events.newTrace(), cause: null } });
    }
  }

  readStages();
  return {
    carry: (message, thread) => take({ message, thread }),
    cancel: (sid) => {
      const parcel = waiting.drop(sid);
      if (parcel) teller.moved([parcel], 'canceled');
    },
    has: (traceId) => all().some(({ thread }) => thread.traceId === traceId) || waiting.has(traceId),
    forget: () => {
      stages = noMessages();
      waiting.forget();
      readStages();
    },
  };
}
