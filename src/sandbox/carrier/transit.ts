// The texts under way in the table of messages: moves whole stages of them a step on at once.
import type { Thread } from '../events/stream.js';
import type { Message } from '../resources/messages/store.js';
import type { Store } from '../store/database.js';

/** A text under way, and what led to it. */
export interface Parcel {
  readonly message: Message;
  readonly thread: Thread;
}

/** A text at its end; `sent` when its phone sends no receipt. */
export interface Arrival extends Parcel {
  readonly status: 'delivered' | 'sent' | 'undelivered';
  readonly errorCode: number | null;
}

/** The states that are not the end. */
export type Stage = 'accepted' | 'queued' | 'sending' | 'sent';

/** All that is under way, by stage, in the order of its rows. */
export type Stages = Readonly<Record<Stage, Parcel[]>>;

/** The part of the table that is under way. */
export interface Transit {
  /** What the last carrier of this database left there. */
  read(): Message[];
  /**
   * Moves all of these one step on, the furthest first so that none takes two: hands the arrivals over to their
   * phones, and charges for what is sent.
   */
  move(stages: Stages, arrivals: readonly Arrival[], at: number): void;
}

/** `+` keeps SQLite from the index of all that is under way: the rows of one stage lie side by side. */
const UNDER_WAY = 'seq BETWEEN :first AND :last AND +inTransit = 1 AND status =';

/** Nothing under way. */
export function emptyStages(): Stages {
  return { accepted: [], queued: [], sending: [], sent: [] };
}

/** Opens it. */
export function createTransit(store: Store): Transit {
  const underWay = store.query<Message>('SELECT * FROM messages WHERE inTransit = 1 ORDER BY seq');
  const charge = store.query('UPDATE account SET balance = balance - ?');
  const moveOn = createMoves(store);
  const arrive = createArrivals(store);
  return {
    read: () => underWay.all(),
    move: ({ accepted, queued, sending }, arrivals, at) =>
      store.transaction(() => {
        if (arrivals.length > 0) arrive(arrivals, at);
        if (sending.length > 0) charge.run(sending.reduce((sum, { message }) => sum + message.price, 0));
        for (const [statement, parcels] of [
          [moveOn.sending, sending],
          [moveOn.queued, queued],
          [moveOn.accepted, accepted],
        ] as const) {
          if (parcels.length > 0) statement.run({ at, ...spanOf(parcels) });
        }
      }),
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

/** The few that are not delivered are taken out one by one, and the rest is delivered at once. */
function createArrivals(store: Store) {
  const fail = store.query(
    "UPDATE messages SET inTransit = NULL, status = 'undelivered', errorCode = ?, updatedAt = ? WHERE seq = ?",
  );
  const handOver = store.query(`
    INSERT INTO texts (phone, sid, sender, recipient, body, mediaUrls, receivedAt)
    SELECT recipient, sid, sender, recipient, body, mediaUrls, :at FROM messages
    WHERE ${UNDER_WAY} 'sent' ORDER BY seq`);
  const leave = store.query('UPDATE messages SET inTransit = NULL WHERE seq = ?');
  const deliver = store.query(
    `UPDATE messages SET inTransit = NULL, status = 'delivered', updatedAt = :at WHERE ${UNDER_WAY} 'sent'`,
  );
  return (arrivals: readonly Arrival[], at: number) => {
    for (const { status, errorCode, message } of arrivals) {
      if (status === 'undelivered') fail.run(errorCode, at, message.seq);
    }
    handOver.run({ at, ...spanOf(arrivals) });
    for (const { status, message } of arrivals) {
      if (status === 'sent') leave.run(message.seq);
    }
    deliver.run({ at, ...spanOf(arrivals) });
  };
}

function spanOf(parcels: readonly Parcel[]): { first: number; last: number } {
  return { first: parcels[0]?.message.seq ?? 0, last: parcels.at(-1)?.message.seq ?? 0 };
}
