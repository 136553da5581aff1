// The control API under /_sandbox/: what the library offers, for other processes on this machine.
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import { explainMachineFault } from '../../machine-fault.js';
import type { ComplianceStore } from '../accounts/compliance/store.js';
import type { PhoneBook } from '../phones/phones.js';
import type { Sandbox } from '../sandbox.js';
import type { Fault, FaultStore } from '../server/faults.js';
import type { RequestLog } from '../server/request-log.js';
import { addEventRoutes, type EventRouteDeps } from './events.js';
import { addExposureRoutes } from './exposures.js';
import { addPhoneRoutes } from './phones.js';
import { NONCE, proveToken } from './proof.js';
import type { SavedSnapshot } from './request-bodies.js';

/** What the control API shows and changes. */
export interface ControlDeps extends EventRouteDeps {
  readonly controlToken: string;
  readonly account: AccountCredentials;
  readonly phones: PhoneBook;
  readonly compliance: Pick<ComplianceStore, 'set'>;
  readonly faults: FaultStore;
  readonly requests: RequestLog;
  /** The actions on the whole sandbox. */
  readonly sandbox: Pick<
    Sandbox,
    | 'clock'
    | 'reset'
    | 'restore'
    | 'snapshot'
    | 'exposures'
    | 'assertions'
    | 'assertShownOnlyTo'
    | 'removeAssertion'
  >;
}

/** The answer of `GET /_sandbox/account`. */
export type AccountCredentials = Pick<Sandbox, 'accountSid' | 'authToken' | 'testCredentials'>;

/** A fault as the control API shows it. */
export type FaultSummary = Pick<Fault, 'id' | 'rule' | 'hits'>;

/** The answer of `/_sandbox/clock`. */
export interface ClockReading {
  /** ISO 8601. */
  readonly now: string;
}

/** The body of every refusal. */
export interface ControlError {
  readonly error: string;
  /** What failed, as in {@link RelayPhoneError}. */
  readonly task: string;
  readonly tryNext: readonly string[];
}

/** Creates the control API: a function from a request to its answer. */
export function createControl(deps: ControlDeps): Hono['fetch'] {
  const { controlToken, account, requests, sandbox } = deps;
  const app = new Hono().basePath('/_sandbox');
  app.use(refusePages);
  app.get('/hello', (context) => greet(context, controlToken));
  app.use(requireToken(controlToken));
  addPhoneRoutes(app, deps);
  addExposureRoutes(app, sandbox);
  addEventRoutes(app, deps);
  addComplianceRoutes(app, deps);
  addFaultRoutes(app, deps);
  addClockRoutes(app, sandbox);
  addSnapshotRoutes(app, sandbox);
  app.get('/account', (context) => context.json(account));
  app.get('/requests', (context) => context.json(requests.list()));
  app.onError((error, context) => refuse(error, context));
  return app.fetch;
}

/** Refuses, with a plain 403, requests from web pages (they have an `Origin`) and for other hosts (DNS rebinding). */
const refusePages: MiddlewareHandler = async (context, next) => {
  const { origin, host = '' } = context.req.header();
  if (origin !== undefined || !LOOPBACK.test(host)) return context.text('Forbidden', 403);
  return next();
};

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Refuses, with a plain 401, requests without the token. */
function requireToken(token: string): MiddlewareHandler {
  const expected = digest(`Bearer ${token}`);
  return async (context, next) => {
    // The constant-time comparison needs equal lengths, which digests have.
    if (!timingSafeEqual(digest(context.req.header('authorization') ?? ''), expected)) {
      return context.text('Unauthorized', 401);
    }
    return next();
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function greet(context: Context, controlToken: string): Response {
  const nonce = context.req.query('nonce') ?? '';
  if (!NONCE.test(nonce)) return context.json({ error: 'nonce: 16 to 128 of A-Z a-z 0-9 _ -' }, 400);
  return context.json({ product: 'relay-phone', proof: proveToken(controlToken, nonce) });
}

function addComplianceRoutes(app: Hono, { compliance }: ControlDeps): void {
  app.put('/compliance/:sender', async (context) => {
    const { readCompliance } = await import('./request-bodies.js');
    compliance.set(context.req.param('sender'), readCompliance(await context.req.text()));
    return context.body(null, 204);
  });
}

function addFaultRoutes(app: Hono, { faults }: ControlDeps): void {
  app.get('/faults', (context) => context.json(faults.list().map(summarise)));
  app.post('/faults', async (context) => {
    const { readFaultRule } = await import('./request-bodies.js');
    return context.json(summarise(faults.add(readFaultRule(await context.req.text()))), 201);
  });
  app.delete('/faults/:id', (context) => {
    const fault = faults.list().find(({ id }) => id === context.req.param('id'));
    fault?.remove();
    return fault ? context.body(null, 204) : context.notFound();
  });
}

function summarise({ id, rule, hits }: Fault): FaultSummary {
  return { id, rule, hits };
}

function addClockRoutes(app: Hono, { clock }: ControlDeps['sandbox']): void {
  const readClock = (): ClockReading => ({ now: new Date(clock.now()).toISOString() });
  app.get('/clock', (context) => context.json(readClock()));
  app.post('/clock', async (context) => {
    const { readAdvance } = await import('./request-bodies.js');
    await clock.advance(readAdvance(await context.req.text()));
    return context.json(readClock());
  });
}

function addSnapshotRoutes(app: Hono, { snapshot, restore, reset }: ControlDeps['sandbox']): void {
  app.get('/snapshot', (context) => context.json({ snapshot: snapshot() } satisfies SavedSnapshot));
  app.post('/restore', async (context) => {
    const { readSavedSnapshot } = await import('./request-bodies.js');
    restore(readSavedSnapshot(await context.req.text()).snapshot);
    return context.body(null, 204);
  });
  app.post('/reset', (context) => {
    reset();
    return context.body(null, 204);
  });
}

function refuse(error: Error, context: Context): Response {
  if (!(error instanceof RelayPhoneError)) return refuseWrite(error);
  return context.json(formatRefusal(error), error.kind === 'fault' ? 504 : 400);
}

/** Answers a request whose writes are lost: 507 for a fault of the machine, else 500. */
export function refuseWrite(error: unknown): Response {
  const fault = explainMachineFault(error);
  return fault
    ? Response.json(formatRefusal(fault), { status: 507 })
    : Response.json({ error: String(error) }, { status: 500 });
}

function formatRefusal({ reason, task, tryNext }: RelayPhoneError): ControlError {
  return { error: reason, task, tryNext };
}
