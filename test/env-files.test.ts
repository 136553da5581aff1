// `.env` as it is in containers and with password managers: pipes, links, modes, references and ciphertext.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandbox } from '../src/sandbox/create.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { countResources } from './support/resource-counts.js';
import { skipOnWindows } from './support/skips.js';
import { createTwilioEdge, type TwilioEdge } from './support/twilio-edge.js';
import { createWorkspace, type Ended, type RunOptions, type Workspace } from './support/workspace.js';

beforeEach(skipOnWindows);

const INIT = ['init', '--sandbox', '--yes'];
const USERS_LINES = '# mine\nFOO="bar baz"\n';

let workspace: Workspace;
let path: string;
beforeEach(() => {
  workspace = createWorkspace();
  path = workspace.file('.env');
});
afterEach(() => workspace.remove());

const modeOf = (file: string) => fs.statSync(file).mode & 0o777;

/** Replaces a file by a named pipe, and returns what was in it. */
function turnIntoPipe(file: string): string {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  fs.rmSync(file, { force: true });
  execFileSync('mkfifo', [file]);
  return text;
}

/** Runs a command, and writes to the pipe `.env` as soon as the command reads it. */
async function runWithPipe(args: readonly string[], text: string, options?: RunOptions): Promise<Ended> {
  const running = workspace.run(args, options);
  await writeFile(path, text);
  return running;
}

describe('a .env that is a named pipe', () => {
  it.each([
    ['status'],
    INIT,
    ['sandbox', 'phones'],
    ['requests'],
    ['text', '--from', '+13015550195', '--to', '+12025550100', 'Hello'],
    ['undo', '--yes', '--dry-run'],
    ['doctor'],
  ])('is read by %s, and stays a pipe', async (...args) => {
    await workspace.run(INIT);
    const text = turnIntoPipe(path);
    const { stdout, stderr } = await runWithPipe(args, text);
    expect(stdout + stderr).not.toContain('Failed to');
    expect(stdout + stderr).not.toContain('env-unreadable');
    expect(fs.lstatSync(path).isFIFO()).toBe(true);
  });

  it('is refused by init, before anything is bought, if it lacks a setting', async () => {
    turnIntoPipe(path);
    const { code, stderr } = await runWithPipe(INIT, 'PHONES_ENABLED=True\n');
    expect(code).toBe(3);
    expect(stderr).toContain('it is a named pipe, into which another program writes');
    expect(stderr).toContain('TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_MAIN_NUMBER');
    expect(stderr).toContain('set the values in the program that writes it');
    expect(fs.lstatSync(path).isFIFO()).toBe(true);
    fs.rmSync(path);
    expect((await workspace.run(['undo', '--sandbox', '--yes'])).stdout).toContain('nothing to undo');
  });

  it('is named by undo, which leaves it and takes the rest back', async () => {
    await workspace.run(INIT);
    const text = turnIntoPipe(path);
    const { code, stdout } = await runWithPipe(['undo', '--yes'], text);
    expect(code).toBe(0);
    expect(stdout).toContain(`${path} stays: it is a named pipe, into which another program writes`);
    expect(stdout).toContain('deleted the TwiML app');
  });

  it('gives a token to --auth-token-file, too', async () => {
    const pipe = workspace.file('token');
    execFileSync('mkfifo', [pipe]);
    const args = ['status', '--live', '--account-sid', `AC${'0'.repeat(32)}`, '--auth-token-file', 'token'];
    const running = workspace.run(args);
    await writeFile(pipe, 'op://Dev/Twilio/token\n');
    expect((await running).stderr).toContain('--auth-token-file is a reference to 1Password (op://…)');
  });
});

describe('/dev/null as .env', () => {
  it('is an empty file, which init refuses to write', async () => {
    fs.symlinkSync('/dev/null', path);
    expect((await workspace.run(['status'])).code).toBe(0);
    const { code, stderr } = await workspace.run(INIT);
    expect([code, stderr]).toEqual([3, expect.stringContaining('it is the null device')]);
    expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(fs.readlinkSync(path)).toBe('/dev/null');
  });

  it('given with -e leaves the state folder in the working directory', async () => {
    await workspace.run(INIT);
    const { code, stdout } = await workspace.run(['status', '-e', '/dev/null', '--sandbox']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('account      Sandbox')]);
    expect(fs.existsSync('/dev/.relay-phone')).toBe(false);
  });
});

describe('an existing .env', () => {
  it.each([0o640, 0o644, 0o664, 0o400])('keeps the mode %o through init and undo', async (mode) => {
    workspace.write('.env', USERS_LINES);
    fs.chmodSync(path, mode);
    expect((await workspace.run(INIT)).code).toBe(0);
    expect(modeOf(path)).toBe(mode);
    expect((await workspace.run(['undo', '--yes'])).code).toBe(0);
    expect([modeOf(path), workspace.read('.env')]).toEqual([mode, USERS_LINES]);
  });

  it('that every user can read is warned of', async () => {
    workspace.write('.env', USERS_LINES);
    fs.chmodSync(path, 0o644);
    const { stdout } = await workspace.run(INIT);
    expect(stdout).toContain(`Every user of this machine can access ${path}`);
    fs.chmodSync(path, 0o640);
    expect((await workspace.run(INIT)).stdout).not.toContain('Every user');
  });

  it('that is empty stays after undo', async () => {
    workspace.write('.env', '');
    await workspace.run(INIT);
    expect((await workspace.run(['undo', '--yes'])).code).toBe(0);
    expect(workspace.read('.env')).toBe('');
  });

  it('that is a link stays one, and its target is written and restored', async () => {
    workspace.write('shared.env', USERS_LINES);
    fs.chmodSync(workspace.file('shared.env'), 0o640);
    fs.symlinkSync('shared.env', path);
    await workspace.run(INIT);
    expect(fs.readlinkSync(path)).toBe('shared.env');
    expect(workspace.read('shared.env')).toContain('TWILIO_ACCOUNT_SID=');
    await workspace.run(['undo', '--yes']);
    expect(fs.readlinkSync(path)).toBe('shared.env');
    expect([modeOf(path), workspace.read('shared.env')]).toEqual([0o640, USERS_LINES]);
  });

  it('with a second name is written in place, and both names keep showing it', async () => {
    workspace.write('.env', USERS_LINES);
    fs.linkSync(path, workspace.file('second'));
    await workspace.run(INIT);
    expect(workspace.read('second')).toContain('TWILIO_ACCOUNT_SID=');
    await workspace.run(['undo', '--yes']);
    expect(workspace.read('second')).toBe(USERS_LINES);
    expect(fs.statSync(path).nlink).toBe(2);
  });

  it('that a killed run left half written is completed by the next one, and undo restores it', async () => {
    workspace.write('.env', USERS_LINES);
    await workspace.run(INIT);
    const after = workspace.read('.env');
    const record = {
      path: fs.realpathSync(path),
      before: Buffer.from(USERS_LINES).toString('base64'),
      after: Buffer.from(after).toString('base64'),
    };
    workspace.write('.env', after.slice(0, USERS_LINES.length + 20));
    workspace.write('.relay-phone/backups/written-in-place.json', JSON.stringify(record));
    const { code, stdout } = await workspace.run(['undo', '--sandbox', '--yes']);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Completed ${fs.realpathSync(path)}`)]);
    expect(workspace.read('.env')).toBe(USERS_LINES);
  });

  it('outside of the project is not written by a record of a half written file', async () => {
    const outside = createWorkspace();
    outside.write('notes.txt', 'ab');
    workspace.write('.env', USERS_LINES);
    await workspace.run(INIT);
    const file = fs.realpathSync(outside.file('notes.txt'));
    const record = { path: file, before: Buffer.from('xb').toString('base64'), after: 'YWNj' };
    workspace.write('.relay-phone/backups/written-in-place.json', JSON.stringify(record));
    await workspace.run(['undo', '--yes']);
    expect(outside.read('notes.txt')).toBe('ab');
    outside.remove();
  });
});

describe('references and ciphertext of secret managers', () => {
  const SID = `AC${'1a'.repeat(16)}`;
  const TOKEN = '0123456789abcdef0123456789abcdef';
  const LIVE = ['--public-url', 'https://relay.example.com', '--real-number', '+13015550195'];
  let sandbox: Sandbox;
  let edge: TwilioEdge;
  beforeEach(async () => {
    sandbox = await createSandbox({ account: { sid: SID, authToken: TOKEN } });
    edge = await createTwilioEdge(sandbox.origin);
  });
  afterEach(async () => {
    await edge.close();
    await sandbox.close();
  });

  it.each([
    ['TWILIO_AUTH_TOKEN=op://Dev/Twilio/token', 'is a reference to 1Password (op://…)', 'op run --env-file='],
    ['TWILIO_AUTH_TOKEN="encrypted:BDqDB"', 'is ciphertext of dotenvx (encrypted:…)', 'dotenvx run -f '],
    [
      'TWILIO_AUTH_TOKEN=ENC[AES256_GCM,data:x]',
      'is ciphertext of sops (ENC[AES256_GCM,…])',
      'sops exec-env ',
    ],
    [`TWILIO_AUTH_TOKEN=\${MY_TOKEN}`, 'is a reference to another variable', 'set TWILIO_AUTH_TOKEN to'],
  ])('are named with key, file and command: %s', async (line, name, advice) => {
    workspace.write('.env', `TWILIO_ACCOUNT_SID=${SID}\n${line}\n`);
    for (const command of ['status', 'init']) {
      const { code, stderr } = await workspace.run([command, '--live']);
      expect(code).toBe(3);
      expect(stderr).toContain(`TWILIO_AUTH_TOKEN in ${path} ${name}`);
      expect(stderr).toContain(advice);
      expect(stderr).not.toContain(line.split('=')[1]);
    }
  });

  it('are live, although only the secret manager knows the account', async () => {
    workspace.write(
      '.env',
      'TWILIO_ACCOUNT_SID=op://Dev/Twilio/sid\nTWILIO_AUTH_TOKEN=op://Dev/Twilio/token\n',
    );
    const { code, stdout, stderr } = await workspace.run(['status']);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`TWILIO_ACCOUNT_SID in ${path} is a reference to 1Password`);
    expect(stderr).toContain(`TWILIO_AUTH_TOKEN in ${path} is a reference to 1Password`);
  });

  it('are named in the environment, with the quotation marks that docker keeps', async () => {
    const environment = { TWILIO_ACCOUNT_SID: `"${SID}"`, TWILIO_AUTH_TOKEN: 'op://Dev/Twilio/token' };
    const { stderr } = await workspace.run(['status'], { environment });
    expect(stderr).toContain('TWILIO_ACCOUNT_SID in the environment is in quotation marks, which docker run');
    expect(stderr).toContain('TWILIO_AUTH_TOKEN in the environment is a reference to 1Password (op://…)');
    expect(stderr).toContain('op run -- relay-phone status');
    const target = await workspace.run(['status'], { environment: { RELAY_PHONE_TARGET: '"sandbox"' } });
    expect(target.stderr).toContain('RELAY_PHONE_TARGET in the environment is in quotation marks');
  });

  it('are named by what signs webhooks itself: replay, smoke and its test account', async () => {
    workspace.write('.env', 'TWILIO_AUTH_TOKEN=op://Dev/Twilio/token\n');
    const replay = await workspace.run(['replay', '1']);
    expect([replay.code, replay.stderr]).toEqual([3, expect.stringContaining('is a reference to 1Password')]);
    workspace.write('.env', `SITE_ORIGIN=https://\${HOST}\n`);
    const app = await workspace.run(['smoke', '--app', 'http://127.0.0.1:9']);
    expect([app.code, app.stderr]).toEqual([3, expect.stringContaining('SITE_ORIGIN in')]);
    const environment = {
      TWILIO_TEST_ACCOUNT_SID: 'op://Dev/Test/sid',
      TWILIO_TEST_AUTH_TOKEN: 'op://Dev/Test/token',
    };
    const account = await workspace.run(['smoke', '--test-account'], { environment });
    expect(account.stdout).toContain('TWILIO_TEST_ACCOUNT_SID: this is a reference to 1Password (op://…)');
    expect(account.stdout).toContain('op run -- relay-phone smoke --test-account');
  });

  it('stay in .env while init works with the secrets of the environment, as under op run', async () => {
    const references = 'TWILIO_AUTH_TOKEN=op://Dev/Twilio/token\nTWILIO_ACCOUNT_SID=op://Dev/Twilio/sid\n';
    workspace.write('.env', references);
    const environment = { ...edge.environment, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
    const { code, stdout, stderr } = await workspace.run(['init', ...LIVE, '--yes', '--buy'], {
      environment,
    });
    expect(code, stderr).toBe(0);
    expect(workspace.read('.env')).toContain(references);
    expect(workspace.read('.env')).toContain('TWILIO_MAIN_NUMBER=+1');
    expect(workspace.read('.env')).not.toContain(TOKEN);
    expect(stdout).toContain(`${path} keeps TWILIO_AUTH_TOKEN, TWILIO_ACCOUNT_SID as references`);
    expect(stdout).not.toContain('has another value in the environment');
    expect(await countResources(sandbox)).toEqual({ numbers: 1, apps: 1, texts: 1 });
  });

  it('are replaced by the values of the sandbox, and restored by undo', async () => {
    const references = 'TWILIO_AUTH_TOKEN=op://Dev/Twilio/token\nTWILIO_ACCOUNT_SID=op://Dev/Twilio/sid\n';
    workspace.write('.env', references);
    expect((await workspace.run(INIT)).code).toBe(0);
    expect(workspace.read('.env')).not.toContain('op://');
    await workspace.run(['undo', '--yes']);
    expect(workspace.read('.env')).toBe(references);
  });

  it('in a file that git-crypt has locked are not answered with an editor', async () => {
    fs.writeFileSync(path, Buffer.from('\0GITCRYPT\0\x9c\x01\x02', 'latin1'));
    for (const command of [['status'], INIT, ['doctor']]) {
      const { stdout, stderr } = await workspace.run(command);
      expect(stdout + stderr).toContain('it is locked by git-crypt');
      expect(stdout + stderr).toContain('git-crypt unlock');
      expect(stdout + stderr).not.toContain('UTF-8');
    }
    expect(fs.readFileSync(path, 'latin1')).toBe('\0GITCRYPT\0\x9c\x01\x02');
  });
});
