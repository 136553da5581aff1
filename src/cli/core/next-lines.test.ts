// The lines that a user copies into a shell to go on.
import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestContext } from '../../../test/support/in-process.js';
import { writeCheckout } from '../../../test/support/relay-checkout.js';
import { isWindows, NO_POSIX, skipOnWindows } from '../../../test/support/skips.js';
import { createWorkspace, type Workspace } from '../../../test/support/workspace.js';
import { type ContextFlags, openCommandContext } from './command-context.js';
import { createLines, type LineOptions } from './next-lines.js';
import { listStepsAfterInit, listStepsAfterSendTest } from './next-steps.js';

beforeEach(skipOnWindows);

const SANDBOX = 'TWILIO_ACCOUNT_SID=AC5a4db0c5000000000000000000000000\n';
const LIVE = `TWILIO_ACCOUNT_SID=AC${'1'.repeat(32)}\n`;

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace('relay phone ');
  workspace.write('.env', `${SANDBOX}SITE_ORIGIN=http://127.0.0.1:8137\n`);
});
afterEach(() => workspace.remove());

async function open(
  {
    flags = {},
    cwd = workspace.path,
    environment = {},
  }: { flags?: ContextFlags; cwd?: string; environment?: Record<string, string> } = {},
  options: LineOptions = {},
) {
  const context = await openCommandContext(createTestContext({ cwd, environment }), flags);
  return createLines(context, options);
}

function writeRelay(folder = workspace.path): void {
  writeCheckout(folder);
  mkdirSync(join(folder, '.venv', 'bin'), { recursive: true });
  writeFileSync(join(folder, '.venv', 'bin', 'python'), '');
}

describe('the lines that start the app', () => {
  it('have the Python of a Relay checkout and the port of SITE_ORIGIN', async () => {
    writeRelay();
    const { exec, start, starts, origin } = await open();
    expect(origin).toBe('http://127.0.0.1:8137');
    expect(exec).toBe('relay-phone exec -- .venv/bin/python manage.py runserver 8137');
    expect([start, ...starts]).toEqual([exec, exec]);
  });

  it('go to the folder of the checkout first, and keep the files that were named', async () => {
    writeRelay();
    workspace.write('sandbox.env', SANDBOX);
    const elsewhere = workspace.file('else');
    mkdirSync(elsewhere);
    const flags = { checkout: '..', envFile: '../sandbox.env', stateDir: '../state' };
    const { exec, relayPhone } = await open({ cwd: elsewhere, flags });
    const [folder, named] = [
      workspace.path,
      `-e '${workspace.file('sandbox.env')}' --state-dir '${workspace.file('state')}'`,
    ];
    expect(exec).toBe(
      `cd '${folder}' && relay-phone exec ${named} -- .venv/bin/python manage.py runserver 8000`,
    );
    expect(relayPhone('send-test', '--mask')).toBe(`cd '${folder}' && relay-phone send-test --mask ${named}`);
  });

  it('are read by a shell as they were meant', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    writeRelay();
    const elsewhere = workspace.file('else');
    mkdirSync(elsewhere);
    const { exec } = await open({ cwd: elsewhere, flags: { checkout: '..', stateDir: "it's $HOME" } });
    const shown = `show() { pwd -P; printf '%s\\n' "$@"; }\n${exec.replace('relay-phone', 'show')}`;
    const { stdout } = spawnSync('sh', ['-c', shown], { cwd: elsewhere, encoding: 'utf8' });
    const [place, ...words] = stdout.trimEnd().split('\n');
    expect(place).toBe(realpathSync(workspace.path));
    expect(words).toEqual([
      'exec',
      '--state-dir',
      join(elsewhere, "it's $HOME"),
      '--',
      '.venv/bin/python',
      'manage.py',
      'runserver',
      '8137',
    ]);
  });

  it('begin with the package manager that runs relay-phone', async () => {
    for (const [agent, program] of [
      ['npm/11.19.1 node/v20.20.2 linux x64 workspaces/false', 'npx relay-phone'],
      ['pnpm/12.21.0 npm/? node/? linux x64', 'pnpm exec relay-phone'],
      ['yarn/4.18.1 npm/? node/v20.20.2 linux x64', 'yarn relay-phone'],
      ['bun/1.4.5 npm/? node/v26.3.0 linux x64', 'bunx relay-phone'],
    ] as const) {
      const environment = { npm_config_user_agent: agent, npm_lifecycle_event: 'npx' };
      expect((await open({ environment })).exec).toBe(`${program} exec -- YOUR COMMAND`);
    }
  });

  it('are those of the app itself with a Twilio account, and of a tunnel that starts it', async () => {
    workspace.write('.env', `${LIVE}SITE_ORIGIN=https://relay.example.com\n`);
    workspace.write('app.py', 'import flask\n');
    const { start, starts, tunnel } = await open();
    expect(start).toBe('python3 -m flask run --port 8000');
    expect(starts).toEqual([start, 'relay-phone serve']);
    expect(tunnel).toBe(`relay-phone tunnel -- ${start}`);
    workspace.write('package.json', '{"scripts":{"start":"node app.js"}}');
    workspace.write('app.js', 'app.listen(3000)');
    workspace.removeFiles(['app.py']);
    expect((await open()).tunnel).toBe('relay-phone tunnel --to http://127.0.0.1:3000 -- npm start');
  });

  it('name the sandbox where .env has a Twilio account', async () => {
    workspace.write('.env', LIVE);
    const { relayPhone } = await open({}, { target: 'sandbox' });
    expect([relayPhone('send-test', '--mask'), relayPhone('text', 'Hello')]).toEqual([
      'relay-phone send-test --mask --sandbox',
      'relay-phone text Hello',
    ]);
  });
});

describe('the steps', () => {
  const done = {
    target: 'sandbox',
    mainNumber: { phoneNumber: '+12025550100', sid: 'PN1' },
    isRewritten: false,
    isPrepared: true,
  } as const;
  const linesOf = (steps: readonly { readonly line: string }[]) => steps.map(({ line }) => line);

  it('after init in a Relay checkout lead to a mask', async () => {
    writeRelay();
    const lines = await open();
    const exec = 'relay-phone exec -- .venv/bin/python manage.py runserver 8137';
    const rest = ['relay-phone status', 'relay-phone undo'];
    const all = [exec, 'relay-phone send-test --mask', ...rest];
    expect(linesOf(listStepsAfterInit(lines, done))).toEqual(all);
    expect(linesOf(listStepsAfterInit(lines, { ...done, isPrepared: false }))).toEqual([
      'relay-phone checkout prepare',
      ...all,
    ]);
  });

  it('after init with an app of its own point the number at its path for texts', async () => {
    workspace.write('app.py', 'import flask\n@app.post("/reply-to-sms")\n');
    const [exec, point, text] = linesOf(listStepsAfterInit(await open(), done));
    expect(exec).toBe('relay-phone exec -- python3 -m flask run --port 8137');
    expect(point).toMatch(
      /^relay-phone exec -- sh -c 'curl .*\/PN1\.json -d SmsUrl=http:\/\/127\.0\.0\.1:8137\/reply-to-sms'$/,
    );
    expect(text).toBe('relay-phone text --from +12025550190 --to +12025550100 Hello');
  });

  it('after init without an app begin with our small Relay', async () => {
    const [serve, exec, text] = linesOf(listStepsAfterInit(await open(), done));
    expect([serve, exec, text]).toEqual([
      'relay-phone serve --yes --real-number +12025550190',
      'relay-phone exec -- YOUR COMMAND',
      'relay-phone text --from +12025550191 --to +12025550100 Hello',
    ]);
  });

  it('after send-test text the mask from a phone that is not its owner', async () => {
    const lines = await open();
    const text = (number: string) =>
      linesOf(listStepsAfterSendTest(lines, { target: 'sandbox', number, mask: '+12025550101' }));
    expect(text('+12025550190')).toEqual(['relay-phone text --from +12025550191 --to +12025550101 Hello']);
    expect(text('+12025550191')).toEqual(['relay-phone text --from +12025550190 --to +12025550101 Hello']);
  });
});
