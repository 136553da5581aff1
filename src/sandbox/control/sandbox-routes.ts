// The control API's routes for the world as a whole: its past, its time, and who saw what in it.
import type { Hono } from 'hono';
import { findExposures } from '../phones/exposure/find-exposures.js';
import type { SandboxClock } from '../platform/clock.js';
import { takeSnapshot } from '../platform/snapshot.js';
import type { World } from '../world.js';

/** What changes a whole world. */
export interface SandboxActions {
  reset(): void;
  /** @throws RelayPhoneError `usage` for what is no snapshot of this version. */
  restore(snapshot: string): void;
  readonly clock: SandboxClock;
}

/** What `/_sandbox/clock` tells. */
export interface ClockReading {
  /** ISO 8601. */
  readonly now: string;
}

/** What `/_sandbox/snapshot` tells, and `/_sandbox/restore` takes. */
export interface SavedSnapshot {
  readonly snapshot: string;
}

/** Adds the routes. */
export function addSandboxRoutes(
  app: Hono,
  { store }: World,
  { reset, restore, clock }: SandboxActions,
): void {
  const readClock = (): ClockReading => ({ now: new Date(clock.now()).toISOString() });
  app.get('/clock', (context) => context.json(readClock()));
  app.post('/clock', async (context) => {
    const { readAdvance } = await import('./request-bodies.js');
    await clock.advance(readAdvance(await context.req.text()));
    return context.json(readClock());
  });
  app.get('/snapshot', (context) => context.json({ snapshot: takeSnapshot(store) } satisfies SavedSnapshot));
  app.post('/restore', async (context) => {
    const { readSavedSnapshot } = await import('./request-bodies.js');
    restore(readSavedSnapshot(await context.req.text()).snapshot);
    return context.body(null, 204);
  });
  app.post('/reset', (context) => {
    reset();
    return context.body(null, 204);
  });
  app.get('/who-saw/:number', (context) => context.json(findExposures(store, context.req.param('number'))));
}
