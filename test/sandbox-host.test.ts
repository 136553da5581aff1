// `relay-phone sandbox --host`: its options and variables, its tokens, what it says, and who still finds it.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { sandboxCommand } from '../src/cli/commands/sandbox/command.js';
import { sandboxReportSchema } from '../src/reports.js';
import { findOwnAddress, NO_OWN_ADDRESS } from './support/own-address.js';
import { startServer } from './support/sandbox-child.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const HOST = 'RELAY_PHONE_SANDBOX_HOST';
/** The document of `--json`, on one line or several. */
const DOCUMENT = /\{\s*"command": ?"sandbox"[^}]*\}/;
const READY = /The sandbox is at (http:\/\/[\d.]+:\d+), account (AC[0-9a-f]{32})\./;

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

const randomToken = () => randomBytes(16).toString('hex');

/** Starts the sandbox on a free port. */
async function start(environment: Readonly<Record<string, string>>, ...flags: string[]) {
  const args = ['sandbox', '--port', '0', ...flags];
  const { child, address } = await startServer(workspace, args, READY, environment);
  const [, origin = '', accountSid = ''] = address;
  return { ...child, origin, accountSid };
}

/** Asks the control API for the account. */
async function fetchAccount(origin: string, token: string) {
  const answer = await fetch(`${origin}/_sandbox/account`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, account: (await answer.json()) as unknown };
}

describe('sandbox --host', () => {
  it('takes account and tokens from files and variables, and prints none of them', async () => {
    const [sid, authToken, controlToken] = [`AC${randomToken()}`, randomToken(), randomToken()];
    workspace.write('auth-token', `${authToken}\n`);
    const sandbox = await start(
      {
        RELAY_PHONE_SANDBOX_HOST: '0.0.0.0',
        RELAY_PHONE_SANDBOX_ACCOUNT_SID: sid,
        RELAY_PHONE_SANDBOX_AUTH_TOKEN_FILE: 'auth-token',
        RELAY_PHONE_SANDBOX_CONTROL_TOKEN: controlToken,
        RELAY_PHONE_DEBUG: '1',
      },
      '--verbose',
    );
    expect(sandbox.accountSid).toBe(sid);
    expect(await fetchAccount(sandbox.origin, controlToken)).toMatchObject({
      status: 200,
      account: { accountSid: sid, authToken },
    });
    for (const token of [authToken, controlToken]) expect(sandbox.output()).not.toContain(token);
  });

  it('says who reaches it, whom it reaches, and that webhooks go nowhere without --allow-host', async () => {
    const silent = await start({}, '--host', '0.0.0.0');
    expect(silent.output()).toMatch(
      /it listens on every address of this machine \(0\.0\.0\.0\).*: any machine that reaches it can use it with one of its tokens/,
    );
    const address = findOwnAddress();
    if (address !== undefined) expect(silent.output()).toContain(`now ${address} (`);
    expect(silent.output()).toContain('webhooks and media go nowhere');
    await silent.end('SIGTERM');
    const sandbox = await start({}, '--host', '::', '--allow-host', 'APP', '--allow-host', '[2001:DB8::1]');
    expect(sandbox.output()).toContain('Webhooks and media go only to app, 2001:db8::1.');
    expect(sandbox.output()).toMatch(/The app reaches the sandbox at http:\/\/\S+:\d+\./);
    // Its database has been used before.
    expect(sandbox.output()).toContain('the kept account has a new random auth token and no API keys');
  });

  it('prints one document with --json when it is ready', async () => {
    const args = ['sandbox', '--port', '0', '--host', '0.0.0.0', '--json', '--no-page'];
    const { child, address } = await startServer(workspace, args, DOCUMENT);
    const { origin } = sandboxReportSchema.parse(JSON.parse(address[0]));
    expect((await fetch(`${origin}/_sandbox/health`)).status).toBe(200);
    expect(child.output().split('"command"')).toHaveLength(2);
  });

  it('says in its document how the app reaches it, and who follows it learns that too', async () => {
    const publicOrigin = 'http://twilio:4020';
    const flags = ['--host', '0.0.0.0', '--public-origin', publicOrigin, '--no-page', '--json'];
    const sandbox = await startServer(workspace, ['sandbox', '--port', '0', ...flags], DOCUMENT);
    const report = sandboxReportSchema.parse(JSON.parse(sandbox.address[0]));
    expect(report).toMatchObject({ publicOrigin, origin: `http://127.0.0.1:${report.port}` });
    const follower = await startServer(workspace, ['sandbox', '--follow', '--json'], DOCUMENT);
    expect(sandboxReportSchema.parse(JSON.parse(follower.address[0]))).toEqual(report);
  });

  it('warns if the given auth token replaces the kept one, and not if it is given again', async () => {
    const [kept, other] = [randomToken(), randomToken()];
    const warning = 'the given auth token replaces the one that the account had';
    const startWith = (token: string) =>
      start({ RELAY_PHONE_SANDBOX_AUTH_TOKEN: token }, '--host', '0.0.0.0', '--no-page');
    for (const [token, warns] of [
      [kept, false],
      [kept, false],
      [other, true],
    ] as const) {
      const sandbox = await startWith(token);
      expect(sandbox.output().includes(warning)).toBe(warns);
      expect(sandbox.output()).not.toContain('random auth token');
      await sandbox.end('SIGTERM');
    }
  });

  it('does not take another port than the one that others were told', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, '0.0.0.0', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const args = ['sandbox', '--no-page', '--port', String(port)];
    const { code, stderr } = await workspace.run([...args, '--host', '0.0.0.0']);
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^Failed to listen on 0\.0\.0\.0:\d+: .* uses this port/),
    ]);
  });

  it.each([
    ['another machine', '198.51.100.7'],
    ['nobody', 'nobody.invalid'],
  ])('does not start at an address of %s, and says why', async (_whose, host) => {
    const { code, stderr } = await workspace.run(['sandbox', '--port', '0', '--host', host]);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining(`Failed to listen on ${host}:0: ${host} is not an address of this machine (E`),
    ]);
    expect(stderr).toContain('--host 0.0.0.0, for every address of this machine');
  });

  it('is joined by the commands of its folder at whatever address it listens', async ({ skip }) => {
    const address = findOwnAddress();
    skip(address === undefined, NO_OWN_ADDRESS);
    const sandbox = await start({}, '--host', address ?? '');
    expect(sandbox.origin).toContain(`http://${address}:`);
    const { code, stdout } = await workspace.run(['sandbox', 'phones', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { phones: [] }]);
  });

  it('keeps the page on loopback, unless --page-host says otherwise', async () => {
    const pageOf = (output: string) => /Page: (\S+)/.exec(output)?.[1] ?? '';
    const local = await start({}, '--host', '0.0.0.0');
    await expect.poll(() => pageOf(local.output())).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(local.output()).not.toContain('the page listens on');
    const token = workspace.read('.relay-phone/page-token');
    await local.end('SIGTERM');
    const open = await start({ RELAY_PHONE_SANDBOX_PAGE_HOST: '0.0.0.0' }, '--host', '0.0.0.0');
    expect(open.output()).toContain('the page listens on every address of this machine (0.0.0.0)');
    await expect.poll(() => pageOf(open.output())).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(workspace.read('.relay-phone/page-token')).not.toBe(token);
    const page = new URL(pageOf(open.output()));
    const other = findOwnAddress() ?? '127.0.0.2';
    const answer = await fetch(`http://${other}:${page.port}/`);
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { error: `the Host is not 127.0.0.1:${page.port}` },
    ]);
  });

  it.each([
    [
      'weak',
      { RELAY_PHONE_SANDBOX_AUTH_TOKEN: '0123456789abcdef0123456789abcdef' },
      /auth token repeats itself/,
    ],
    ['short', { RELAY_PHONE_SANDBOX_CONTROL_TOKEN: 'test' }, /control token is too short/],
    ['of words', { RELAY_PHONE_SANDBOX_CONTROL_TOKEN: 'my-secret-password-for-tests' }, /made of words/],
    [
      'of another form',
      { RELAY_PHONE_SANDBOX_AUTH_TOKEN: `Z${randomToken()}` },
      /auth token of its account must be 32 hex digits/,
    ],
    ['in a file that is not there', { RELAY_PHONE_SANDBOX_AUTH_TOKEN_FILE: 'nowhere' }, /ENOENT/],
  ])('refuses a token that is %s, without quoting it', async (_what, environment, reason) => {
    const { code, stdout, stderr } = await workspace.run(['sandbox', '--host', '0.0.0.0'], { environment });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(reason);
    for (const value of Object.values(environment))
      if (value.length > 10) expect(stderr).not.toContain(value);
  });
});

describe('the variables of sandbox', () => {
  it('count less than a flag and more than .env', async () => {
    workspace.write('.env', 'RELAY_PHONE_SANDBOX_CLOCK=sometimes\n');
    const { code, stderr } = await workspace.run(['sandbox']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('RELAY_PHONE_SANDBOX_CLOCK takes real or manual'),
    ]);
    const sandbox = await start({ RELAY_PHONE_SANDBOX_CLOCK: 'manual', RELAY_PHONE_SANDBOX_NO_PAGE: '1' });
    const { controlToken } = JSON.parse(workspace.read('.relay-phone/sandbox.json')) as {
      controlToken: string;
    };
    const clock = async () => {
      const headers = { authorization: `Bearer ${controlToken}` };
      return (await (await fetch(`${sandbox.origin}/_sandbox/clock`, { headers })).json()) as unknown;
    };
    expect(await clock()).toMatchObject({ mode: 'manual' });
    await sandbox.end('SIGTERM');
    const flagged = await start({ RELAY_PHONE_SANDBOX_CLOCK: 'nonsense' }, '--clock', 'real', '--no-page');
    expect(flagged.isRunning()).toBe(true);
  });

  it('that open the sandbox to others are ignored in .env, with a warning', async () => {
    workspace.write('.env', `${HOST}=0.0.0.0\nRELAY_PHONE_SANDBOX_ALLOW_HOST=evil.example\n`);
    const sandbox = await start({});
    for (const name of [HOST, 'RELAY_PHONE_SANDBOX_ALLOW_HOST'])
      expect(sandbox.output()).toContain(
        `ignored: ${name} in the env file, which may come with a repository`,
      );
    expect(sandbox.output()).not.toContain('every address');
  });

  it('with a token count only with --host', async () => {
    const sandbox = await start({ RELAY_PHONE_SANDBOX_AUTH_TOKEN: randomToken() });
    expect(sandbox.output()).toContain('ignored: the auth token, which counts only with --host');
  });

  it.each([
    ['RELAY_PHONE_SANDBOX_PORT', '70000'],
    ['RELAY_PHONE_SANDBOX_STRICT', 'maybe'],
    ['RELAY_PHONE_SANDBOX_HOST', 'http://0.0.0.0'],
    ['RELAY_PHONE_SANDBOX_ALLOW_HOST', 'app,http://other'],
    ['RELAY_PHONE_SANDBOX_ALLOW_HOST', 'app:8000'],
    ['RELAY_PHONE_SANDBOX_ALLOW_HOST', '*'],
    ['RELAY_PHONE_SANDBOX_ALLOW_HOST', 'a\u001b[31mb'],
    ['RELAY_PHONE_SANDBOX_PUBLIC_ORIGIN', 'http://twilio/path'],
    ['RELAY_PHONE_SANDBOX_PUBLIC_ORIGIN', '4020'],
    ['RELAY_PHONE_SANDBOX_ACCOUNT_SID', 'AC1'],
    ['RELAY_PHONE_SANDBOX_PAGE_HOST', '10.0.0.1'],
  ])('are checked: %s=%j', async (name, value) => {
    const { code, stderr } = await workspace.run(['sandbox'], { environment: { [name]: value } });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(`^Failed to understand the command: ${name} takes `),
    ]);
    expect(stderr).not.toContain('\u001b[31m');
  });

  it('exist for every option of the sandbox, and docs/containers.md lists each', () => {
    const docs = readFileSync(new URL('../docs/containers.md', import.meta.url), 'utf8');
    const common = ['envFile', 'stateDir', 'adopt', 'json', 'verbose'];
    const options = Object.entries(sandboxCommand.options).filter(([key]) => !common.includes(key));
    for (const [, { form }] of options) {
      const [option = ''] = /--[a-z-]+/.exec(form) ?? [];
      const variable = `RELAY_PHONE_SANDBOX_${option.slice(2).replaceAll('-', '_').toUpperCase()}`;
      expect(docs).toContain(`| \`${option}\` | \`${variable}\` `);
    }
  });
});
