// Every route of phones, exposures and assertions: what it answers is what its contract says, and what it refuses.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';
import { createControlClient } from './client.js';
import { EXPOSURE_ROUTES } from './contract/exposures.js';
import { PHONE_ROUTES } from './contract/phones.js';
import type { RouteContract } from './contract/route.js';

const MASK = '+12025550100';
const PHONE = '+12125550190';
const REAL = '+13015550195';

let sandbox: Sandbox;
let app: WebhookApp;

beforeAll(async () => {
  sandbox = await createSandbox();
  app = await startApp(sandbox.authToken);
  app.answer(({ path }) =>
    twiml(
      path === '/voice'
        ? `<Response><Say>${REAL}</Say><Gather timeout="60" input="dtmf speech"/></Response>`
        : `<Response><Message>Hello</Message></Response>`,
    ),
  );
  await createSandboxClient(sandbox).incomingPhoneNumbers.create({
    phoneNumber: MASK,
    smsUrl: `${app.origin}/sms`,
    voiceUrl: `${app.origin}/voice`,
  });
  const phone = sandbox.phone(PHONE);
  const reply = phone.nextText();
  await phone.text(MASK, '', { mediaUrls: ['data:text/plain,hello'] });
  await reply;
  const call = phone.call(MASK);
  await sandbox.nextEvent(({ kind }) => kind === 'gather.waiting');
  call.press('1');
  const called = phone.nextCall();
  await createSandboxClient(sandbox).calls.create({ from: MASK, to: PHONE, twiml: '<Response/>' });
  await called;
  sandbox.assertShownOnlyTo(REAL, []);
});
afterAll(async () => {
  await sandbox.close();
  await app.close();
});

const ROUTES = [...PHONE_ROUTES, ...EXPOSURE_ROUTES];

/** The good requests of each route: the query and body, and the status that they are answered with. */
const REQUESTS: Readonly<
  Record<string, readonly (readonly [query: string, body: unknown, status: number])[]>
> = {
  'get /phones': [['', undefined, 200]],
  'get /phones/{number}/texts': [['', undefined, 200]],
  'get /phones/{number}/sent': [['', undefined, 200]],
  'get /phones/{number}/next-text': [['?after=0&timeout=10', undefined, 200]],
  'post /phones/{number}/text': [
    ['', { to: MASK, body: 'Hi' }, 200],
    ['?wait=none', { to: MASK, body: 'Hi', mediaUrls: [] }, 202],
  ],
  'get /phones/{number}/threads': [['', undefined, 200]],
  'get /phones/{number}/thread': [
    [`?with=${encodeURIComponent(MASK)}`, undefined, 200],
    [`?with=${encodeURIComponent(MASK)}&before=9.9&limit=1`, undefined, 200],
  ],
  'put /phones/{number}/label': [['', { label: 'Ann' }, 204]],
  'get /phones/{number}/behaviour': [['', undefined, 200]],
  'put /phones/{number}/behaviour': [
    ['', { texts: { undelivered: 30003 }, slow: '1s' }, 204],
    [
      '',
      {
        texts: 'delivered',
        callbacks: 'once',
        calls: 'answers',
        callerId: 'shown',
        slow: 0,
        blocked: [PHONE],
      },
      204,
    ],
  ],
  'get /phones/{number}/calls': [['', undefined, 200]],
  'get /phones/{number}/next-call': [['?after=0&timeout=5000', undefined, 200]],
  'get /phones/{number}/calls/{sid}': [
    ['', undefined, 200],
    ['?until=asked&timeout=5000', undefined, 200],
  ],
  'get /phones/{number}/calls/{sid}/next-heard': [['?after=0&timeout=5000', undefined, 200]],
  'post /phones/{number}/call': [['', { to: MASK }, 201]],
  'post /phones/{number}/calls/{sid}/press': [['', { keys: '1' }, 204]],
  'post /phones/{number}/calls/{sid}/say': [['', { words: 'Hello' }, 204]],
  'post /phones/{number}/calls/{sid}/hang-up': [['', undefined, 204]],
  'get /exposures/{number}': [['', undefined, 200]],
  'get /who-saw/{number}': [['', undefined, 200]],
  'get /assertions': [['', undefined, 200]],
  'put /assertions/{number}': [['', { allowed: [PHONE] }, 204]],
  'delete /assertions/{number}': [['', undefined, 204]],
};

async function ask(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${sandbox.origin}/_sandbox${path}`, {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${sandbox.controlToken}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? null : JSON.parse(text) };
}

const keyOf = ({ method, path }: RouteContract) => `${method} ${path}`;

/** The path of a route with a number in it, and with an answered call of the phone. */
async function fill(path: string, number: string): Promise<string> {
  const sid = path.includes('{sid}') ? (await sandbox.phone(PHONE).call(MASK).answered).sid : '';
  return path.replace('{number}', encodeURIComponent(number)).replace('{sid}', sid);
}

it.each(ROUTES.filter((route) => keyOf(route) in REQUESTS))(
  '$method $path answers a good request as its contract says',
  async (route) => {
    const { method, path, query, body: bodySchema, answers } = route;
    for (const [search, body, status] of REQUESTS[keyOf(route)] ?? []) {
      query?.parse(Object.fromEntries(new URLSearchParams(search)));
      expect(bodySchema?.safeParse(body).success ?? body === undefined).toBe(true);
      const target = await fill(path, path.startsWith('/phones') ? PHONE : REAL);
      const asked = await ask(method, target + search, body);
      expect(asked.status).toBe(status);
      expect(answers).toHaveProperty(String(status));
      const schema = answers[status];
      if (schema) expect(schema.parse(asked.answer)).toEqual(asked.answer);
      else expect(asked.answer).toBeNull();
    }
  },
);

it('has a good request for each route but those of a ringing call', () => {
  const others = ROUTES.map(keyOf).filter((key) => !(key in REQUESTS));
  expect(others).toEqual(['answer', 'reject'].map((act) => `post /phones/{number}/calls/{sid}/${act}`));
});

it.each(ROUTES.filter(({ path }) => path.includes('{number}')))(
  '$method $path refuses what is neither a number nor a sender',
  async (route) => {
    const [search = '', body] = REQUESTS[keyOf(route)]?.[0] ?? [];
    const { status } = await ask(route.method, (await fill(route.path, 'client:ann')) + search, body);
    expect(status).toBe(400);
  },
);

it.each(ROUTES.filter(({ body }) => body))(
  '$method $path refuses a body with a field that it does not know, and none',
  async ({ method, path }) => {
    for (const body of [{ nothing: 1 }, undefined]) {
      expect((await ask(method, await fill(path, PHONE), body)).status).toBe(400);
    }
  },
);

it.each(ROUTES.filter(({ query }) => query))('$method $path refuses a malformed query', async (route) => {
  const body = REQUESTS[keyOf(route)]?.[0]?.[1];
  for (const search of ['?timeout=x&wait=x&with=', '?wait=&after=-1&with=1&limit=x']) {
    expect((await ask(route.method, (await fill(route.path, PHONE)) + search, body)).status).toBe(400);
  }
});

it('answers or rejects a ringing call, and only that', async () => {
  const control = createControlClient(sandbox);
  const client = createSandboxClient(sandbox);
  sandbox.phone(REAL).behave({ calls: 'no-answer' });
  for (const act of ['answer', 'reject'] as const) {
    const ringing = sandbox.phone(REAL).nextCall();
    await client.calls.create({ from: MASK, to: REAL, twiml: '<Response><Hangup/></Response>' });
    const { sid } = await ringing;
    await control.act(REAL, sid, act);
    await expect(control.act(REAL, sid, act)).rejects.toMatchObject({ kind: 'usage' });
  }
  expect((await control.calls(REAL)).map(({ answeredAt }) => answeredAt !== null)).toEqual([true, false]);
});

it('sends a text without waiting for the app, which answers later', async () => {
  const control = createControlClient(sandbox);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  app.answer(async () => {
    await held;
    return twiml('<Response/>');
  });
  const { traceId } = await control.startText({ from: PHONE, to: MASK, body: 'Slow', mediaUrls: [] });
  expect(sandbox.events({ traceId, kind: 'webhook.sent' })).toEqual([]);
  release();
  await sandbox.whenQuiet(traceId);
  expect(sandbox.events({ traceId, kind: 'webhook.sent' })).toHaveLength(1);
  expect(sandbox.phone(PHONE).sent().at(-1)).toMatchObject({ body: 'Slow' });
  await expect(
    control.startText({ from: PHONE, to: PHONE, body: 'Hi', mediaUrls: [] }),
  ).rejects.toMatchObject({ kind: 'usage' });
});
