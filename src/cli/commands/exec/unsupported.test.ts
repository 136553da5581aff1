// What a program asked for that the sandbox of another process lacks: nothing is missed at its start or its end.
import { expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createControlClient } from '../../../sandbox/control/client.js';
import { createSandbox } from '../../../sandbox/create.js';
import { findPosition } from '../../core/unsupported.js';
import { watchUnsupported } from './unsupported.js';

it('shows what was asked for before the stream was open and just before the end, once, and nothing earlier', async () => {
  const sandbox = await createSandbox({ unsupported: 'warn', onUnsupported: () => undefined });
  onTestFinished(sandbox.close);
  const client = createSandboxClient(sandbox);
  const joined = { control: createControlClient(sandbox) };
  const shown: string[] = [];
  await client.notify.v1.services.list().catch(() => undefined);
  const since = await findPosition(joined);
  await client.conversations.v1.services.list().catch(() => undefined);
  const end = watchUnsupported(joined, { warn: (text) => void shown.push(text) }, since);
  await client.conversations.v1.conversations.list().catch(() => undefined);
  await client.sync.v1.services.list().catch(() => undefined);
  await end();
  expect(shown.toSorted()).toEqual([
    'not in the sandbox: Conversations (conversations.twilio.com)',
    'not in the sandbox: Sync (sync.twilio.com)',
  ]);
});
