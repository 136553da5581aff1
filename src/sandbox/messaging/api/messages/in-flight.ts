// Changes the status of in-flight messages in their table, many rows with one statement.
import type { Store } from '../../../platform/database.js';
import type { Message } from './message.js';

/**
 * The rows of messages that have not reached a final status. A run is a list of messages of one status, in row order,
 * with no other in-flight message of that status between its first and last row: one statement updates them all.
 */
export interface InFlightRows {
  /** All in-flight messages, oldest first. */
  list(): Message[];
  /** Moves a run to the next status: `queued`, `sending` or `sent`. */
  advance(from: 'accepted' | 'queued' | 'sending', run: readonly Message[], at: number): void;
  /** Ends a run of sent messages as `delivered`. */
  deliver(run: readonly Message[], at: number): void;
  /** Ends the delivery of one message. If its status stays `sent`, `updatedAt` stays too. */
  end(message: Message, status: Message['status'], errorCode: number | null, at: number): void;
  /** Makes a message wait until `dueAt`. */
  hold(message: Message, dueAt: number): void;
  /** Ends a message's wait. @returns the message with its new `refusal` */
  resume(message: Message, refusal: number | null): Message;
}

/** `+` keeps SQLite from using the index of in-flight messages: a scan is faster, because a run's rows are adjacent. */
const RUN = 'seq BETWEEN :first AND :last AND +inTransit = 1 AND status =';

/**
 * Prepares the statements. Times (`at`, `dueAt`) are milliseconds since 1970.
 *
 * @param noteSent called for messages whose status becomes `sent`
 */
export function createInFlightRows(
  store: Store,
  noteSent: (messages: readonly Message[], at: number) => void,
): InFlightRows {
  const list = store.query<Message>('SELECT * FROM messages WHERE inTransit IS NOT NULL ORDER BY seq');
  const advance = {
    sending: store.query(
      `UPDATE messages SET status = 'sent', sentAt = :at, updatedAt = :at WHERE ${RUN} 'sending'`,
    ),
    queued: store.query(`UPDATE messages SET status = 'sending', updatedAt = :at WHERE ${RUN} 'queued'`),
    accepted: store.query(`UPDATE messages SET status = 'queued', updatedAt = :at WHERE ${RUN} 'accepted'`),
  };
  const deliver = store.query(
    `UPDATE messages SET inTransit = NULL, status = 'delivered', updatedAt = :at WHERE ${RUN} 'sent'`,
  );
  const end = store.query(
    `UPDATE messages SET inTransit = NULL, status = :status, errorCode = :errorCode,
      updatedAt = iif(:status = 'sent', updatedAt, :at) WHERE seq = :seq`,
  );
  const hold = store.query('UPDATE messages SET inTransit = 2, dueAt = ? WHERE seq = ?');
  const resume = store.query('UPDATE messages SET inTransit = 1, dueAt = NULL, refusal = ? WHERE seq = ?');
  return {
    list: () => list.all(),
    advance: (from, run, at) => {
      advance[from].run({ at, ...spanOf(run) });
      if (from === 'sending') noteSent(run, at);
    },
    deliver: (run, at) => void deliver.run({ at, ...spanOf(run) }),
    end: ({ seq }, status, errorCode, at) => void end.run({ at, seq, status, errorCode }),
    hold: ({ seq }, dueAt) => void hold.run(dueAt, seq),
    resume: (message, refusal) => {
      resume.run(refusal, message.seq);
      return { ...message, inTransit: 1, dueAt: null, refusal };
    },
  };
}

function spanOf(run: readonly Message[]): { first: number; last: number } {
  return { first: run[0]?.seq ?? 0, last: run.at(-1)?.seq ?? 0 };
}
