// Forgets what ended long ago, so that the database does not grow for ever.
import type { Store } from '../../state/database.js';

/** Milliseconds. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/**
 * Drops texts that went thirty days ago, and webhooks that were answered thirty days before the last one: whoever looks
 * for what came meanwhile goes back from that. Texts that did not go stay.
 */
export function prune(store: Store, now: number): void {
  store
    .query(
      `DELETE FROM outgoing WHERE state = 'done' AND endedAt < ? AND NOT EXISTS (
         SELECT 1 FROM contacts WHERE contacts.id = contactId AND coalesce(lastText, 0) < outgoing.id)`,
    )
    .run(now - KEPT_MS);
  store.query('DELETE FROM answered WHERE at < (SELECT max(at) FROM answered) - ?').run(KEPT_MS);
}
