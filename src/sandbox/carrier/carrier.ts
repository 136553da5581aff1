// The carrier: takes queued texts to their phones, a step of their status at a time, and charges for them.
import type { Query, Store } from '../store/database.js';

/** Milliseconds between two steps: enough for many texts to share one, too little for anybody to wait. */
const PACE = 2;

/** A carrier at work. */
export interface Carrier {
  /** Says that there is a text to carry. */
  wake(): void;
  /** Ends the work; texts under way stay where they are, for the next carrier of this database. */
  stop(): void;
}

/**
 * Starts a carrier: `queued → sending → sent → delivered | undelivered`, one step at a time for all texts under way.
 * A text is charged for when it is sent, and lies on its phone before its status says so. A silent phone gets its
 * text and sends no receipt, so that the status stays `sent`. See
 * https://www.twilio.com/docs/messaging/guides/track-outbound-message-status.
 */
export function createCarrier(store: Store, now: () => number): Carrier {
  const step = createStep(store, now);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function wake(): void {
    if (!stopped) timer ??= setTimeout(work, PACE);
  }

  function work(): void {
    timer = undefined;
    if (step()) wake();
  }

  wake();
  return {
    wake,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** One step for all texts under way, the furthest first so that none takes two; false when none are left. */
function createStep(store: Store, now: () => number): () => boolean {
  const handOver = store.query(HAND_OVER);
  const charge = store.query(CHARGE);
  const steps: Query<unknown>[] = [store.query(REPORT), store.query(SEND), store.query(TAKE_UP)];
  return () =>
    store.transaction(() => {
      const at = now();
      handOver.run(at);
      charge.run();
      return steps.reduce((moved, step) => moved + step.run({ at }), 0) > 0;
    });
}

const HAND_OVER = `
INSERT INTO texts (phone, sid, sender, recipient, body, receivedAt)
SELECT recipient, sid, sender, recipient, body, ? FROM messages
WHERE inTransit = 1 AND status = 'sent'
  AND NOT EXISTS (SELECT 1 FROM phones WHERE number = recipient AND texts = 'undelivered')
ORDER BY seq`;

const REPORT = `
UPDATE messages SET
  inTransit = NULL, updatedAt = :at,
  errorCode = (SELECT errorCode FROM phones WHERE number = recipient),
  status = coalesce(
    (SELECT CASE texts WHEN 'silent' THEN 'sent' ELSE texts END FROM phones WHERE number = recipient),
    'delivered')
WHERE inTransit = 1 AND status = 'sent'`;

const CHARGE = `
UPDATE account SET balance = balance -
  (SELECT coalesce(sum(price), 0) FROM messages WHERE inTransit = 1 AND status = 'sending')`;

const SEND = `
UPDATE messages SET status = 'sent', sentAt = :at, updatedAt = :at WHERE inTransit = 1 AND status = 'sending'`;

const TAKE_UP = `
UPDATE messages SET status = 'sending', updatedAt = :at WHERE inTransit = 1 AND status = 'queued'`;
