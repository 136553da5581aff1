// The control API under /_sandbox/: what the library offers, for other processes on this machine.
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import type { PhoneBook } from '../phones/phones.js';
import type { Sandbox } from '../sandbox.js';
import type { Fault, FaultStore } from '../server/faults.js';
import type { RequestLog } from '../server/request-log.js';
import { addEventRoutes, type EventRouteDeps } from './events.js';
import { addExchangeRoutes, type ExchangeRouteDeps } from './exchanges.js';
import { addExposureRoutes } from './exposures.js';
import { answerHealth, type HealthCheck } from './health.js';
import { addPhoneRoutes } from './phones.js';
import { NONCE, proveToken } from './proof.js';
import { refuse, refuseStranger, refuseUnknown } from './refusal.js';
import type { SavedSnapshot } from './request-bodies.js';
import { addStateRoutes, type StateRouteDeps } from './state.js';
import { addTraceRoutes, type TraceRouteDeps } from './traces.js';

/** What the control API shows and changes. */
export interface ControlDeps extends EventRouteDeps, StateRouteDeps {
  readonly controlToken: string;
  readonly isHealthy: HealthCheck;
  readonly account: AccountCredentials;
  readonly phones: PhoneBook;
  readonly faults: FaultStore;
  readonly requests: RequestLog;
  /** The actions on the whole sandbox. */
  readonly sandbox: StateRouteDeps['sandbox'] &
    ExchangeRouteDeps['sandbox'] &
    TraceRouteDeps['sandbox'] &
    Pick<Sandbox, ExposureMethod | 'alerts' | 'reset' | 'restore' | 'snapshot'>;
}

type ExposureMethod = 'exposures' | 'assertions' | 'assertShownOnlyTo' | 'removeAssertion';

/** The answer of `GET /_sandbox/account`. */
export type AccountCredentials = Pick<Sandbox, 'accountSid' | 'authToken' | 'testCredentials'>;

/** A fault as the control API shows it. */
export type FaultSummary = Pick<Fault, 'id' | 'rule' | 'hits'>;

const BASE_PATH = '/_sandbox';

/** Creates the control API. */
export function createControl(deps: ControlDeps): Hono {
  const { controlToken, isHealthy, account, requests, sandbox } = deps;
  const app = new Hono().basePath(BASE_PATH);
  app.get('/health', (context) => answerHealth(context, isHealthy));
  app.get('/hello', (context) => greet(context, controlToken));
  app.use(requireToken(controlToken));
  app.use(verifyQueries);
  app.get('/openapi.json', async (context) => {
    const { createOpenApiDocument } = await import('./contract/openapi.js');
    return context.json(createOpenApiDocument());
  });
  addPhoneRoutes(app, deps);
  addExposureRoutes(app, sandbox);
  addEventRoutes(app, deps);
  addStateRoutes(app, deps);
  addExchangeRoutes(app, deps);
  addTraceRoutes(app, deps);
  addFaultRoutes(app, deps);
  addSnapshotRoutes(app, sandbox);
  app.get('/account', (context) => context.json(account));
  app.get('/alerts', (context) => context.json(sandbox.alerts()));
  app.get('/requests', (context) => context.json(requests.list()));
  app.notFound(({ req }) => refuseUnknown(`there is no route ${req.method} ${req.path}`));
  app.onError(refuse);
  return app;
}

/** Refuses requests without the token. */
function requireToken(token: string): MiddlewareHandler {
  const expected = digest(`Bearer ${token}`);
  return async (context, next) => {
    // The constant-time comparison needs equal lengths, which digests have.
    if (!timingSafeEqual(digest(context.req.header('authorization') ?? ''), expected)) {
      return refuseStranger();
    }
    return next();
  };
}

/** Refuses a query that is not in the contract of the route. */
const verifyQueries: MiddlewareHandler = async ({ req }, next) => {
  const start = req.url.indexOf('?');
  if (start !== -1) {
    const { verifyQuery } = await import('./contract/query.js');
    verifyQuery(req.method, req.path.slice(BASE_PATH.length), new URLSearchParams(req.url.slice(start)));
  }
  return next();
};

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function greet(context: Context, controlToken: string): Response {
  // Not against the contract, so that a command which looks for its sandbox loads nothing.
  const { nonce = '', ...others } = context.req.query();
  const isExtra = Object.keys(others).length > 0 || (context.req.queries('nonce')?.length ?? 0) > 1;
  if (isExtra || !NONCE.test(nonce)) {
    throw new RelayPhoneError({
      kind: 'usage',
      task: 'prove the token',
      reason: 'nonce: 16 to 128 of A-Z a-z 0-9 _ -',
    });
  }
  return context.json({ product: 'relay-phone', proof: proveToken(controlToken, nonce) });
}

function addFaultRoutes(app: Hono, { faults }: ControlDeps): void {
  app.get('/faults', (context) => context.json(faults.list().map(summarise)));
  app.post('/faults', async (context) => {
    const { readFaultRule } = await import('./request-bodies.js');
    return context.json(summarise(faults.add(readFaultRule(await context.req.text()))), 201);
  });
  app.delete('/faults/:id', (context) => {
    const id = context.req.param('id');
    const fault = faults.list().find((one) => one.id === id);
    fault?.remove();
    return fault ? context.body(null, 204) : refuseUnknown(`there is no fault ${id}`);
  });
}

function summarise({ id, rule, hits }: Fault): FaultSummary {
  return { id, rule, hits };
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
