// Uses a sandbox's clock, snapshots and phones over the control API.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
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
    expect(await control.clock()).toEqual({ now: '2026-01-01T00:00:00.000Z' });
    const { sid } = await send('Hello');
    expect(await control.advance('5m')).toEqual({ now: '2026-01-01T00:05:00.000Z' });
    expect(await control.advance(1)).toEqual({ now: '2026-01-01T00:05:00.001Z' });
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

  it('without a position is the next to arrive; if none arrives in time, the client gets a fault', async () => {
    await send('One');
    await control.advance('1m');
    await expect(control.nextText(PHONE, { timeout: 1 })).rejects.toMatchObject({
      kind: 'fault',
      message: expect.stringContaining('there was none within 0.001 s'),
    });
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
