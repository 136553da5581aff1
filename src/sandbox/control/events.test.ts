// Follows events and sends texts over the control API.
import { request } from 'node:http';
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
          if (text.split('\n\n').length <= count) return;
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
const idsOf = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe('the event stream', () => {
  it('sends each event with its id, kind and JSON', async () => {
    const { traceId } = await sandbox.phone(PHONE).text(NUMBER, 'Hello\n📲');
    const [first] = sandbox.events();
    const text = await readStream('?since=0', sandbox.events().length);
    expect(text.startsWith(`id: ${first?.id}\nevent: request.in\ndata: ${JSON.stringify(first)}\n\n`)).toBe(
      true,
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

  it('starts over for a client with an id of an earlier sandbox', async () => {
    expect(idsOf(await readStream('?since=999999', 1))[0]).toBe(1);
  });

  it('does not end the sandbox when a reader disconnects', async () => {
    await readStream('?since=0', 1);
    await client.messages.list();
    expect(sandbox.events().at(-1)).toMatchObject({ kind: 'request.in' });
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
    [{ from: '123', to: NUMBER, body: 'Hello', mediaUrls: [] }, /not a valid phone number/],
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
