// `exec` as a user starts it: unmodified programs send requests to Twilio, and the sandbox answers.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { execReportSchema } from '../../src/reports.js';
import { DEADLINE } from '../support/deadline.js';
import { findPort } from '../support/find-port.js';
import { findPython, NO_PYTHON } from '../support/find-python.js';
import { withoutWarning } from '../support/node-warning.js';
import { hasTerminals, KEY, startOnTerminal } from '../support/pseudo-terminal.js';
import { writeCheckout } from '../support/relay-checkout.js';
import { startSandbox } from '../support/sandbox-child.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const SDK = resolve(import.meta.dirname, '../../node_modules/twilio');
const python = findPython();
const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** A program that sends a text with the official SDK and prints its status. */
const NODE_PROGRAM = `
const { env } = process;
const client = require(${JSON.stringify(SDK)})(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);
client.messages.create({ to: '+12125550190', from: env.TWILIO_MAIN_NUMBER, body: 'from Node.js' })
  .then(({ status }) => console.log(status), (error) => { console.error(error); process.exit(1); });
`;
const PYTHON_PROGRAM = `
import os
from twilio.rest import Client
client = Client(os.environ['TWILIO_ACCOUNT_SID'], os.environ['TWILIO_AUTH_TOKEN'])
print(client.messages.create(to='+12125550190', from_=os.environ['TWILIO_MAIN_NUMBER'], body='from Python').status)
`;
/** A program that sends a text with the SDK's client for asyncio, made by `line`. */
const asyncProgram = (line: string) => `
import aiohttp, asyncio, os
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client
async def main():
    ${line}
    client = Client(os.environ['TWILIO_ACCOUNT_SID'], os.environ['TWILIO_AUTH_TOKEN'], http_client=http_client)
    text = await client.messages.create_async(
        to='+12125550190', from_=os.environ['TWILIO_MAIN_NUMBER'], body='from aiohttp')
    print(text.status)
    await http_client.close()
asyncio.run(main())
`;

import { isWindows, NO_POSIX, NO_TERMINALS } from '../support/skips.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  return () => workspace.remove();
});

/** Runs a program through `exec`. */
const exec = (program: readonly string[], environment: Record<string, string> = {}) =>
  workspace.run(['exec', '--', ...program], { environment });
/** Returns the environment of a program under `exec`. */
async function see(environment: Record<string, string> = {}): Promise<Record<string, string>> {
  const { stdout, code, stderr } = await exec(
    [process.execPath, '-p', 'JSON.stringify(process.env)'],
    environment,
  );
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, string>;
}

/** A program that deletes every service of Conversations, which the sandbox does not have. */
const CLEARING_PROGRAM = `
const { env } = process;
const client = require(${JSON.stringify(SDK)})(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);
(async () => {
  const { sid } = await client.messaging.v1.services.create({ friendlyName: 'Mine' });
  const found = await client.conversations.v1.services.list().catch(({ code, message }) => ({ code, message }));
  console.log(JSON.stringify({ found, kept: (await client.messaging.v1.services(sid).fetch()).friendlyName }));
})();
`;
const LACKS_CONVERSATIONS = /not in the sandbox: Conversations \(conversations\.twilio\.com\)/;

describe('a program under exec', () => {
  it('is told what the sandbox lacks, and another product never answers for it', async () => {
    const seen = () => exec([process.execPath, '-e', CLEARING_PROGRAM]);
    const { code, stdout, stderr } = await seen();
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, found: { code: 20404 }, kept: 'Mine' });
    expect(stderr).toMatch(LACKS_CONVERSATIONS);
    // The same with the sandbox in another process, which shows it too.
    const sandbox = await startSandbox(workspace, '--port', '0');
    const joined = await seen();
    expect(JSON.parse(joined.stdout)).toMatchObject({ found: { code: 20404 }, kept: 'Mine' });
    expect(joined.stderr).toMatch(LACKS_CONVERSATIONS);
    await expect.poll(sandbox.output).toMatch(LACKS_CONVERSATIONS);
  });

  it('gets an account that is set up only once, without any file outside the state folder', async () => {
    const first = await exec([process.execPath, '-e', '0']);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toMatch(/bought \+1\d+ .*\n.*created "127\.0\.0\.1:8000 Relay"/);
    // The smallest program there is: after ten seconds `exec` would say that nothing answers at SITE_ORIGIN.
    const second = await exec(['true']);
    expect({ ...second, stderr: withoutWarning(second.stderr) }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(workspace.list().filter((file) => !file.startsWith('.relay-phone'))).toEqual([]);
    const status = await workspace.run(['status', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ target: 'sandbox', openChanges: 2 });
  });

  it('sends texts with Twilio’s SDK for Node.js', async () => {
    workspace.write('send.cjs', NODE_PROGRAM);
    const ended = await exec([process.execPath, 'send.cjs']);
    expect(ended).toMatchObject({ code: 0, stdout: 'queued\n' });
    const phones = await workspace.run(['sandbox', 'phones', '--json']);
    expect(phones.stdout).toContain('from Node.js');
  });

  it('sends texts with Twilio’s SDK for Python', async ({ skip }) => {
    skip(python === undefined, NO_PYTHON);
    workspace.write('send.py', PYTHON_PROGRAM);
    expect(await exec([python ?? '', 'send.py'])).toMatchObject({ code: 0, stdout: 'queued\n' });
  });

  it('is shown the line with which Twilio’s SDK for asyncio reaches the sandbox', async ({ skip }) => {
    skip(python === undefined, NO_PYTHON);
    workspace.write('send.py', asyncProgram('http_client = AsyncTwilioHttpClient()'));
    // It is not run: without the line, its request goes to the internet.
    const { stderr } = await exec([process.execPath, '-e', '0']);
    expect(stderr).toContain('send.py:6: AsyncTwilioHttpClient ignores HTTPS_PROXY');
    const [, fix = ''] = /Try: (http_client = .*)/.exec(stderr) ?? [];
    workspace.write('send.py', asyncProgram(fix));
    const fixed = await exec([python ?? '', '-W', 'default::ResourceWarning', 'send.py']);
    expect(fixed).toMatchObject({
      code: 0,
      stdout: 'queued\n',
      stderr: expect.not.stringMatching(/PROXY|nclosed/),
    });
    const phones = await workspace.run(['sandbox', 'phones', '--json']);
    expect(phones.stdout).toContain('from aiohttp');
  });

  it('reaches the sandbox with curl', async ({ skip }) => {
    skip(!hasCurl, 'there is no curl');
    const url = 'https://api.twilio.com/2010-04-01/Accounts.json';
    const command = `curl --silent --user "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" ${url}`;
    const { stdout } = await exec(['sh', '-c', command]);
    expect(JSON.parse(stdout)).toMatchObject({ accounts: [{ friendly_name: 'Sandbox' }] });
  });

  it('gets the values of the sandbox in place of live ones in .env, which stays unchanged', async () => {
    const live = [
      `TWILIO_ACCOUNT_SID=AC${'1'.repeat(32)}`,
      `TWILIO_AUTH_TOKEN=${'2'.repeat(32)}`,
      'TWILIO_MAIN_NUMBER=+12025550123',
      `TWILIO_SMS_APPLICATION_SID=AP${'3'.repeat(32)}`,
      `TWILIO_MESSAGING_SERVICE_SID=MG${'4'.repeat(32)}`,
      `TWILIO_TEST_ACCOUNT_SID=AC${'5'.repeat(32)}`,
      `TWILIO_TEST_AUTH_TOKEN=${'6'.repeat(32)}`,
      'SITE_ORIGIN=https://me.ngrok.app',
      'ALLOWED_HOSTS=me.ngrok.app',
      '',
    ].join('\n');
    workspace.write('.env', live);
    const seen = await see({
      TWILIO_TEST_ACCOUNT_SID: `AC${'7'.repeat(32)}`,
      NO_PROXY: 'twilio.com,example.com',
    });
    expect(seen).toMatchObject({
      TWILIO_ACCOUNT_SID: expect.stringMatching(/^AC5a4db0c5/),
      TWILIO_MAIN_NUMBER: '+12025550100',
      TWILIO_MESSAGING_SERVICE_SID: '',
      TWILIO_TEST_ACCOUNT_SID: '',
      TWILIO_TEST_AUTH_TOKEN: '',
      SITE_ORIGIN: 'http://127.0.0.1:8000',
      ALLOWED_HOSTS: 'me.ngrok.app,127.0.0.1,localhost',
      NO_PROXY: 'example.com,localhost,127.0.0.1,::1',
      RELAY_PHONE_STATE_DIR: workspace.file('.relay-phone'),
    });
    expect(Object.values(seen).join()).not.toContain('2'.repeat(32));
    expect(workspace.read('.env')).toBe(live);
  });

  it('gets the settings that init wrote, and the requested public base', async () => {
    await workspace.run(['init', '--sandbox', '--yes', '--public-url', 'http://127.0.0.1:9000']);
    const service = `MG${'4'.repeat(32)}`;
    workspace.write('.env', `${workspace.read('.env')}TWILIO_MESSAGING_SERVICE_SID=${service}\n`);
    const [, app] = /TWILIO_SMS_APPLICATION_SID=(AP\w+)/.exec(workspace.read('.env')) ?? [];
    expect(await see()).toMatchObject({
      TWILIO_SMS_APPLICATION_SID: app,
      SITE_ORIGIN: 'http://127.0.0.1:9000',
      TWILIO_MESSAGING_SERVICE_SID: service,
    });
  });

  it('does not get the API key, region and edge of a live account', async () => {
    workspace.write('.env', 'TWILIO_REGION=au1\n');
    const live = {
      TWILIO_API_KEY: 'SK1',
      TWILIO_API_SECRET: 'secret',
      TWILIO_REGION: 'ie1',
      TWILIO_EDGE: 'dublin',
    };
    const seen = await see(live);
    // Empty, because a program that reads .env keeps what the environment has.
    expect(seen).toMatchObject({ TWILIO_REGION: '' });
    for (const name of ['TWILIO_API_KEY', 'TWILIO_API_SECRET', 'TWILIO_EDGE'])
      expect(seen).not.toHaveProperty(name);
    const { stderr } = await workspace.run(['exec', '--verbose', '--', process.execPath, '-e', '0'], {
      environment: live,
    });
    expect(stderr).toContain('TWILIO_API_KEY, TWILIO_API_SECRET, TWILIO_REGION, TWILIO_EDGE');
    expect(stderr).not.toContain('secret');
    workspace.write('send.cjs', NODE_PROGRAM);
    expect(await exec([process.execPath, 'send.cjs'], live)).toMatchObject({ code: 0, stdout: 'queued\n' });
  });

  it('keeps a key of this sandbox, with which it works', async () => {
    workspace.write('.env', '');
    const make = `
      const { env } = process;
      require(${JSON.stringify(SDK)})(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN)
        .newKeys.create({}).then(({ sid, secret }) => console.log(JSON.stringify([sid, secret])));`;
    const { stdout } = await exec([process.execPath, '-e', make]);
    const [sid, secret] = JSON.parse(stdout) as [string, string];
    const seen = await see({ TWILIO_API_KEY: sid, TWILIO_API_SECRET: secret });
    expect(seen).toMatchObject({ TWILIO_API_KEY: sid, TWILIO_API_SECRET: secret });
  });

  it('gets its allowed hosts under the key that an older Relay reads', async () => {
    const settings = 'HOSTS = config("DJANGO_ALLOWED_HOST", "")';
    writeCheckout(workspace.path, { 'privaterelay/settings.py': settings });
    const seen = await see();
    expect(seen.DJANGO_ALLOWED_HOST).toBe('127.0.0.1,localhost');
    expect(seen).not.toHaveProperty('ALLOWED_HOSTS');
  });
});

describe('exec', () => {
  it.each([0, 7, 255])('exits with the exit code of the program: %i', async (code) => {
    expect((await exec([process.execPath, '-e', `process.exit(${code})`])).code).toBe(code);
  });

  it('exits as a shell does for a program that a signal ended', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    expect((await exec(['sh', '-c', 'kill -KILL $$'])).code).toBe(128 + 9);
  });

  it.for(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)(
    'passes %s on to the program and waits for its end',
    async (signal, { skip }) => {
      skip(isWindows, NO_POSIX);
      const program = `process.on('${signal}', () => { console.log('${signal}'); process.exit(3); });
        console.log('ready'); setInterval(() => undefined, 1000)`;
      const args = ['exec', '--', process.execPath, '-e', program];
      const child = workspace.start(args, { detached: true });
      let output = '';
      child.stdout?.on('data', (chunk) => {
        if (output === '') child.kill(signal);
        output += chunk;
      });
      const [code] = (await once(child, 'close')) as [number];
      expect({ code, output }).toEqual({ code: 3, output: `ready\n${signal}\n` });
    },
  );

  it('leaves the terminal to the program, which receives Ctrl-C once', async ({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    const program = `let count = 0;
      process.on('SIGINT', () => { count += 1; setTimeout(() => process.exit(count), 500); });
      console.log('on a terminal: ' + process.stdin.isTTY); setInterval(() => undefined, 1000)`;
    const args = ['exec', '--', process.execPath, '-e', program];
    const terminal = startOnTerminal(args, { cwd: workspace.path });
    await terminal.answer('on a terminal: true', KEY.ctrlC);
    expect(await terminal.ended).toBe(1);
    expect(terminal.shown()).not.toContain('Interrupted');
  });

  it('reports a program that does not exist', async () => {
    const { code, stderr } = await exec(['no-such-program']);
    expect(code).toBe(2);
    expect(stderr).toContain('Failed to start no-such-program: the program does not exist');
    expect((await workspace.run(['exec'])).code).toBe(2);
    expect((await workspace.run(['exec', '--print-env', '--', 'true'])).code).toBe(2);
  });

  it('refuses at once to use a running sandbox with another clock', async () => {
    await startSandbox(workspace, '--port', '0');
    const run = ['exec', '--clock', 'manual', '--', process.execPath, '-e', '0'];
    const { code, stderr } = await workspace.run(run);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('the clock is real') });
  });

  it('prints one document under --json, and the output of the program to stderr', async () => {
    const run = ['exec', '--json', '--', process.execPath, '-e', 'console.log("hello"); process.exit(5)'];
    const { code, stdout, stderr } = await workspace.run(run);
    expect(code).toBe(5);
    expect(execReportSchema.parse(JSON.parse(stdout))).toMatchObject({ exitCode: 5, environment: null });
    expect(stderr).toContain('hello');
  });
});

describe('exec --print-env', () => {
  it('requires a running sandbox', async () => {
    const { code, stdout, stderr } = await workspace.run(['exec', '--print-env']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('relay-phone sandbox in another terminal');
  });

  it('prints variables for a shell that stay valid after the sandbox restarts', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    workspace.write('send.cjs', NODE_PROGRAM);
    const port = String(await findPort());
    const sandbox = await startSandbox(workspace, '--port', port);
    const { stdout } = await workspace.run(['exec', '--print-env']);
    workspace.write('environment', stdout);
    const send = () =>
      spawnSync('sh', ['-c', '. ./environment; "$0" send.cjs', process.execPath], {
        cwd: workspace.path,
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
      });
    expect(send().stdout).toBe('queued\n');
    await sandbox.end('SIGTERM');
    expect(send().status).toBe(1);
    await startSandbox(workspace, '--port', port);
    expect(send().stdout).toBe('queued\n');
  });

  it('prints JSON, PowerShell and Compose formats', async () => {
    await startSandbox(workspace, '--port', '0');
    const json = await workspace.run(['exec', '--print-env', '--json']);
    const { environment } = execReportSchema.parse(JSON.parse(json.stdout));
    const { TWILIO_MAIN_NUMBER: number } = environment ?? {};
    expect(existsSync(environment?.SSL_CERT_FILE ?? '')).toBe(true);
    const powershell = await workspace.run(['exec', '--print-env', 'powershell']);
    expect(powershell.stdout).toContain(`$env:TWILIO_MAIN_NUMBER = '${number}'\n`);
    const compose = await workspace.run(['exec', '--print-env', 'compose']);
    expect(compose.stdout).toContain(`\nTWILIO_MAIN_NUMBER=${number}\n`);
  });

  it('removes a variable of a live account, instead of setting it to nothing', async () => {
    await startSandbox(workspace, '--port', '0');
    workspace.write('.env', 'TWILIO_EDGE=dublin\n');
    const environment = { TWILIO_REGION: 'ie1' };
    const print = async (...form: string[]) =>
      (await workspace.run(['exec', '--print-env', ...form], { environment })).stdout;
    // A program would take the edge from .env if the environment lacked it.
    expect(execReportSchema.parse(JSON.parse(await print('--json')))).toMatchObject({
      environment: { TWILIO_REGION: null, TWILIO_EDGE: '' },
    });
    expect(await print()).toMatch(/^unset TWILIO_REGION$/m);
    expect(await print('powershell')).toMatch(/^\$env:TWILIO_REGION = \$null$/m);
    expect(await print('compose')).not.toContain('TWILIO_REGION');
  });
});

it('exec does not print its secrets', async () => {
  const { stdout, stderr } = await workspace.run([
    'exec',
    '--verbose',
    '--json',
    '--',
    process.execPath,
    '-e',
    '0',
  ]);
  const token = readFileSync(join(workspace.path, '.relay-phone/proxy-token'), 'utf8').trim();
  for (const secret of [token, 'PRIVATE KEY']) expect(stdout + stderr).not.toContain(secret);
});

describe('an origin at which nothing answers', () => {
  it('is named once, on stderr, with the line that fixes it, while the program runs', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    const port = await findPort();
    const listen = `require('http').createServer().listen(${port}, '127.0.0.1')`;
    const environment = { SITE_ORIGIN: `http://127.0.0.1:${await findPort()}` };
    const child = workspace.start(['exec', '--', process.execPath, '-e', listen], { environment });
    let said = '';
    child.stderr?.on('data', (part) => {
      said += part;
    });
    const warning = /! nothing answers at http:\/\/127\.0\.0\.1:\d+ 10 s after [^\n]*\n[^\n]*\n/;
    await expect.poll(() => said, { timeout: DEADLINE }).toMatch(warning);
    expect(said).toContain(`; it listens at port ${port}.`);
    expect(said).toContain(`--public-url http://127.0.0.1:${port} -- ${process.execPath} -e `);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
    expect(said.match(/nothing answers/g)).toHaveLength(1);
  });
});
