// `text` and `call` with senders and callers that are not valid numbers: they arrive like any other.
import { expect, it, onTestFinished } from 'vitest';
import { NUMBER, setUpApp } from './support/app-behind-number.js';
import { startSandbox } from './support/sandbox-child.js';
import { twiml } from './support/webhook-app.js';
import { createWorkspace } from './support/workspace.js';

it.each([
  ['text', 'smsUrl', ['Hello']],
  ['call', 'voiceUrl', []],
] as const)('relay-phone %s takes any sender', async (command, url, rest) => {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  await startSandbox(workspace, '--port', '0');
  const app = await setUpApp(workspace, url, '/app');
  app.answer(() => twiml('<Response/>'));
  const senders = ['Restricted', '+266696687', '64192', 'sip:ann@example.com'];
  for (const from of senders) {
    const { code, stderr } = await workspace.run([command, '--from', from, '--to', NUMBER, ...rest]);
    expect([code, stderr]).toEqual([0, '']);
  }
  expect(app.calls.map(({ form }) => form.From)).toEqual(senders);
});
