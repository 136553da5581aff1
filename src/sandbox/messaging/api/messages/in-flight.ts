// The texts under way in the table of messages: moves whole stages of them a step on at once.

import type { Store } from '../../../platform/database.js';
import type { TraceContext } from '../../../platform/events/stream.js';
import type { Message } from './store.js';

/** A text under way, and what led to it. */
export interface InFlightMessage {
  readonly message: Message;
  readonly thread: TraceContext;
  /** Whether it has waited: the others of its stage are rows far behind it. */
  readonly apart?: true | undefined;
}

/** A text at its end; `sent` when its phone sends no receipt. */
export interface DeliveryOutcome extends InFlightMessage {
  readonly status: 'delivered' | 'sent' | 'undelivered' | 'failed';
  readonly errorCode: number | null;
  /** Whether its recipient is a number of the account, and no phone. */
  readonly isOwn: boolean;
}

/** A text that a slow phone keeps waiting, and until when. */
export interface DeliveryDelay {
  readonly parcel: InFlightMessage;
  readonly dueAt: number;
}

/** The states that are not the end. */
export type DeliveryStage = 'accepted' | 'queued' | 'sending' | 'sent';

/** All that is under way, by stage, in the order of its rows. */
export type InFlightMessages = Readonly<Record<DeliveryStage, InFlightMessage[]>>;

/** What happens in one step besides that all stages move on. */
export interface DeliveryStep {
  /** Those whose way ends with it. */
  readonly arrivals: readonly DeliveryOutcome[];
  /** Those that are sent with it and then wait. */
  readonly delays: readonly DeliveryDelay[];
}

/** The part of the table that is under way. */
export interface DeliveryPipeline {
  /** What the last carrier of this database left there. */
  read(): Message[];
  /**
   * Moves all of these one step on, the furthest first so that none takes two: hands the arrivals over to their
   * phones, and charges for what is sent.
   */
  move(stages: InFlightMessages, step: DeliveryStep, at: number): void;
  /** Takes a text that has waited in hand again; a refusal says how it will end. */
  resume(message: Message, refusal: number | null): Message;
}

/** `+` keeps SQLite from the index of all that is under way: the rows of one stage lie side by side. */
const UNDER_WAY = 'seq BETWEEN :first AND :last AND +inTransit = 1 AND status =';

/** Nothing under way. */
export function noMessages(): InFlightMessages {
  return { accepted: [], queued: [], sending: [], sent: [] };
}

/** Opens it. */
export function createDeliveryPipeline(store: Store): DeliveryPipeline {
  const underWay = store.query<Message>('SELECT * FROM messages WHERE inTransit IS NOT NULL ORDER BY seq');
  const charge = store.query('UPDATE account SET balance = balance - ?');
  const hold = store.query('UPDATE messages SET inTransit = 2, dueAt = ? WHERE seq = ?');
  const resume = store.query('UPDATE messages SET inTransit = 1, dueAt = NULL, refusal = ? WHERE seq = ?');
  const moveOn = createMoves(store);
  const arrive = createArrivals(store);
  return {
    read: () => underWay.all(),
    move: ({ accepted, queued, sending }, { arrivals, delays }, at) =>
      store.transaction(() => {
        if (arrivals.length > 0) arrive(arrivals, at);
        if (sending.length > 0) charge.run(sending.reduce((sum, { message }) => sum + message.price, 0));
        for (const [statement, parcels] of [
          [moveOn.sending, sending],
          [moveOn.queued, queued],
          [moveOn.accepted, accepted],
        ] as const) {
          for (const span of spansOf(parcels)) statement.run({ at, ...span });
        }
        for (const { parcel, dueAt } of delays) hold.run(dueAt, parcel.message.seq);
      }),
    resume: (message, refusal) => {
      resume.run(refusal, message.seq);
      return { ...message, inTransit: 1, dueAt: null, refusal };
    },
  };
}

function createMoves(store: Store) {
  return {
    sending: store.query(
      `UPDATE messages SET status = 'sent', sentAt = :at, updatedAt = :at WHERE ${UNDER_WAY} 'sending'`,
    ),
    queued: store.query(
      `UPDATE messages SET status = 'sending', updatedAt = :at WHERE ${UNDER_WAY} 'queued'`,
    ),
    accepted: store.query(
      `UPDATE messages SET status = 'queued', updatedAt = :at WHERE ${UNDER_WAY} 'accepted'`,
    ),
  };
}

/** The few that are not just delivered to a phone are taken out one by one, and the rest is delivered at once. */
function createArrivals(store: Store) {
  const handOver = (rows: string) =>
    store.query(`
    INSERT INTO texts (phone, sid, sender, recipient, body, mediaUrls, receivedAt)
    SELECT recipient, sid, sender, recipient, body, mediaUrls, :at FROM messages WHERE ${rows} ORDER BY seq`);
  const [handOverAll, handOverOne] = [handOver(`${UNDER_WAY} 'sent'`), handOver('seq = :seq')];
  const end = store.query(
    `UPDATE messages SET inTransit = NULL, status = :status, errorCode = :errorCode,
      updatedAt = iif(:status = 'sent', updatedAt, :at) WHERE seq = :seq`,
  );
  const deliver = store.query(
    `UPDATE messages SET inTransit = NULL, status = 'delivered', updatedAt = :at WHERE ${UNDER_WAY} 'sent'`,
  );
  return (arrivals: readonly DeliveryOutcome[], at: number) => {
    const others = arrivals.filter(isSpecial);
    for (const { message, status, errorCode, isOwn } of others) {
      if (errorCode === null && !isOwn) handOverOne.run({ at, seq: message.seq });
      end.run({ at, seq: message.seq, status, errorCode });
    }
    const ordinary = others.length === 0 ? arrivals : arrivals.filter((arrival) => !isSpecial(arrival));
    if (ordinary.length === 0) return;
    const span = spanOf(ordinary);
    handOverAll.run({ at, ...span });
    deliver.run({ at, ...span });
  };
}

function isSpecial({ status, isOwn, apart }: DeliveryOutcome): boolean {
  return isOwn || status !== 'delivered' || apart === true;
}

/** All of a stage but those apart are side by side. */
function spansOf(parcels: readonly InFlightMessage[]): { first: number; last: number }[] {
  if (parcels.length === 0) return [];
  const loners = parcels.filter(({ apart }) => apart);
  const crowd = loners.length === 0 ? parcels : parcels.filter(({ apart }) => !apart);
  return [
    ...(crowd.length === 0 ? [] : [spanOf(crowd)]),
    ...loners.map(({ message: { seq } }) => ({ first: seq, last: seq })),
  ];
}

function spanOf(parcels: readonly InFlightMessage[]): { first: number; last: number } {
  return { first: parcels[0]?.message.seq ?? 0, last: parcels.at(-1)?.message.seq ?? 0 };
}
