// The routes of what the sandbox holds: its state in one answer, the clock, the account's numbers, opt-outs, compliance.
import type { Hono } from 'hono';
import { version } from '../../version.js';
import type { ComplianceStore } from '../accounts/compliance/store.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import type { EventStream } from '../platform/events/stream.js';
import type { Sandbox } from '../sandbox.js';
import type { AppContactLog } from '../server/app-contact.js';
import type { ClockReading, SandboxState } from './sandbox-state.js';

/** What the routes need. */
export interface StateRouteDeps {
  readonly events: EventStream;
  readonly traces: OpenTraces;
  readonly app: Pick<AppContactLog, 'read'>;
  readonly compliance: Pick<ComplianceStore, 'set'>;
  readonly sandbox: Pick<
    Sandbox,
    | 'accountSid'
    | 'clock'
    | 'number'
    | 'numbers'
    | 'optOuts'
    | 'optOut'
    | 'optIn'
    | 'unregistered'
    | 'allowedCountries'
    | 'allowCountry'
    | 'refuseCountry'
    | 'unsupported'
  >;
}

/** Adds the routes. */
export function addStateRoutes(
  routes: Hono,
  { events, traces, app, compliance, sandbox }: StateRouteDeps,
): void {
  const { accountSid, clock } = sandbox;
  routes.get('/state', (context) => {
    const state: SandboxState = {
      epoch: events.epoch,
      mode: 'sandbox',
      version,
      lastEventId: events.lastId(),
      oldestEventId: events.oldestId(),
      clock: readClock(clock),
      accountSid,
      openTraces: traces.count(),
      app: app.read(),
    };
    return context.json(state);
  });
  routes.get('/unsupported', (context) =>
    context.json(sandbox.unsupported({ since: Number(context.req.query('since') ?? 0) })),
  );
  routes.get('/clock', (context) => context.json(readClock(clock)));
  routes.post('/clock', async (context) => {
    const { readAdvance } = await import('./request-bodies.js');
    await clock.advance(readAdvance(await context.req.text()));
    return context.json(readClock(clock));
  });
  routes.get('/numbers', (context) => context.json(sandbox.numbers()));
  routes.put('/numbers/:number', async (context) => {
    const { readNumberOptions } = await import('./request-bodies.js');
    const options = readNumberOptions(await context.req.text());
    return context.json(sandbox.number(context.req.param('number'), options));
  });
  routes.get('/opt-outs', (context) => context.json(sandbox.optOuts()));
  routes.put('/opt-outs/:sender/:phone', (context) => {
    sandbox.optOut(context.req.param());
    return context.body(null, 204);
  });
  routes.delete('/opt-outs/:sender/:phone', (context) => {
    sandbox.optIn(context.req.param());
    return context.body(null, 204);
  });
  routes.get('/countries', (context) => context.json(sandbox.allowedCountries()));
  routes.put('/countries/:country', (context) => {
    sandbox.allowCountry(context.req.param('country'));
    return context.body(null, 204);
  });
  routes.delete('/countries/:country', (context) => {
    sandbox.refuseCountry(context.req.param('country'));
    return context.body(null, 204);
  });
  routes.get('/compliance', (context) => context.json(sandbox.unregistered()));
  routes.put('/compliance/:sender', async (context) => {
    const { readCompliance } = await import('./request-bodies.js');
    compliance.set(context.req.param('sender'), readCompliance(await context.req.text()));
    return context.body(null, 204);
  });
}

function readClock({ mode, now, nextTimerAt }: Sandbox['clock']): ClockReading {
  const next = nextTimerAt();
  return {
    mode,
    now: new Date(now()).toISOString(),
    nextTimerAt: next === null ? null : new Date(next).toISOString(),
  };
}
