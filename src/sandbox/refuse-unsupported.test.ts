// A library user finds out what the sandbox lacks: by a warning, or by calls that reject.
import { afterEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from './create.js';
import type { SandboxOptions } from './sandbox.js';

const PHONE = '+12125550190';
const NUMBER = '+12025550100';

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close().catch(() => undefined);
  sandbox = undefined;
});

/** Starts a sandbox with a number, and asks for a conversation, which no sandbox has. */
async function askForMissing(options: SandboxOptions): Promise<Sandbox> {
  sandbox = await createSandbox(options);
  const client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
  await expect(client.conversations.v1.conversations.create({})).rejects.toMatchObject({ code: 20404 });
  return sandbox;
}

const NAMES_IT = expect.objectContaining({
  kind: 'fault',
  message: expect.stringContaining('not in the sandbox: Conversations (conversations.twilio.com)'),
});

describe('what the sandbox lacks', () => {
  const calls: [string, (sandbox: Sandbox) => Promise<unknown>][] = [
    ['phone.text', (open) => open.phone(PHONE).text(NUMBER, 'Hello')],
    ['phone.startText', (open) => open.phone(PHONE).startText(NUMBER, 'Hello')],
    ['text', (open) => open.text({ from: PHONE, to: NUMBER, body: 'Hello' })],
    ['call.ended', (open) => open.phone(PHONE).call(NUMBER).ended],
    ['call.answered', (open) => open.call({ from: PHONE, to: NUMBER }).answered],
    ['clock.advance', (open) => open.clock.advance('1s')],
    [
      'phone.nextText',
      async (open) => {
        const next = open.phone(PHONE).nextText();
        const client = createSandboxClient(open);
        await client.messages.create({ from: NUMBER, to: PHONE, body: 'Hello' });
        return next;
      },
    ],
  ];

  it.each(calls)('makes %s reject with `throw`, once, and close reject as well', async (name, act) => {
    const clock = name === 'clock.advance' ? 'manual' : 'real';
    const open = await askForMissing({ unsupported: 'throw', clock });
    await expect(act(open)).rejects.toEqual(NAMES_IT);
    await open.text({ from: PHONE, to: NUMBER, body: 'Again' });
    await expect(open.close()).rejects.toEqual(NAMES_IT);
    // It is closed all the same.
    await expect(fetch(open.origin)).rejects.toThrow('fetch failed');
  });

  it('makes nothing reject that was not awaited, and leaves what is read alone', async () => {
    const open = await askForMissing({ unsupported: 'throw' });
    open.phone(PHONE).call(NUMBER).hangUp();
    expect(open.events({ kind: 'unsupported' })).toHaveLength(1);
    expect(open.phone(PHONE).calls()).toHaveLength(1);
  });

  it('makes nothing reject with `throw` if nothing was missing', async () => {
    sandbox = await createSandbox({ unsupported: 'throw' });
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    await expect(sandbox.close()).resolves.toBeUndefined();
  });

  it('is told once for each thing, and makes nothing reject by default', async () => {
    const told: string[] = [];
    const open = await askForMissing({ onUnsupported: ({ name }) => told.push(name) });
    await createSandboxClient(open)
      .conversations.v1.conversations.list()
      .catch(() => undefined);
    await createSandboxClient(open)
      .verify.v2.services.list()
      .catch(() => undefined);
    await open.phone(PHONE).text(NUMBER, 'Hello');
    expect(told).toEqual(['Conversations', 'Verify']);
    await expect(open.close()).resolves.toBeUndefined();
  });

  it('is a warning of Node.js by default', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await askForMissing({});
    expect(await warned).toMatchObject({
      name: 'RelayPhoneWarning',
      message: 'not in the sandbox: Conversations (conversations.twilio.com)',
    });
  });
});
