// The webhooks that were answered: one that comes again gets the same answer, and nothing else happens.
import type { Store } from '../../state/database.js';
import type { WebhookAnswer } from '../webhooks/answer.js';

/** What a webhook is about. */
export interface WebhookKey {
  readonly path: string;
  /** What must happen once: the SID of a text or a call, with its state where one has several. */
  readonly subject: string;
  /** Twilio's `I-Twilio-Idempotency-Token`, which all attempts at one webhook share. */
  readonly token: string | undefined;
}

/** See the head of this file. */
export interface Answered {
  /** What a webhook was answered; undefined when it is new. */
  find(key: WebhookKey): WebhookAnswer | undefined;
  /** When the last one of a path was; undefined when there is none. */
  findLastTime(path: string): number | undefined;
  add(key: WebhookKey, answer: WebhookAnswer): void;
}

/** Opens the table. @param now milliseconds since 1970 */
export function createAnswered(store: Store, now: () => number): Answered {
  const bySubject = store.query<WebhookAnswer>(
    'SELECT status, type, body FROM answered WHERE path = ? AND subject = ?',
  );
  const byToken = store.query<WebhookAnswer>(
    'SELECT status, type, body FROM answered WHERE path = ? AND token = ?',
  );
  const insert = store.query(
    'INSERT INTO answered (path, subject, token, status, type, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const last = store.query<{ at: number }>('SELECT at FROM answered WHERE path = ? ORDER BY id DESC LIMIT 1');
  return {
    findLastTime: (path) => last.get(path)?.at,
    find: ({ path, subject, token }) =>
      bySubject.get(path, subject) ?? (token === undefined ? undefined : byToken.get(path, token)),
    add: ({ path, subject, token }, { status, type, body }) =>
      void insert.run(path, subject, token ?? null, status, type, body, now()),
  };
}
