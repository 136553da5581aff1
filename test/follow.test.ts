// `relay-phone sandbox --follow` as a separate process: with its own sandbox, and with one that is already running.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { run as runSandbox } from '../src/cli/commands/sandbox/run.js';
import { eventReportSchema, sandboxReportSchema } from '../src/reports.js';
import { joinSandbox } from '../src/sandbox/instance/join.js';
import { DEADLINE } from './support/deadline.js';
import { createTestContext } from './support/in-process.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startSandbox } from './support/sandbox-child.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { createServedWorkspace } from './support/served-workspace.js';
import { skipOnWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

beforeEach(skipOnWindows);

const PHONE = '+12025550190';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

/** Starts `sandbox --follow`, and reads its output line by line. */
function startFollower(...flags: string[]) {
  const child = workspace.start(['sandbox', '--port', '0', '--no-page', '--follow', ...flags]);
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('no streams');
  const exited = once(child, 'exit') as Promise<[number | null]>;
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const waitFor = async (part: string) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it ended without "${part}"`);
      if (value.includes(part)) return value;
    }
  };
  const end = async () => {
    child.kill('SIGINT');
    return (await exited)[0];
  };
  return { waitFor, end, exited, stdout, complaints: readAll(stderr) };
}

/** Causes events in the sandbox of the workspace: buys a number and sends a text from it. */
async function sendText(): Promise<string> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const client = createSandboxClient(await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE }));
  const { phoneNumber: from } = await client.incomingPhoneNumbers.create({ areaCode: '202' });
  return (await client.messages.create({ from, to: PHONE, body: 'Hello' })).sid;
}

describe('sandbox --follow', () => {
  it('prints the events of its own sandbox until Ctrl-C ends both', async () => {
    const follower = startFollower();
    await follower.waitFor('The sandbox is at http://127.0.0.1:');
    const sid = await sendText();
    expect(await follower.waitFor('app asked')).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}app asked {7}POST .* → 201$/,
    );
    await follower.waitFor(`phone has it    ${PHONE} from +1202`);
    await follower.waitFor(`text delivered  ${sid}`);
    expect(await follower.end()).toBe(130);
    expect(await follower.complaints).toBe('\nInterrupted.\n');
  });

  it('prints the events of a running sandbox, which keeps running afterwards', async () => {
    const sandbox = await startSandbox(workspace, '--port', '0');
    const follower = startFollower();
    await follower.waitFor(`The sandbox is at ${sandbox.origin}, account ${sandbox.accountSid}.`);
    const sid = await sendText();
    await follower.waitFor(`text delivered  ${sid}`);
    expect(await follower.end()).toBe(130);
    expect(await follower.complaints).toBe('\nInterrupted.\n');
    expect(sandbox.isRunning()).toBe(true);
  });

  it('prints what happens as soon as it has said that it follows', async () => {
    const { workspace: served, sandbox } = await createServedWorkspace();
    const { phoneNumber } = await createSandboxClient(sandbox).incomingPhoneNumbers.create({
      areaCode: '202',
    });
    const [stdout, cleanUps] = [new PassThrough(), [] as (() => unknown)[]];
    let shown = '';
    stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (text.includes('The sandbox is at')) void sandbox.phone(PHONE).text(phoneNumber, 'At once');
    });
    const context = createTestContext({
      cwd: served.path,
      environment: { HOME: served.path, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME },
      stdout,
      onInterrupt: (cleanUp) => void cleanUps.push(cleanUp),
    });
    const ended = runSandbox(context, { follow: true, page: false });
    await expect.poll(() => shown).toContain('At once');
    for (const cleanUp of cleanUps) await cleanUp();
    expect(await ended).toBe(0);
  });

  it('reports the end of the sandbox it follows', async () => {
    const sandbox = await startSandbox(workspace, '--port', '0');
    const follower = startFollower();
    await follower.waitFor('The sandbox is at');
    await sandbox.end('SIGKILL');
    expect(await follower.exited).toEqual([5, null]);
    expect(await follower.complaints).toContain(`Failed to reach the sandbox at ${sandbox.origin}`);
  });

  it.each(['its own sandbox', 'a running sandbox'])(
    'prints one JSON object a line under --json for %s',
    async (which) => {
      if (which === 'a running sandbox') await startSandbox(workspace, '--port', '0');
      const follower = startFollower('--json');
      sandboxReportSchema.parse(JSON.parse(await follower.waitFor('{')));
      const sid = await sendText();
      const event = eventReportSchema.parse(JSON.parse(await follower.waitFor('"status":"delivered"')));
      expect(event).toMatchObject({ kind: 'text.status', sid });
      expect(await follower.end()).toBe(130);
      expect(await follower.complaints).toContain(`text delivered  ${sid}`);
    },
  );

  it('ends when its stdout is closed', async () => {
    const follower = startFollower();
    await follower.waitFor('The sandbox is at');
    follower.stdout.destroy();
    await sendText().catch(() => undefined);
    expect(await follower.exited).toEqual([0, null]);
    expect(await follower.complaints).toBe('');
  });
});
