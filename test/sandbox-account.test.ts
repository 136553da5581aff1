// A sandbox whose account SID was given by the user: the commands beside it, `exec` that joins it by URL, and a stranger at that URL.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Listening, listen } from '../src/http/listen.js';
import { execReportSchema } from '../src/reports.js';
import { startServer } from './support/sandbox-child.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const SDK = resolve(import.meta.dirname, '../node_modules/twilio');
const READY = /The sandbox is at (http:\/\/[\d.]+:\d+), account (AC[0-9a-f]{32})\./;
const LIVE = { TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`, TWILIO_AUTH_TOKEN: '2'.repeat(32) };
/** Prints its account, and the status of a text that it sends. */
const PROGRAM = `
const { env } = process;
const client = require(${JSON.stringify(SDK)})(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);
client.messages.create({ to: '+12125550190', from: env.TWILIO_MAIN_NUMBER, body: 'Hi' })
  .then(({ status }) => console.log(env.TWILIO_ACCOUNT_SID, status), (error) => { console.error(error); process.exit(1); });
`;
const RUN = ['--', process.execPath, 'send.cjs'];

const randomToken = () => randomBytes(16).toString('hex');

/** The sandbox's workspace, and that of the program, which stands for another container. */
let inside: Workspace;
let outside: Workspace;
let account: { readonly sid: string; readonly authToken: string; readonly controlToken: string };
beforeEach(() => {
  inside = open();
  outside = open();
  account = { sid: `AC${randomToken()}`, authToken: randomToken(), controlToken: randomToken() };
});

function open(): Workspace {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  workspace.write('send.cjs', PROGRAM);
  return workspace;
}

/** Starts the sandbox with the account, and returns its origin. */
async function start(): Promise<string> {
  const args = ['sandbox', '--host', '0.0.0.0', '--port', '0', '--no-page'];
  const { address } = await startServer(inside, args, READY, {
    RELAY_PHONE_SANDBOX_ACCOUNT_SID: account.sid,
    RELAY_PHONE_SANDBOX_AUTH_TOKEN: account.authToken,
    RELAY_PHONE_SANDBOX_CONTROL_TOKEN: account.controlToken,
  });
  return address[1] ?? '';
}

/** The environment in which `exec` joins a sandbox. */
const joining = (origin: string, controlToken = account.controlToken) => ({
  RELAY_PHONE_SANDBOX_URL: origin,
  RELAY_PHONE_SANDBOX_CONTROL_TOKEN: controlToken,
});

/** Starts a server that is no sandbox of ours, and records what it is sent. */
async function startStranger(
  answer: (request: IncomingMessage) => string | Promise<string>,
): Promise<Listening & { readonly seen: string[] }> {
  const seen: string[] = [];
  const server = await listen(
    async (request, response) => {
      seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      response.end(await answer(request));
    },
    { port: 0 },
  );
  onTestFinished(() => server.close());
  return { ...server, seen };
}

describe('an account whose SID has no form of a sandbox', () => {
  it('is used by exec in the container of the sandbox, and by the commands after it', async () => {
    await start();
    const ended = await inside.run(['exec', ...RUN]);
    expect(ended).toMatchObject({ code: 0, stdout: `${account.sid} queued\n` });
    // Under `exec` the account is in the environment, and looks live to a relay-phone that the program runs.
    const status = await inside.run(['status', '--json'], {
      environment: { TWILIO_ACCOUNT_SID: account.sid, TWILIO_AUTH_TOKEN: account.authToken },
    });
    expect(JSON.parse(status.stdout)).toMatchObject({ target: 'sandbox' });
  });

  it('is set up by init, twice, and then found in .env', async () => {
    await start();
    for (const _run of [1, 2])
      expect(await inside.run(['init', '--sandbox', '--yes'])).toMatchObject({ code: 0 });
    expect(inside.read('.env')).toContain(`TWILIO_ACCOUNT_SID=${account.sid}`);
    const status = await inside.run(['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ target: 'sandbox' });
  });

  it('is still live where the state folder has no such sandbox', async () => {
    outside.write('.env', `TWILIO_ACCOUNT_SID=${account.sid}\nTWILIO_AUTH_TOKEN=${account.authToken}\n`);
    const { code, stderr } = await outside.run(['init', '--sandbox', '--yes']);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('live Twilio account'),
    });
  });
});

describe('exec with RELAY_PHONE_SANDBOX_URL', () => {
  it('leads a program to the sandbox there, and neither sees nor sends a live account', async () => {
    const origin = await start();
    const ended = await outside.run(['exec', ...RUN], { environment: { ...joining(origin), ...LIVE } });
    expect(ended).toMatchObject({ code: 0, stdout: `${account.sid} queued\n` });
    const phones = await inside.run(['sandbox', 'phones', '--json']);
    expect(phones.stdout).toContain('"Hi"');
    expect(outside.list()).not.toContain('.relay-phone/sandbox.db');
    const output = ended.stdout + ended.stderr;
    for (const secret of [account.authToken, account.controlToken]) expect(output).not.toContain(secret);
  });

  it('takes a flag, a file with the token, and the public base of an app in another container', async () => {
    const origin = await start();
    outside.write('control-token', `${account.controlToken}\n`);
    const environment = { RELAY_PHONE_SANDBOX_CONTROL_TOKEN_FILE: 'control-token' };
    const show = [process.execPath, '-p', 'process.env.SITE_ORIGIN'];
    const args = [
      'exec',
      '--sandbox-url',
      origin,
      '--public-url',
      'http://app:8000',
      '--json',
      '--',
      ...show,
    ];
    const { code, stdout, stderr } = await outside.run(args, { environment });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('http://app:8000') });
    expect(execReportSchema.parse(JSON.parse(stdout))).toMatchObject({ origin, accountSid: account.sid });
  });

  it('sends a stranger at that URL no token, and starts nothing', async () => {
    const stranger = await startStranger(() => JSON.stringify({ proof: '0'.repeat(64) }));
    const environment = { ...joining(stranger.origin), ...LIVE };
    const ended = await outside.run(['exec', ...RUN], { environment });
    expect(ended).toMatchObject({ code: 5, stdout: '' });
    expect(ended.stderr).toContain(`Failed to reach the sandbox at ${stranger.origin}: what answers there`);
    expect(stranger.seen).toEqual([
      expect.stringMatching(/^GET \/_sandbox\/hello\?nonce=[\w-]{32} (?!.*authorization)/),
    ]);
    for (const secret of [account.controlToken, LIVE.TWILIO_AUTH_TOKEN])
      expect(stranger.seen.join()).not.toContain(secret);
  });

  it('is refused by a sandbox with another token, which learns neither', async () => {
    const origin = await start();
    const ended = await outside.run(['exec', ...RUN], { environment: joining(origin, randomToken()) });
    expect(ended).toMatchObject({ code: 5, stdout: '' });
  });

  it.each([
    ['its control token', { RELAY_PHONE_SANDBOX_CONTROL_TOKEN: '' }, 3, 'control API is not given'],
    ['http', { RELAY_PHONE_SANDBOX_URL: 'https://127.0.0.1:1' }, 2, 'RELAY_PHONE_SANDBOX_URL takes an http'],
  ])('needs %s', async (_what, environment, code, message) => {
    const ended = await outside.run(['exec', ...RUN], {
      environment: { ...joining('http://127.0.0.1:1'), ...environment },
    });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('does not count in .env, which may have come with a repository', async () => {
    const stranger = await startStranger(() => '{}');
    outside.write('.env', `RELAY_PHONE_SANDBOX_URL=${stranger.origin}\n`);
    const ended = await outside.run(['exec', ...RUN], {
      environment: { RELAY_PHONE_SANDBOX_CONTROL_TOKEN: account.controlToken },
    });
    expect(ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^AC5a4db0c5\w+ queued\n$/),
      stderr: expect.stringContaining('ignored: RELAY_PHONE_SANDBOX_URL in the env file'),
    });
    expect(stranger.seen).toEqual([]);
  });

  it('prints no environment, because the proxy of another machine cannot be used', async () => {
    const { code, stderr } = await outside.run(['exec', '--print-env'], {
      environment: joining('http://127.0.0.1:1'),
    });
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--print-env') });
  });
});
