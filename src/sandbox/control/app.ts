// The control API under /_sandbox/: what the library offers, for other processes on this machine.
import { type Context, Hono } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import type { Fault } from '../server/faults.js';
import type { World } from '../world.js';
import { addPhoneCallRoutes } from './calls.js';
import { listEvents, streamEvents } from './events.js';
import { refusePages, requireToken } from './guard.js';
import { answerNextText } from './next-text.js';
import { NONCE, proveToken } from './proof.js';
import { addSandboxRoutes, type SandboxActions } from './sandbox-routes.js';

/** What a fault looks like from another process. */
export type FaultSummary = Pick<Fault, 'id' | 'rule' | 'hits'>;

/** What `GET /_sandbox/account` tells. */
export type AccountCredentials = Pick<World, 'accountSid' | 'authToken' | 'testCredentials'>;

/** What a request is refused with. */
export interface ControlError {
  readonly error: string;
  /** What failed, and what to do: as in {@link RelayPhoneError}. */
  readonly task: string;
  readonly tryNext: readonly string[];
}

/** The control API of a world, as a function. */
export function createControl(world: World, acts: SandboxActions): Hono['fetch'] {
  const app = new Hono().basePath('/_sandbox');
  app.use(refusePages);
  app.get('/hello', (context) => greet(context, world.controlToken));
  app.use(requireToken(world.controlToken));
  addPhoneRoutes(app, world);
  addPhoneCallRoutes(app, world);
  addComplianceRoutes(app, world);
  addFaultRoutes(app, world);
  addSandboxRoutes(app, world, acts);
  app.get('/account', (context) => {
    const { accountSid, authToken, testCredentials } = world;
    return context.json<AccountCredentials>({ accountSid, authToken, testCredentials });
  });
  app.get('/events', (context) => streamEvents(context, world));
  app.get('/events.json', (context) => listEvents(context, world));
  app.get('/requests', (context) => context.json(world.requests.list()));
  app.onError((error, context) => refuse(error, context));
  return app.fetch;
}

function greet(context: Context, controlToken: string): Response {
  const nonce = context.req.query('nonce') ?? '';
  if (!NONCE.test(nonce)) return context.json({ error: 'nonce: 16 to 128 of A-Z a-z 0-9 _ -' }, 400);
  return context.json({ product: 'relay-phone', proof: proveToken(controlToken, nonce) });
}

function addPhoneRoutes(app: Hono, world: World): void {
  const { phones } = world;
  app.get('/phones', (context) => context.json(phones.summaries()));
  app.get('/phones/:number/texts', (context) =>
    context.json(phones.phone(context.req.param('number')).texts()),
  );
  app.get('/phones/:number/next-text', (context) => answerNextText(context, world));
  app.post('/phones/:number/text', async (context) => {
    const { readPhoneText } = await import('./request-bodies.js');
    const { to, body, mediaUrls } = readPhoneText(await context.req.text());
    const phone = phones.phone(context.req.param('number'));
    return context.json(await phone.text(to, body, { mediaUrls }));
  });
  app.put('/phones/:number/behaviour', async (context) => {
    const { readBehaviour } = await import('./request-bodies.js');
    phones.phone(context.req.param('number')).behave(readBehaviour(await context.req.text()));
    return context.body(null, 204);
  });
}

function addComplianceRoutes(app: Hono, { compliance }: World): void {
  app.put('/compliance/:sender', async (context) => {
    const { readCompliance } = await import('./request-bodies.js');
    compliance.set(context.req.param('sender'), readCompliance(await context.req.text()));
    return context.body(null, 204);
  });
}

function addFaultRoutes(app: Hono, { faults }: World): void {
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

function refuse(error: Error, context: Context): Response {
  if (error instanceof RelayPhoneError) {
    const { reason, task, tryNext, kind } = error;
    const refusal: ControlError = { error: reason, task, tryNext };
    return context.json(refusal, kind === 'fault' ? 504 : 400);
  }
  return context.json({ error: String(error) }, 500);
}
