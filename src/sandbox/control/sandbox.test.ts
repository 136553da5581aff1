// Uses a sandbox's clock, snapshots and phones over the control API.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { version } from '../../version.js';
import { createSandbox, type Sandbox } from '../create.js';
import type { SandboxEvent } from '../platform/events/event.js';
import { createControlClient } from './client.js';

const FROM = '+12025550100';
const PHONE = '+12025550190';
const START = Date.UTC(2026, 0, 1);

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let control: ReturnType<typeof createControlClient>;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: 'manual', now: () => START });
  client = createSandboxClient(sandbox);
  control = createControlClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
});
afterEach(() => sandbox.close());

const send = (body: string, to = PHONE) => client.messages.create({ from: FROM, to, body });

describe('the clock', () => {
  it('can be read and advanced', async () => {
    const manual = { mode: 'manual', nextTimerAt: null };
    expect(await control.clock()).toEqual({ ...manual, now: '2026-01-01T00:00:00.000Z' });
    const { sid } = await send('Hello');
    expect(await control.clock()).toMatchObject({ nextTimerAt: expect.stringMatching(/^2026-01-01T00:00:/) });
    expect(await control.advance('5m')).toEqual({ ...manual, now: '2026-01-01T00:05:00.000Z' });
    expect(await control.advance(1)).toEqual({ ...manual, now: '2026-01-01T00:05:00.001Z' });
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
  });

  it('refuses an invalid duration, and every advance if it is real', async () => {
    await expect(control.advance('soon')).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/is not a duration/),
    });
    const real = await createSandbox();
    const advancing = createControlClient(real).advance('5m');
    await expect(advancing).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/the clock is real/),
    });
    await real.close();
  });
});

describe('the state', () => {
  it('is one answer: where the events, the clock and the traces are', async () => {
    await send('Hello');
    const [first] = sandbox.events();
    const epoch = first?.traceId.split('-')[0];
    expect(await control.state()).toEqual({
      epoch,
      mode: 'sandbox',
      version,
      lastEventId: sandbox.events().at(-1)?.id,
      oldestEventId: 1,
      clock: await control.clock(),
      accountSid: sandbox.accountSid,
      openTraces: 1,
      app: {
        requests: expect.any(Number),
        refusedRequests: 0,
        answeredWebhooks: 0,
        failedWebhooks: 0,
        lastFailure: null,
      },
    });
    await control.advance('1m');
    await sandbox.whenQuiet(sandbox.events({ kind: 'text.queued' })[0]?.traceId ?? '');
    expect(await control.state()).toMatchObject({
      openTraces: 0,
      clock: { now: '2026-01-01T00:01:00.000Z' },
    });
    const { lastEventId } = await control.state();
    await control.reset();
    expect(await control.state()).toMatchObject({ epoch, oldestEventId: lastEventId + 1 });
  });
});

describe('the numbers of the account', () => {
  it('are listed with where each sends its webhooks', async () => {
    const [smsUrl, voiceUrl] = ['http://localhost:8000/sms', 'http://localhost:8000/voice'];
    const app = await client.applications.create({ smsUrl: `${smsUrl}/app`, smsMethod: 'GET' });
    const { sid: serviceSid } = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    const [first] = await client.incomingPhoneNumbers.list();
    await client.messaging.v1.services(serviceSid).phoneNumbers.create({ phoneNumberSid: first?.sid ?? '' });
    const settings = { smsUrl, smsApplicationSid: app.sid, voiceUrl, friendlyName: 'Mask' };
    const second = await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550101', ...settings });
    const nothing = { applicationSid: null, url: null, method: null };
    const capabilities = { voice: true, sms: true, mms: true };
    expect(await control.numbers()).toEqual([
      {
        number: FROM,
        sid: first?.sid,
        friendlyName: first?.friendlyName,
        capabilities,
        sms: nothing,
        voice: nothing,
        messagingServiceSid: serviceSid,
      },
      {
        number: '+12025550101',
        sid: second.sid,
        friendlyName: 'Mask',
        capabilities,
        sms: { applicationSid: app.sid, url: `${smsUrl}/app`, method: 'GET' },
        voice: { applicationSid: null, url: voiceUrl, method: 'POST' },
        messagingServiceSid: null,
      },
    ]);
    expect(sandbox.numbers()).toEqual(await control.numbers());
  });
});

describe('an opt-out', () => {
  it('can be made and ended as by STOP and START, and leaves their event', async () => {
    await control.optOut({ sender: '(202) 555-0100', phone: '(202) 555-0190' });
    expect(await control.optOuts()).toEqual([{ sender: FROM, phone: PHONE }]);
    await expect(send('Hello')).rejects.toMatchObject({ code: 21610 });
    await control.optIn({ sender: FROM, phone: PHONE });
    expect(sandbox.optOuts()).toEqual([]);
    expect(await send('Hello')).toMatchObject({ status: 'queued' });
    const event = { phone: PHONE, number: FROM, reply: null, cause: null };
    expect(await control.events({ kind: 'opt-out' })).toMatchObject([
      { ...event, keyword: 'STOP' },
      { ...event, keyword: 'START' },
    ]);
    await sandbox.phone(PHONE).text(FROM, 'stop');
    expect(await control.optOuts()).toEqual([{ sender: FROM, phone: PHONE }]);
  });

  it('counts for all numbers of a Messaging Service', async () => {
    const { sid } = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
    const [number] = await client.incomingPhoneNumbers.list();
    await client.messaging.v1.services(sid).phoneNumbers.create({ phoneNumberSid: number?.sid ?? '' });
    await control.optOut({ sender: FROM, phone: PHONE });
    expect(await control.optOuts()).toEqual([{ sender: sid, phone: PHONE }]);
    await control.optIn({ sender: sid, phone: PHONE });
    expect(await control.optOuts()).toEqual([]);
  });

  it.each([
    { sender: '+12025550101', phone: PHONE },
    { sender: `MG${'0'.repeat(32)}`, phone: PHONE },
    { sender: 'nobody', phone: PHONE },
    { sender: FROM, phone: 'nobody' },
  ])('is refused for %j', async (optOut) => {
    for (const change of [control.optOut, control.optIn]) {
      await expect(change(optOut)).rejects.toMatchObject({ kind: 'usage' });
    }
    expect(sandbox.events({ kind: 'opt-out' })).toEqual([]);
  });
});

describe('the compliance', () => {
  it('lists what is not registered', async () => {
    expect(await control.unregistered()).toEqual([]);
    const service = `MG${'a'.repeat(32)}`;
    await control.compliance(service, { a2p: 'unregistered' });
    await control.compliance(FROM, { a2p: 'unregistered', tollFree: 'unverified' });
    expect(await control.unregistered()).toEqual([
      { sender: FROM, a2p: 'unregistered', tollFree: 'unverified' },
      { sender: service, a2p: 'unregistered', tollFree: 'verified' },
    ]);
    await control.compliance(FROM, { a2p: 'registered', tollFree: 'verified' });
    expect(sandbox.unregistered().map(({ sender }) => sender)).toEqual([service]);
  });
});

describe('a snapshot', () => {
  it('can be taken and restored', async () => {
    await send('Hello');
    await control.advance('1m');
    const snapshot = await control.snapshot();
    expect(snapshot).toBe(sandbox.snapshot());
    await control.reset();
    await control.restore(snapshot);
    expect(await control.texts(PHONE)).toMatchObject([{ body: 'Hello' }]);
    await expect(control.restore(`${snapshot} `)).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('the next text', () => {
  it('is never missed by a client that passes the last position', async () => {
    let after = 0;
    const next = async () => {
      const placed = await control.nextText(PHONE, { after });
      after = placed.after;
      return placed.text;
    };
    const first = next();
    for (const body of ['One', 'Two']) await send(body);
    await control.advance('1m');
    expect([await first, await next()]).toEqual(await control.texts(PHONE));
    const third = next();
    await send('Three');
    await control.advance('1m');
    expect(await third).toMatchObject({ from: FROM, to: PHONE, body: 'Three' });
    expect(after).toBe(3);
  });

  it('without a position is one that came between the action and the wait', async () => {
    await send('One');
    await send('Two');
    await control.advance('1m');
    expect((await control.nextText(PHONE)).text.body).toBe('One');
    expect(await control.nextText(PHONE)).toMatchObject({ text: { body: 'Two' }, after: 2 });
    await expect(control.nextText(PHONE, { timeout: 1 })).rejects.toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('there was none within 0.001 s'),
    });
  });

  it('goes to one of two waits, and to none whose client has gone', async () => {
    const waiting = [control.nextText(PHONE), control.nextText(PHONE)];
    for (const body of ['One', 'Two']) await send(body);
    await control.advance('1m');
    const bodies = (await Promise.all(waiting)).map(({ text }) => text.body);
    expect(bodies.toSorted()).toEqual(['One', 'Two']);
    const socket = connect(Number(new URL(sandbox.origin).port), '127.0.0.1');
    const head = `GET /_sandbox/phones/${encodeURIComponent(PHONE)}/next-text HTTP/1.1`;
    const host = new URL(sandbox.origin).host;
    socket.write(`${head}\r\nHost: ${host}\r\nAuthorization: Bearer ${sandbox.controlToken}\r\n\r\n`);
    await control.state();
    socket.destroy();
    await once(socket, 'close');
    // What the sandbox reads after this request, it reads after the end of that one.
    await control.state();
    await send('Three');
    await control.advance('1m');
    expect((await control.nextText(PHONE)).text.body).toBe('Three');
  });

  it('without a position is none from before a reset or a restored snapshot', async () => {
    await send('Old');
    await control.advance('1m');
    await control.restore(await control.snapshot());
    await send('New');
    await control.advance('1m');
    expect(await control.nextText(PHONE)).toMatchObject({ text: { body: 'New' }, after: 2 });
  });

  it.each([{ after: -1 }, { after: 1.5 }, { timeout: -1 }])('refuses the query %j', async (query) => {
    await expect(control.nextText(PHONE, query)).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('the exposures of a number', () => {
  it('can be listed', async () => {
    await send('Call (301) 555-0195');
    await control.advance('1m');
    expect(await control.whoSaw('+13015550195')).toEqual(sandbox.whoSaw('+13015550195'));
    expect(await control.whoSaw('+13015550195')).toMatchObject([{ phone: PHONE, how: 'body' }]);
    await expect(control.whoSaw('nobody')).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('events', () => {
  it('can be listed by kind, trace and id', async () => {
    await send('Hello');
    await control.advance('1m');
    expect(await control.events()).toEqual(sandbox.events());
    const [queued] = sandbox.events({ kind: 'text.queued' });
    const since = queued?.id ?? 0;
    expect(await control.events({ kind: 'text.queued' })).toEqual([queued]);
    expect(await control.events({ traceId: queued?.traceId, since })).toEqual(
      sandbox.events({ traceId: queued?.traceId, since }),
    );
    expect(await control.events({ traceId: 'nothing' })).toEqual([]);
  });

  it('can be watched until the client ends it', async () => {
    const [seen, watching] = [[] as SandboxEvent[], new AbortController()];
    const whole = control.watch(
      (event) => {
        seen.push(event);
        if (event.kind === 'text.queued') watching.abort();
      },
      { since: 0, signal: watching.signal },
    );
    await send('Hello');
    await whole;
    expect(seen.at(-1)).toMatchObject({ kind: 'text.queued', body: 'Hello' });
    expect(seen).toEqual(sandbox.events().slice(0, seen.length));
  });

  it('make a client that watches them fail when the sandbox closes', async () => {
    const watching = control.watch(() => void sandbox.close(), { since: 0 });
    await expect(watching).rejects.toMatchObject({ kind: 'network' });
  });
});
