// The control API's routes for the world as a whole: its past, its time, and who saw what in it.
import type { Hono } from 'hono';
import { whoSaw } from '../phones/exposure/find-exposures.js';
import type { SandboxClock } from '../platform/clock.js';
import { takeSnapshot } from '../platform/snapshot.js';
import type { World } from '../world.js';

/** What changes a whole world. */
export interface WorldActs {
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
export interface KeptWorld {
  readonly snapshot: string;
}

/** Adds the routes. */
export function addWorldRoutes(app: Hono, { store }: World, { reset, restore, clock }: WorldActs): void {
  const readClock = (): ClockReading => ({ now: new Date(clock.now()).toISOString() });
  app.get('/clock', (context) => context.json(readClock()));
  app.post('/clock', async (context) => {
    const { readAdvance } = await import('./request-bodies.js');
    await clock.advance(readAdvance(await context.req.text()));
    return context.json(readClock());
  });
  app.get('/snapshot', (context) => context.json({ snapshot: takeSnapshot(store) } satisfies KeptWorld));
  app.post('/restore', async (context) => {
    const { readKeptWorld } = await import('./request-bodies.js');
    restore(readKeptWorld(await context.req.text()).snapshot);
    return context.body(null, 204);
  });
  app.post('/reset', (context) => {
    reset();
    return context.body(null, 204);
  });
  app.get('/who-saw/:number', (context) => context.json(whoSaw(store, context.req.param('number'))));
}
