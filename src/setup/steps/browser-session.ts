// The session of a browser that `checkout login` signed in to Relay: reconcile and undo of that change.
import type { Change, ChangeDataOf } from '../changes.js';
import type { SetupStep, UndoOutcome } from '../setup.js';

/** A session, as the journal has it. */
export type StartedSession = Change<ChangeDataOf<'session-started'>>;

/**
 * Creates the step. It plans nothing: only a browser can start a session.
 *
 * @param endSession removes the session from Relay's database, if it is there
 */
export function createBrowserSessionStep(
  endSession: (session: StartedSession) => Promise<UndoOutcome>,
): SetupStep<'browser-session'> {
  return {
    id: 'browser-session',
    title: 'Browser session',
    kinds: ['session-started'],
    plan: async () => ({ summary: 'signs no browser in', changes: [] }),
    // Ending a session that never started does nothing, so nobody has to look for it.
    reconcile: async ({ journal }, change) => void journal.done(change),
    undo: async (_setup, { data, ...change }) => {
      if (data.kind !== 'session-started') throw new Error(`not a session: ${data.kind}`);
      return endSession({ ...change, data });
    },
  };
}
