// Follows events and sends texts over the control API.
import { type IncomingHttpHeaders, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';
import type { SandboxEvent } from '../platform/events/event.js';
import { createControlClient } from './client.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  app = await startApp(sandbox.authToken);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: app.origin });
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

/** Reads a stream until it has sent `count` events, then closes the connection. */
function readStream(path: string, count: number, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const authorization = `Bearer ${sandbox.controlToken}`;
    const outgoing = request(
      `${sandbox.origin}/_sandbox/events${path}`,
      { headers: { authorization, ...headers } },
      (incoming) => {
        expect(incoming.headers['content-type']).toBe('text/event-stream');
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (idsOf(text).length < count) return;
          outgoing.destroy();
          resolve(text);
        });
        incoming.on('error', () => undefined);
        opened();
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

let opened = () => {};
const whenOpen = () =>
  new Promise<void>((resolve) => {
    opened = resolve;
  });
const idsOf = (text: string) =>
  [...text.matchAll(/^id: [0-9a-f]{16}-(\d+)\nevent: /gm)].map(([, id]) => Number(id));

describe('the event stream', () => {
  it('sends each event with its id, kind and JSON', async () => {
    const { traceId } = await sandbox.phone(PHONE).text(NUMBER, 'Hello\n📲');
    const [first] = sandbox.events();
    const text = await readStream('?since=0', sandbox.events().length);
    expect(text).toMatch(/^retry: 1000\nid: [0-9a-f]{16}-0\n\n/);
    expect(text.replace(/id: [0-9a-f]{16}-/g, 'id: ')).toContain(
      `\n\nid: ${first?.id}\nevent: request.in\ndata: ${JSON.stringify(first)}\n\n`,
    );
    expect(idsOf(text)).toEqual(sandbox.events().map(({ id }) => id));
    expect(text).toContain(`"traceId":"${traceId}"`);
  });

  it('continues after the last seen id, from the header or the query', async () => {
    await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    const last = sandbox.events().at(-1)?.id ?? 0;
    expect(idsOf(await readStream(`?since=${last - 1}`, 1))).toEqual([last]);
    expect(idsOf(await readStream('?since=0', 2, { 'last-event-id': `${last - 2}` }))).toEqual([
      last - 1,
      last,
    ]);
  });

  it('starts with the next event if no id is given, and sends it when it happens', async () => {
    const open = whenOpen();
    const reading = readStream('', 1);
    await open;
    const before = sandbox.events().at(-1)?.id ?? 0;
    await client.messages.list();
    expect(idsOf(await reading)).toEqual([before + 1]);
  });

  it('does not end the sandbox when a reader disconnects', async () => {
    await readStream('?since=0', 1);
    await client.messages.list();
    expect(sandbox.events().at(-1)).toMatchObject({ kind: 'request.in' });
  });
});

describe('the list of events', () => {
  async function list(query: string, headers: Record<string, string> = {}) {
    const answer = await fetchRaw(`/_sandbox/events.json${query}`, headers);
    const isGzip = answer.headers['content-encoding'] === 'gzip';
    const events = JSON.parse(String(isGzip ? gunzipSync(answer.body) : answer.body)) as SandboxEvent[];
    return { ids: events.map(({ id }) => id), isGzip, position: answer.headers['relay-phone-last-event'] };
  }

  function fetchRaw(path: string, headers: Record<string, string>) {
    return new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const authorization = `Bearer ${sandbox.controlToken}`;
      const outgoing = request(`${sandbox.origin}${path}`, { headers: { authorization, ...headers } });
      outgoing.on('response', async (incoming) =>
        resolve({ headers: incoming.headers, body: Buffer.concat(await incoming.toArray()) }),
      );
      outgoing.on('error', reject).end();
    });
  }

  it('can be read in pages, from the newest or the oldest on', async () => {
    await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    const all = sandbox.events().map(({ id }) => id);
    const last = all.at(-1) ?? 0;
    const { position } = await list('?limit=1');
    const [, epoch] = /^([0-9a-f]{16})-\d+$/.exec(String(position)) ?? [];
    expect(position).toBe(`${epoch}-${last}`);
    expect((await list('')).ids).toEqual(all);
    expect((await list('?limit=2')).ids).toEqual([last - 1, last]);
    expect((await list('?limit=0')).ids).toEqual([]);
    expect((await list(`?limit=2&before=${last - 1}`)).ids).toEqual([last - 3, last - 2]);
    expect((await list(`?before=${epoch}-2`)).ids).toEqual([1]);
    expect((await list(`?since=${epoch}-${last - 1}`)).ids).toEqual([last]);
    expect((await list(`?since=${'0'.repeat(16)}-${last - 1}`)).ids).toEqual(all);
    const control = createControlClient(sandbox);
    expect(await control.events({ limit: 2, before: last })).toEqual(sandbox.events().slice(-3, -1));
    const earlier = `?before=${'0'.repeat(16)}-2`;
    expect(String((await fetchRaw(`/_sandbox/events.json${earlier}`, {})).body)).toContain('earlier sandbox');
  });

  it('can be searched for a text in its values, in upper or lower case, and for several kinds', async () => {
    await sandbox.phone(PHONE).text(NUMBER, 'HeLLo "Straße"');
    const control = createControlClient(sandbox);
    for (const text of ['hello', 'HELLO "STRAß', NUMBER]) {
      const found = await control.events({ text, kind: ['phone.texts', 'text.received'] });
      expect(found.map(({ kind }) => kind)).toEqual(['phone.texts', 'text.received']);
    }
    expect(await control.events({ text: 'mediaUrls' })).toEqual([]);
    expect(await control.events({ text: 'null' })).toEqual([]);
    expect((await control.events({ text: app.origin })).length).toBeGreaterThan(0);
  });

  it.each([
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['*', true],
    ['gzip;q=0', false],
    ['*;q=0', false],
    ['gzip; q=0.000, *', false],
    ['identity', false],
  ])('is compressed as Accept-Encoding allows: %s', async (header, isCompressed) => {
    const { isGzip, ids } = await list('', { 'accept-encoding': header });
    expect([isGzip, ids]).toEqual([isCompressed, sandbox.events().map(({ id }) => id)]);
  });
});

describe('a text', () => {
  it('can be sent and followed to its last effect', async () => {
    const control = createControlClient(sandbox);
    app.answer(() => twiml(`<Response><Message statusCallback="/status">Hi</Message></Response>`));
    const text = { from: PHONE, to: NUMBER, body: 'Hello', mediaUrls: [`${app.origin}/a.jpg`] };
    const outcome = await control.text(text);
    expect(outcome).toMatchObject({ webhook: { status: 200 }, replies: [{ body: 'Hi', to: PHONE }] });
    const hops: SandboxEvent[] = [];
    await control.follow(outcome.traceId, (event) => hops.push(event));
    expect(hops).toEqual(sandbox.events({ traceId: outcome.traceId }));
    expect(hops[0]).toMatchObject({ kind: 'phone.texts', ...text });
    expect(hops.at(-1)).toMatchObject({ kind: 'webhook.sent', purpose: 'text-status' });
    expect(app.formsAt('/status').map(({ MessageStatus }) => MessageStatus)).toEqual(['sent', 'delivered']);
  });

  it('has an event stream that ends at once when nothing is in progress, even if its phone is silent', async () => {
    const control = createControlClient(sandbox);
    sandbox.phone(PHONE).behave({ texts: 'silent' });
    app.answer(() => twiml('<Response><Message>Hi</Message></Response>'));
    const { traceId, replies } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    for (let time = 0; time < 2; time += 1) {
      const hops: SandboxEvent[] = [];
      await control.follow(traceId, (event) => hops.push(event));
      expect(hops.at(-1)).toMatchObject({ kind: 'text.reached-phone', sid: replies[0]?.sid });
    }
    await control.follow('nothing', () => expect.unreachable());
  });

  it.each([
    [
      { from: PHONE, to: '+12025550101', body: 'Hello', mediaUrls: [] },
      /the account does not own \+12025550101/,
    ],
    [{ from: 'client:ann', to: NUMBER, body: 'Hello', mediaUrls: [] }, /client are not in the sandbox/],
  ])('is refused if it cannot be sent: %j', async (text, message) => {
    await expect(createControlClient(sandbox).text(text)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });

  it('is refused if its body is not a text', async () => {
    const nonsense = { from: PHONE, to: NUMBER, body: 1 } as unknown as Parameters<
      ReturnType<typeof createControlClient>['text']
    >[0];
    await expect(createControlClient(sandbox).text(nonsense)).rejects.toMatchObject({ kind: 'usage' });
  });

  it('has an event stream that fails when the sandbox closes', async () => {
    app.answer(() => 'hang');
    const sending = sandbox.phone(PHONE).text(NUMBER, 'Hello');
    const interrupted = expect(sending).rejects.toMatchObject({ kind: 'interrupted' });
    const [received] = sandbox.events({ kind: 'text.received' });
    const following = createControlClient(sandbox).follow(
      received?.traceId ?? '',
      () => void sandbox.close(),
    );
    await expect(following).rejects.toMatchObject({ kind: 'network' });
    await interrupted;
  });
});

describe('the behaviour of a phone', () => {
  it('can be changed for callbacks alone', async () => {
    await createControlClient(sandbox).behave(PHONE, { callbacks: 'duplicated' });
    app.answer(() => twiml(`<Response><Message statusCallback="/status">Hi</Message></Response>`));
    const { replies } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    await waitForStatus(client, replies[0]?.sid ?? '', 'delivered');
    await expect.poll(() => app.formsAt('/status').length).toBe(4);
  });

  it('can withhold the caller id, and is refused if invalid', async () => {
    const control = createControlClient(sandbox);
    await control.behave(PHONE, { callerId: 'withheld' });
    await control.call(PHONE, NUMBER);
    expect(await client.calls.list()).toMatchObject([{ from: 'anonymous' }]);
    const nonsense = { callerId: 'secret' } as unknown as Parameters<typeof control.behave>[1];
    await expect(control.behave(PHONE, nonsense)).rejects.toMatchObject({ kind: 'usage' });
  });
});
