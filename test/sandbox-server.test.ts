// `relay-phone sandbox` as a server: other commands join it, it ends cleanly, and no other server can impersonate it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { initReportSchema, statusReportSchema } from '../src/reports.js';
import { hostSandbox, joinSandbox, serveSandbox } from '../src/sandbox/instance/join.js';
import type { StateFolder } from '../src/state/folder.js';
import { NUMBER, setUpApp } from './support/app-behind-number.js';
import { DEADLINE } from './support/deadline.js';
import { findPort } from './support/find-port.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { countResources } from './support/resource-counts.js';
import { startSandbox } from './support/sandbox-child.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { isWindows, NO_POSIX } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const INIT = ['init', '--sandbox', '--yes'];
const PHONE = '+12025550190';
const ADDRESS_FILE = '.relay-phone/sandbox.json';

let workspace: Workspace;
let folder: StateFolder;
beforeEach(() => {
  workspace = createWorkspace();
  // Not in afterEach, which runs before the processes that use the folder have ended.
  onTestFinished(workspace.remove);
  folder = openOwnStateFolder(workspace.file('.relay-phone'));
});

async function init() {
  const { code, stdout, stderr } = await workspace.run([...INIT, '--json']);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return initReportSchema.parse(JSON.parse(stdout));
}

describe('a running sandbox server', () => {
  it('is joined by init, which uses the same account and leaves it running', async () => {
    const sandbox = await startSandbox(workspace, '--port', '0');
    const made = await init();
    expect(made.account.sid).toBe(sandbox.accountSid);
    expect(sandbox.isRunning()).toBe(true);
    const client = await signIn();
    const numbers = await client.incomingPhoneNumbers.list();
    expect(numbers.map(({ phoneNumber }) => phoneNumber)).toEqual([made.mainNumber.phoneNumber]);
    expect((await init()).steps.map(({ outcome }) => outcome)).toEqual(Array(6).fill('kept'));
  });

  it.for([
    ['joinSandbox', joinSandbox],
    ['hostSandbox', hostSandbox],
  ] as const)('is joined by %s even if it was too busy to answer at first', async ([, join], { skip }) => {
    skip(isWindows, NO_POSIX);
    const sandbox = await startSandbox(workspace, '--port', '0');
    const { pid } = readAddress();
    process.kill(pid, 'SIGSTOP');
    const joined = await join(folder, {
      command: 'test',
      timeoutMs: DEADLINE,
      onWait: () => process.kill(pid, 'SIGCONT'),
    });
    expect(joined).toMatchObject({ origin: sandbox.origin, accountSid: sandbox.accountSid });
    await joined.close();
    expect(sandbox.isRunning()).toBe(true);
  });

  it('receives a text that sandbox phones shows', async () => {
    await startSandbox(workspace, '--port', '0');
    const { text: sent } = await init();
    const human = await workspace.run(['sandbox', 'phones']);
    expect(human).toMatchObject({ code: 0, stderr: '' });
    expect(human.stdout).toMatch(
      /^\+12025550190\n {2}\S+ UTC\n {4}[\d:.]{12} {2}from \+1\d{10}: .* verification code is \d{6}\n$/,
    );
    const { code, stdout } = await workspace.run(['sandbox', 'phones', '--json']);
    expect(code).toBe(0);
    const { sid, from, to, shown: body } = sent;
    expect(JSON.parse(stdout)).toEqual({
      command: 'sandbox phones',
      phones: [
        {
          number: PHONE,
          texts: [{ sid, from, to, body, mediaUrls: [], media: [], receivedAt: expect.any(String) }],
          label: '',
          behaviour: expect.objectContaining({ texts: 'delivered', calls: 'answers', slow: 0 }),
          optedOutOf: [],
          timeline: [
            {
              kind: 'text',
              direction: 'received',
              with: from,
              at: expect.any(String),
              sid,
              body,
              mediaUrls: [],
              media: [],
            },
          ],
          sent: [],
          calls: [],
        },
      ],
    });
  });

  it('is shown by status with its origin until it ends', async () => {
    const sandbox = await startSandbox(workspace, '--port', '0');
    await init();
    expect(await readStatus()).toMatchObject({
      target: 'sandbox',
      account: { sid: sandbox.accountSid },
      sandbox: { running: true, origin: sandbox.origin },
    });
    await sandbox.end('SIGKILL');
    expect(await readStatus()).toMatchObject({
      target: 'sandbox',
      account: { sid: sandbox.accountSid },
      sandbox: { running: false, origin: null },
    });
  });

  it('is named in the error of a second server on its state folder', async () => {
    const { pid } = await startSandbox(workspace, '--port', '0');
    await expect(serveSandbox(folder, { command: 'sandbox', timeoutMs: 0 })).rejects.toMatchObject({
      kind: 'needsUser',
      exitCode: 3,
      reason: `relay-phone sandbox (process ${pid}) is using ${folder.path}`,
    });
  });
});

describe('a sandbox server with --traceparent', () => {
  it('sends the header with webhooks, as other sandboxes do not', async () => {
    for (const flags of [['--traceparent'], []]) {
      const workspace = createWorkspace();
      onTestFinished(workspace.remove);
      await startSandbox(workspace, '--port', '0', ...flags);
      const app = await setUpApp(workspace, 'smsUrl', '/sms');
      await workspace.run(['text', '--from', '+12125550190', '--to', NUMBER, 'Hello']);
      const header = app.calls[0]?.headers.traceparent;
      if (flags.length > 0) expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      else expect(header).toBeUndefined();
    }
  });
});

describe('a second sandbox server', () => {
  it('does not start, and prints the origin of the first one', async () => {
    const { origin } = await startSandbox(workspace, '--port', '0');
    const { code, stdout, stderr } = await workspace.run(['sandbox']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(
      `Failed to start a sandbox: the sandbox of ${folder.path} is already running at ${origin}.`,
    );
    expect(stderr).toContain('Try: relay-phone sandbox --follow');
  });
});

describe('the port of a sandbox server', () => {
  it('is the next free one if the given port is taken, with a notice', async () => {
    const { port: taken } = await startImpostor(0);
    const sandbox = await startSandbox(workspace, '--port', String(taken));
    const port = Number(new URL(sandbox.origin).port);
    expect(port).toBeGreaterThan(taken);
    expect(port).toBeLessThanOrEqual(taken + 20);
    expect(sandbox.output()).toContain(`port ${taken} is taken, so this is on ${port}`);
  });

  it('is written with the control token to a file that only its owner can read', async () => {
    const { origin, pid } = await startSandbox(workspace, '--port', '0');
    const port = Number(new URL(origin).port);
    expect(readAddress()).toEqual({
      pid,
      port,
      interceptorPort: expect.any(Number),
      controlToken: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    if (process.platform !== 'win32') expect(statSync(workspace.file(ADDRESS_FILE)).mode & 0o777).toBe(0o600);
  });
});

describe('a sandbox server that ends', () => {
  it.for(['SIGINT', 'SIGTERM'] as const)(
    'on %s exits with 130 and leaves only the state of the sandbox',
    async (signal, { skip }) => {
      skip(isWindows, NO_POSIX);
      const sandbox = await startSandbox(workspace, '--port', '0');
      const made = await init();
      await expect.poll(sandbox.output).toContain('Page: ');
      expect(await sandbox.end(signal)).toBe(130);
      await sandbox.exited;
      expect(sandbox.output()).toMatch(/\nInterrupted\.\n$/);
      expect(workspace.list()).not.toContain(ADDRESS_FILE);
      const next = await serveSandbox(folder, { command: 'sandbox', timeoutMs: 0 });
      expect(next.accountSid).toBe(made.account.sid);
      expect(await countResources(next)).toEqual({ numbers: 1, apps: 1, texts: 1 });
      await next.close();
    },
  );

  it('by kill -9 does not prevent the next init, which uses the same account', async () => {
    const sandbox = await startSandbox(workspace, '--port', '0');
    await sandbox.end('SIGKILL');
    expect(workspace.list()).toContain(ADDRESS_FILE);
    expect((await init()).account.sid).toBe(sandbox.accountSid);
  });
});

describe('another server on the port of a sandbox', () => {
  it('never receives a credential', async () => {
    // A port that no connection takes before the impostor does.
    const sandbox = await startSandbox(workspace, '--port', String(await findPort()));
    const { authToken } = await joinSandbox(folder, { command: 'init', timeoutMs: DEADLINE });
    await sandbox.end('SIGKILL');
    const { controlToken } = readAddress();
    const { received } = await startImpostor(Number(new URL(sandbox.origin).port));
    await holdLock();
    await expect(joinSandbox(folder, { command: 'init', timeoutMs: 500 })).rejects.toMatchObject({
      kind: 'needsUser',
      reason: expect.stringContaining(`is using ${folder.path}`),
    });
    expect(received.length).toBeGreaterThan(0);
    for (const { line, rest } of received) {
      expect(line).toMatch(/^GET \/_sandbox\/hello\?nonce=[\w-]{32}$/);
      for (const secret of [controlToken, authToken, 'authorization'])
        expect(rest.toLowerCase()).not.toContain(secret);
    }
  });
});

describe('sandbox --strict', () => {
  it.each([
    [['--strict'], 21609],
    [[], undefined],
  ])('decides about callbacks to this machine: with %j the error is %s', async (flags, code) => {
    await startSandbox(workspace, '--port', '0', ...flags);
    const client = await signIn();
    const { phoneNumber: from } = await client.incomingPhoneNumbers.create({ areaCode: '202' });
    const statusCallback = 'http://127.0.0.1:8000/api/v1/sms_status';
    const sending = client.messages.create({ from, to: PHONE, body: 'hello', statusCallback });
    expect(
      await sending.then(
        () => undefined,
        (error) => error.code,
      ),
    ).toBe(code);
  });
});

describe('sandbox --clock', () => {
  it('manual changes nothing until the time is advanced', async () => {
    await startSandbox(workspace, '--port', '0', '--clock', 'manual');
    const { control } = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
    const client = await signIn();
    const { phoneNumber: from } = await client.incomingPhoneNumbers.create({ areaCode: '202' });
    const { sid } = await client.messages.create({ from, to: PHONE, body: 'hello' });
    const { now } = await control.clock();
    expect((await client.messages(sid).fetch()).status).toBe('queued');
    const later = await control.advance('5m');
    expect(Date.parse(later.now) - Date.parse(now)).toBe(300_000);
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
  });

  it('accepts only real and manual', async () => {
    expect(await workspace.run(['sandbox', '--clock', 'fast'])).toMatchObject({ code: 2 });
  });
});

/** Returns the SDK's client for the sandbox in the state folder. */
async function signIn() {
  return createSandboxClient(await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE }));
}

async function readStatus() {
  return statusReportSchema.parse(JSON.parse((await workspace.run(['status', '--json'])).stdout));
}

function readAddress(): { pid: number; port: number; controlToken: string } {
  return JSON.parse(workspace.read(ADDRESS_FILE));
}

/** Starts a server that accepts every request, and returns the nonce itself as the proof. */
async function startImpostor(port: number) {
  const received: { line: string; rest: string }[] = [];
  const server = createServer(async (request, response) => {
    const { method, url = '', rawHeaders } = request;
    received.push({ line: `${method} ${url}`, rest: [...rawHeaders, await text(request)].join('\n') });
    const proof = new URL(url, 'http://127.0.0.1').searchParams.get('nonce');
    response.end(JSON.stringify({ product: 'relay-phone', proof, accountSid: 'AC1', authToken: '1' }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { port: (server.address() as AddressInfo).port, received };
}

/** Starts a process that holds the sandbox's lock without serving a sandbox; it ends with the test. */
async function holdLock(): Promise<void> {
  const script = `
    const Database = require('libsql');
    new Database(process.argv[1]).exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, folder.file('sandbox.lock')], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
}
