// Plays a story through the gateway, exports the recording as a story, and plays that in another workspace.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openGateway } from '../../src/gateway/open.js';
import { listen } from '../../src/http/listen.js';
import { DEADLINE } from '../support/deadline.js';
import { findOrigin } from '../support/find-port.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { startServer } from '../support/sandbox-child.js';
import { isWindows, NO_POSIX } from '../support/skips.js';
import { CLI, createWorkspace, type Workspace } from '../support/workspace.js';

/** Without the end of the story, which blocks a contact: no webhook shows that. */
const [MASKING = ''] = readFileSync(
  resolve(import.meta.dirname, '../../templates/stories/masking.yaml'),
  'utf8',
).split(/ {2}#.*\n {2}- block:/);
const WEBHOOKS = ['inbound_sms', 'inbound_call', 'sms_status', 'voice_status'].map((kind) => ({
  kind,
  path: `/api/v1/${kind}`,
}));

function makeWorkspace(): Workspace {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  return workspace;
}

const portOf = (origin: string) => new URL(origin).port;

it('a recorded conversation is exported as a story that plays', async ({ skip }) => {
  skip(isWindows, NO_POSIX);
  const [workspace, app, publicBase] = [makeWorkspace(), await findOrigin(), await findOrigin()];
  await workspace.run(['init', '--sandbox', '--yes', '--public-url', publicBase]);
  const serving = ['serve', '--yes', '--port', portOf(app), '--public-url', publicBase];
  await startServer(workspace, serving, /The relay is at/);
  const authToken = /TWILIO_AUTH_TOKEN=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
  const gateway = await openGateway(
    openOwnStateFolder(workspace.file('.relay-phone')),
    { app, publicBase: () => publicBase, authToken, webhooks: () => WEBHOOKS, emit: () => undefined },
    { command: 'tunnel', timeoutMs: DEADLINE },
  );
  const server = await listen(gateway.listener, { port: Number(portOf(publicBase)) });
  onTestFinished(async () => {
    await server.close();
    await gateway.close();
  });
  workspace.write('masking.yaml', MASKING);
  const recorded = await workspace.run(['play', 'masking.yaml', '--json']);
  expect(recorded.code, recorded.stderr).toBe(0);
  const { numbers } = JSON.parse(recorded.stdout) as { numbers: Record<string, string> };

  const { stdout: list } = await workspace.run([
    'requests',
    '--json',
    '--path',
    'inbound_sms',
    '--limit',
    '100',
  ]);
  const [{ id }] = (JSON.parse(list) as { exchanges: [{ id: number }] }).exchanges.slice(-1) as [
    { id: number },
  ];
  const { code, stdout: story } = await workspace.run(['requests', 'export', String(id)]);
  expect(code).toBe(0);
  for (const number of [...Object.values(numbers), authToken]) expect(story).not.toContain(number);
  expect(story).toContain('text: Yes, it is.\n    from: owner\n');

  const elsewhere = makeWorkspace();
  elsewhere.write('story.yaml', story);
  const other = await findOrigin();
  const again = [process.execPath, CLI, 'serve', '--sandbox', '--yes', '--port', portOf(other)];
  const played = await elsewhere.run(['play', 'story.yaml', '--app', other, '--', ...again]);
  expect(played.code, story + played.stdout + played.stderr).toBe(0);
});
