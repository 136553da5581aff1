// What a closed sandbox says, and what becomes of calls that wait while it is closed.
import { beforeEach, describe, expect, it } from 'vitest';
import { RelayPhoneError } from '../errors.js';
import { createSandbox, type Sandbox } from './create.js';

const NUMBER = '+12025550100';
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
  return () => sandbox.close();
});

describe('a closed sandbox', () => {
  it.each<[name: string, call: () => unknown]>([
    ['number', () => sandbox.number(NUMBER)],
    ['numbers', () => sandbox.numbers()],
    ['fail', () => sandbox.fail({ path: 'Messages', answer: 'drop' })],
    ['snapshot', () => sandbox.snapshot()],
    ['intercept', () => sandbox.intercept()],
    ['texts', () => sandbox.phone('+12125550190').texts()],
    ['call', () => sandbox.phone('+12125550190').call(NUMBER)],
  ])('refuses %s() with a sentence', async (name, call) => {
    await sandbox.close();
    expect(call).toThrow(RelayPhoneError);
    expect(call).toThrow(`Failed to call ${name}(): the sandbox is closed.`);
  });

  it.each<[name: string, call: () => Promise<unknown>]>([
    ['text', () => sandbox.text({ from: '+12125550190', to: NUMBER, body: 'Hello' })],
    ['text', () => sandbox.phone('+12125550190').text(NUMBER, 'Hello')],
    ['nextText', () => sandbox.phone('+12125550190').nextText()],
    ['nextEvent', () => sandbox.nextEvent(() => true)],
    ['environment', () => sandbox.environment()],
    ['advance', () => sandbox.clock.advance('5m')],
  ])('rejects %s() with a sentence', async (name, call) => {
    await sandbox.close();
    await expect(call()).rejects.toMatchObject({ kind: 'usage', task: `call ${name}()` });
  });

  it('still shows what happened', async () => {
    sandbox.number(NUMBER);
    const { traceId } = await sandbox.phone('+12125550190').text(NUMBER, 'Hello');
    await sandbox.close();
    await sandbox.close();
    expect(sandbox.events({ traceId })[0]).toMatchObject({ kind: 'phone.texts', body: 'Hello' });
    expect(sandbox.trace(traceId)?.sentence).toBe(sandbox.traces()[0]?.sentence);
    expect([sandbox.unsupported(), sandbox.requests()]).toEqual([[], []]);
  });
});

describe('what waits while a sandbox is closed', () => {
  it('rejects at once', async () => {
    const phone = sandbox.phone('+12125550190');
    const waiting = [phone.nextText(), phone.nextCall(), sandbox.nextEvent(() => false)];
    const settled = Promise.allSettled(waiting);
    await sandbox.close();
    for (const { reason } of (await settled) as PromiseRejectedResult[])
      expect(reason).toMatchObject({ kind: 'usage', reason: 'the sandbox is closed' });
  });
});
