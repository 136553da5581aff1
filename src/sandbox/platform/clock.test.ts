// Advances a manual clock, and waits with the real one.
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';
import { createManualClock, createRealClock } from './clock.js';

const DAY = 86_400_000;
const NUMBER = '+12025550100';
const PHONE = '+12125550190';
const START = Date.UTC(2026, 0, 1);

describe('the real clock', () => {
  it('waits for months, and can cancel a wait', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const clock = createRealClock(Date.now, globalThis);
    const happened: string[] = [];
    clock.after(60 * DAY, () => void happened.push('months'));
    const cancel = clock.after(40 * DAY, () => void happened.push('off'));
    vi.advanceTimersByTime(30 * DAY);
    cancel();
    expect([happened, vi.getTimerCount()]).toEqual([[], 1]);
    vi.advanceTimersByTime(30 * DAY);
    expect([happened, vi.getTimerCount()]).toEqual([['months'], 0]);
    clock.after(60 * DAY, () => void happened.push('stopped'));
    vi.advanceTimersByTime(30 * DAY);
    clock.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a manual clock', () => {
  it('runs what is due, in order and at its time, and nothing else', async () => {
    const clock = createManualClock(START);
    const happened: [string, number][] = [];
    const note = (name: string) => () => void happened.push([name, clock.now() - START]);
    clock.after(30, note('c'));
    clock.after(10, () => {
      note('a')();
      clock.after(10, note('b2'));
    });
    clock.after(20, note('b1'));
    clock.after(31, note('later'));
    await clock.advance(30);
    expect(happened).toEqual([
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
      ['c', 30],
    ]);
    expect(clock.now()).toBe(START + 30);
    await clock.advance('1ms');
    expect(happened).toHaveLength(5);
  });

  it('finishes each thing with all its effects before the next', async () => {
    const clock = createManualClock(START);
    const happened: string[] = [];
    const slow = async () => {
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
      void clock.during(Promise.resolve().then(() => void happened.push('caused')));
    };
    clock.after(1, () => void clock.during(slow()));
    clock.after(2, () => void happened.push('next'));
    await clock.advance(5);
    expect(happened).toEqual(['caused', 'next']);
  });

  it('can cancel a wait', async () => {
    const clock = createManualClock(START);
    const happened: string[] = [];
    const cancel = clock.after(1, () => void happened.push('off'));
    clock.after(2, () => void happened.push('on'));
    cancel();
    cancel();
    await clock.advance(5);
    expect(happened).toEqual(['on']);
  });

  it('runs one advance after the other', async () => {
    const clock = createManualClock(START);
    await Promise.all([clock.advance(5), clock.advance('1s'), clock.advance('2m')]);
    expect(clock.now()).toBe(START + 121_005);
    await clock.advance('1h');
    await clock.advance('1d');
    expect(clock.now()).toBe(START + 121_005 + 3_600_000 + 86_400_000);
  });

  it.each(['', '5', 'm', '-1s', '1.5s', '1 s', -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'rejects %j as a duration',
    async (time) => {
      await expect(createManualClock(START).advance(time)).rejects.toMatchObject({ kind: 'usage' });
    },
  );
});

it('a manual clock does not pass the year 9999, and goes on', async () => {
  const clock = createManualClock(Date.UTC(2026, 0));
  await expect(clock.advance(1e15)).rejects.toMatchObject({ kind: 'usage' });
  await clock.advance(0.5);
  expect(clock.now()).toBe(Date.UTC(2026, 0) + 0.5);
});

describe('a sandbox', () => {
  let sandbox: Sandbox;
  afterEach(() => sandbox.close());

  it.each([1e15, 8.6e15, 1e300])(
    'says of a time that is refused neither that it passed, nor anything else: %s',
    async (time) => {
      sandbox = await createSandbox({ clock: 'manual', now: () => START });
      await expect(sandbox.clock.advance(time)).rejects.toMatchObject({ kind: 'usage' });
      expect(sandbox.events({ kind: 'clock.advanced' })).toEqual([]);
    },
  );

  it('with a manual clock delivers texts and their callbacks as time passes', async () => {
    sandbox = await createSandbox({ clock: 'manual', now: () => START });
    const client = createSandboxClient(sandbox);
    const app = await startApp(sandbox.authToken);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: app.origin });
    const statusCallback = `${app.origin}/status`;
    const { sid, dateCreated } = await client.messages.create({
      from: NUMBER,
      to: PHONE,
      body: 'Hello',
      statusCallback,
    });
    expect(dateCreated.getTime()).toBe(START);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await client.messages(sid).fetch()).status).toBe('queued');
    await sandbox.clock.advance('1s');
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
    expect(app.formsAt('/status').map(({ MessageStatus }) => MessageStatus)).toEqual(['sent', 'delivered']);
    expect(sandbox.clock.now()).toBe(START + 1000);
    await app.close();
  });

  it('with the real clock cannot be advanced', async () => {
    sandbox = await createSandbox();
    expect(sandbox.clock.now()).toBeGreaterThan(START);
    await expect(sandbox.clock.advance('1s')).rejects.toMatchObject({ kind: 'usage' });
  });
});
