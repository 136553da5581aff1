// Holds the contract of the control API against the running server: every route, with good input and with each kind of bad input.
import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { findOpenApiFaults } from '../../../../test/support/openapi-rules.js';
import { countRuns } from '../../../../test/support/runs.js';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';
import { type ControlDeps, createControl } from '../app.js';
import { createOpenApiDocument, refusalSchema } from './openapi.js';
import type { RouteContract } from './route.js';
import { CONTROL_ROUTES } from './routes.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';

let sandbox: Sandbox;
let app: WebhookApp;

/** A sandbox in which something has happened. */
async function createWorld(): Promise<Sandbox> {
  const world = await createSandbox({ clock: 'manual' });
  const client = createSandboxClient(world);
  app.answer(({ path }) =>
    path === '/voice'
      ? twiml('<Response><Gather numDigits="1"/><Pause length="60"/></Response>')
      : twiml('<Response><Message>Hi, call (301) 555-0195</Message></Response>'),
  );
  const urls = { smsUrl: `${app.origin}/sms`, voiceUrl: `${app.origin}/voice` };
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, ...urls });
  await world.text({ from: PHONE, to: NUMBER, body: 'Hello', mediaUrls: [`${app.origin}/a.jpg`] });
  world.phone('+12125550191').behave({ texts: { undelivered: 30_003 } });
  await client.messages.create({ from: NUMBER, to: '+12125550191', body: 'Hello' });
  await client.conversations.v1.conversations.list().catch(() => undefined);
  await world.clock.advance('1m');
  world.optOut({ sender: NUMBER, phone: '+12125550192' });
  world.compliance(NUMBER, { a2p: 'unregistered' });
  world.assertShownOnlyTo('+13015550195', []);
  world.fail({ method: 'DELETE', path: 'Calls', answer: { status: 503, headers: { 'Retry-After': '1' } } });
  return world;
}

beforeAll(async () => {
  app = await startApp('');
  sandbox = await createWorld();
});
afterAll(async () => {
  await sandbox.close();
  await app.close();
});

interface Sent {
  readonly query?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

interface Answered {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/** Sends a request with the token and any headers; fetch forbids some. */
function send(
  to: Sandbox,
  method: string,
  path: string,
  { query = '', body, headers = {} }: Sent = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${to.origin}/_sandbox${path}${query}`,
      { method, headers: { authorization: `Bearer ${to.controlToken}`, ...headers } },
      (incoming) => {
        let text = '';
        incoming.on('error', () => undefined);
        incoming.on('end', finish);
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          // The stream of events has no end.
          if (incoming.headers['content-type'] === 'text/event-stream') finish();
        });
        function finish(): void {
          resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'], text });
          outgoing.destroy();
        }
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const nameOf = ({ method, path }: RouteContract) => `${method.toUpperCase()} ${path}`;

/** Values that stand for something in the world. */
const PATH_VALUES: Readonly<Record<string, string>> = {
  number: PHONE,
  phone: PHONE,
  sender: NUMBER,
  country: 'GB',
  sid: `CA${'0'.repeat(32)}`,
  id: '1',
};

interface Example {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
}

/** Starts a call that rings at the phone, or that the phone has made. */
async function ring(
  world: Sandbox,
  isAnswered: boolean,
  document = '<Response><Gather/></Response>',
): Promise<Example> {
  const phone = world.phone(PHONE);
  phone.behave({ calls: 'no-answer' });
  const next = phone.nextCall();
  const client = createSandboxClient(world);
  await client.calls.create({ from: NUMBER, to: PHONE, twiml: document });
  await world.clock.advance('1s');
  const call = await next;
  if (isAnswered) call.answer();
  return { path: { sid: call.sid } };
}

/** How to use each route well; one without an entry takes nothing but the usual values in its path. */
const EXAMPLES: Readonly<Record<string, (world: Sandbox) => Example | Promise<Example>>> = {
  'GET /hello': () => ({ query: `?nonce=${'a'.repeat(16)}` }),
  'GET /phones/{number}/next-text': () => ({ query: '?after=0&timeout=1000' }),
  'POST /phones/{number}/text': () => ({ body: { to: NUMBER, body: 'Hello', mediaUrls: [] } }),
  'GET /phones/{number}/thread': () => ({ query: `?with=${encodeURIComponent(NUMBER)}&limit=10` }),
  'PUT /phones/{number}/label': () => ({ body: { label: 'Alice' } }),
  'PUT /phones/{number}/behaviour': () => ({
    body: {
      texts: { undelivered: 30_003 },
      callbacks: 'once',
      calls: 'answers',
      callerId: 'shown',
      blocked: [],
      slow: '5s',
    },
  }),
  'GET /phones/{number}/next-call': async (world) => {
    await ring(world, false);
    return { query: '?after=0&timeout=1000' };
  },
  'GET /phones/{number}/calls/{sid}': async (world) => ({
    ...(await ring(world, true)),
    query: '?until=answered&timeout=1000',
  }),
  'GET /phones/{number}/calls/{sid}/next-heard': async (world) => {
    const example = await ring(world, true, '<Response><Say>Hello</Say><Gather/></Response>');
    return { ...example, query: '?after=0&timeout=1000' };
  },
  'POST /phones/{number}/call': () => ({ body: { to: NUMBER } }),
  'POST /phones/{number}/calls/{sid}/answer': (world) => ring(world, false),
  'POST /phones/{number}/calls/{sid}/reject': (world) => ring(world, false),
  'POST /phones/{number}/calls/{sid}/hang-up': (world) => ring(world, true),
  'POST /phones/{number}/calls/{sid}/press': async (world) => ({
    ...(await ring(world, true)),
    body: { keys: '1#' },
  }),
  'POST /phones/{number}/calls/{sid}/say': async (world) => ({
    ...(await ring(world, true)),
    body: { words: 'Hello' },
  }),
  'GET /exposures/{number}': () => ({ path: { number: '+13015550195' } }),
  'GET /who-saw/{number}': () => ({ path: { number: '+13015550195' } }),
  'PUT /assertions/{number}': () => ({ body: { allowed: [PHONE] } }),
  'DELETE /assertions/{number}': () => ({ path: { number: '+13015550195' } }),
  'GET /events': () => ({ query: '?since=0&kind=text.queued' }),
  'GET /events.json': () => ({ query: '?since=0&limit=10000' }),
  'GET /traces': () => ({ query: '?limit=10&failed=false' }),
  'GET /traces/{id}': () => ({ path: { id: 'latest' }, query: '?wait=1' }),
  'GET /unsupported': () => ({ query: '?since=0' }),
  'GET /exchanges': () => ({ query: '?limit=10' }),
  'GET /exchanges/{id}': (world) => ({ path: { id: String(webhookOf(world)) } }),
  'POST /exchanges/{id}/replay': (world) => ({
    path: { id: String(webhookOf(world)) },
    body: { parameters: { Body: 'STOP' }, headers: { 'X-Debug': null }, path: '/sms', signature: 'none' },
  }),
  'POST /clock': () => ({ body: { advance: '1m' } }),
  'PUT /numbers/{number}': () => ({
    path: { number: NUMBER },
    body: { sms: 'http://127.0.0.1:8000/sms', voice: null },
  }),
  'PUT /compliance/{sender}': () => ({ body: { a2p: 'registered', tollFree: 'verified' } }),
  'POST /restore': (world) => ({ body: { snapshot: world.snapshot() } }),
  'POST /faults': () => ({
    body: {
      method: 'POST',
      path: 'Messages',
      skip: 1,
      times: 1,
      when: 'after',
      answer: { status: 503, headers: {}, code: 20_503, message: 'No' },
    },
  }),
};

function webhookOf(world: Sandbox): number {
  return world.exchanges({ direction: 'webhook' })[0]?.id ?? 0;
}

/** Routes that take a request without a body, too. */
const BODY_IS_OPTIONAL = ['POST /exchanges/{id}/replay'];

/** Parameters that any text is a value of. */
const FREE_PARAMETERS = ['trace', 'sid', 'path', 'text', 'number', 'with'];

function fillPath({ path }: RouteContract, values: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{([a-z]+)\}/gi, (_part, name: string) =>
    encodeURIComponent(values[name] ?? PATH_VALUES[name] ?? ''),
  );
}

async function exampleOf(route: RouteContract, world: Sandbox): Promise<Example> {
  return (await EXAMPLES[nameOf(route)]?.(world)) ?? {};
}

function encode(body: unknown): { body?: string } {
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

/** Expects a refusal with the documented body. */
function expectRefusal(answered: Answered, statuses: readonly number[], what: string): void {
  expect([what, statuses.includes(answered.status) ? statuses : answered.status]).toEqual([what, statuses]);
  expect(answered.type, what).toMatch(/^application\/json/);
  refusalSchema.parse(JSON.parse(answered.text));
}

const ROUTES = CONTROL_ROUTES.map((route) => [nameOf(route), route] as const);
const WITH_BODY = ROUTES.flatMap(([name, route]) => (route.body ? [[name, route, route.body] as const] : []));

describe('the contract', () => {
  it('has exactly the routes that the server has', () => {
    const deps = { controlToken: 'x', sandbox: {} } as unknown as ControlDeps;
    const registered = createControl(deps)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(
        ({ method, path }) =>
          `${method} ${path.replace(/^\/_sandbox/, '').replace(/:(\w+)(\{[^/]*\})?/g, '{$1}')}`,
      );
    expect(registered.toSorted()).toEqual(ROUTES.map(([name]) => name).toSorted());
  });

  it.each(ROUTES)('describes what %s answers', async (_name, route) => {
    const world = route.method === 'get' ? sandbox : await createWorld();
    try {
      const { path, query, body } = await exampleOf(route, world);
      const sent = { ...(query !== undefined && { query }), ...encode(body) };
      const { status, type, text } = await send(world, route.method, fillPath(route, path), sent);
      expect([String(status), text]).toEqual([
        expect.stringMatching(`^(${Object.keys(route.answers).join('|')})$`),
        expect.anything(),
      ]);
      const schema = route.answers[status];
      if (!schema) return expect(text).toBe('');
      if (type === 'text/event-stream') return expect(schema.parse(text)).toMatch(/^retry: /);
      const answer: unknown = JSON.parse(text);
      // A schema that is not strict drops what it does not know.
      expect(schema.parse(answer)).toEqual(answer);
    } finally {
      if (world !== sandbox) await world.close();
    }
  });
});

describe('bad input', () => {
  it.each(ROUTES)('is refused by %s: no token, foreign hosts and pages', async (name, route) => {
    const path = fillPath(route);
    const to = (headers: Record<string, string>) => send(sandbox, route.method, path, { headers });
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${sandbox.controlToken}`]) {
      if (!['GET /hello', 'GET /health'].includes(name))
        expectRefusal(await to({ authorization }), [401], authorization);
    }
    const foreign = [
      { host: 'evil.example' },
      { host: `evil.example:${sandbox.port}` },
      { host: `localhost:${sandbox.port + 1}` },
      { host: 'a b@c/' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) expectRefusal(await to(headers), [403], JSON.stringify(headers));
  });

  it.each(ROUTES)('is refused by %s: unknown, repeated and wrong parameters', async (_name, route) => {
    const path = fillPath(route);
    const ask = (query: string) => send(sandbox, route.method, path, { query });
    expectRefusal(await ask('?surprise=1'), [400], 'unknown');
    for (const name of Object.keys(route.query?.shape ?? {})) {
      expectRefusal(await ask(`?${name}=1&${name}=1`), [400], `${name} twice`);
      // A trace that is no longer kept is none that the server can know.
      if (FREE_PARAMETERS.includes(name) || (route.path === '/traces' && name === 'before')) continue;
      for (const value of ['nonsense!', '-1', '%00']) {
        expectRefusal(await ask(`?${name}=${value}`), [400, 404], `${name}=${value}`);
      }
    }
  });

  const NONSENSE = ['nonsense', '0', '%', '\u0000', '../hello', '📲', 'x'.repeat(2000)];
  /** Networks deliver nearly everything as a sender, so nearly everything is a phone. */
  const NO_PHONES = ['\u0000', '+', 'x'.repeat(2000), 'whatsapp:+12025550190', 'client:ann'];

  it.each(ROUTES.filter(([, { path }]) => path.includes('{')))(
    'is refused by %s: wrong parameters in the path',
    async (_name, route) => {
      const { body, path } = await exampleOf(route, sandbox);
      for (const [, name = ''] of route.path.matchAll(/\{([a-z]+)\}/gi)) {
        for (const value of route.path.startsWith(`/phones/{${name}}`) ? NO_PHONES : NONSENSE) {
          const filled = fillPath(route, { ...path, [name]: value });
          expectRefusal(await send(sandbox, route.method, filled, encode(body)), [400, 404], value);
        }
      }
    },
  );

  it.each(WITH_BODY)('is refused by %s: bodies of another shape', async (name, route, schema) => {
    const { path, body } = await exampleOf(route, sandbox);
    const filled = fillPath(route, path);
    const post = (text: string) => send(sandbox, route.method, filled, { body: text });
    const isOptional = BODY_IS_OPTIONAL.includes(name);
    for (const text of [...(isOptional ? [] : ['']), '{', 'null', '[]', '1', '"text"', '{"a":1}', '\u0000']) {
      expectRefusal(await post(text), [400], text);
    }
    const good = body as Record<string, unknown>;
    for (const field of Object.keys(good)) {
      for (const value of [null, -1.5, [1], { surprise: 1 }, true]) {
        const text = JSON.stringify({ ...good, [field]: value });
        if (!schema.safeParse(JSON.parse(text)).success) expectRefusal(await post(text), [400], text);
      }
      // Null removes a webhook of a number.
      const isRefused = !schema.safeParse({ ...good, [field]: null }).success;
      expect(isRefused, field).toBe(name !== 'PUT /numbers/{number}');
    }
    expectRefusal(await post(JSON.stringify({ ...good, surprise: 1 })), [400], 'an unknown field');
  });

  it.each(WITH_BODY)('never breaks %s', async (_name, route, schema) => {
    const world = await createWorld();
    const { path, body } = await exampleOf(route, world);
    const filled = fillPath(route, path);
    const known = Object.keys(body as object);
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('', '+12025550100', '1', 'drop', 0, 99_999_999_999),
    );
    const bodies = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.oneof(fc.constantFrom(...known), fc.string()), value, { maxKeys: 3 }),
      fc.record(Object.fromEntries(known.map((name) => [name, value]))),
    );
    const property = fc.asyncProperty(bodies, async (sent) => {
      const answered = await send(world, route.method, filled, { body: JSON.stringify(sent) });
      if (isSuccess(answered.status)) expect(matches(schema, sent)).toBe(true);
      else expectRefusal(answered, [400, 404], JSON.stringify(sent));
    });
    await fc.assert(property, { numRuns: countRuns(100) });
    await world.close();
  });
});

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function matches(schema: z.ZodType, value: unknown): boolean {
  return schema.safeParse(JSON.parse(JSON.stringify(value))).success;
}

describe('the OpenAPI document', () => {
  it('is docs/schemas/control-api.openapi.json', async () => {
    const json = `${JSON.stringify(createOpenApiDocument('0.0.0'), undefined, 2)}\n`;
    await expect(json).toMatchFileSnapshot('../../../../docs/schemas/control-api.openapi.json');
  });

  it('keeps the rules of OpenAPI 3.1', () => {
    expect(findOpenApiFaults(createOpenApiDocument())).toEqual([]);
  });

  it('is served', async () => {
    const { text } = await send(sandbox, 'GET', '/openapi.json');
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(createOpenApiDocument())));
  });
});
