// Files that only a real system has: single files mounted into a container, read-only mounts, and pipes without a writer.
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_MOUNTS, skipOnWindows } from '../support/skips.js';
import { CLI, createWorkspace, type Workspace } from '../support/workspace.js';

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

function turnIntoPipe(file: string): void {
  fs.rmSync(file, { force: true });
  execFileSync('mkfifo', [file]);
}

/** Runs a script of the shell, in which `$CLI` is the built command line. */
function runScript(script: string, shell: readonly string[] = ['bash', '-c']) {
  const [program = 'bash', ...args] = [...shell, `set -eu\n${script}`];
  const environment = {
    ...process.env,
    HOME: workspace.path,
    CLI: `${process.execPath} ${CLI}`,
    NO_COLOR: '1',
  };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: workspace.path,
    env: environment,
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

describe('a pipe without a writer', () => {
  it('is waited for with a message, and given up', async () => {
    turnIntoPipe(path);
    const { code, stdout, stderr } = await workspace.runBuilt(['status', '--json']);
    expect(stderr).toContain(`Waiting for another program to write ${path}, which is a named pipe`);
    expect(stdout).toContain('no program has written to it within 10 s');
    expect(code).toBe(3);
    expect(fs.lstatSync(path).isFIFO()).toBe(true);
  });

  it('is left by Ctrl-C', async () => {
    turnIntoPipe(path);
    const child = workspace.start(['status']);
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve([code, signal])));
    await new Promise((resolve) => child.stderr?.once('data', resolve));
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
  });
});

describe('a pipe of the shell', () => {
  it('is read as the .env of the working directory', async () => {
    await workspace.run(INIT);
    const { code, output } = runScript('$CLI status -e <(cat .env)');
    expect([code, output]).toEqual([0, expect.stringContaining('account      Sandbox')]);
    expect(output).toMatch(/undo {9}would undo \d/);
  });
});

/** Runs a script in which `.env` is mounted from another file. */
function runMounted(script: string, options = '') {
  workspace.write('mounted.env', fs.existsSync(path) ? workspace.read('.env') : '');
  if (!fs.existsSync(path)) workspace.write('.env', '');
  const mount = `mount --bind mounted.env .env\n${options && `mount -o remount,bind,${options} .env\n`}`;
  return runScript(mount + script, ['unshare', '-m', 'bash', '-c']);
}

describe('a .env that is mounted as a single file', () => {
  beforeEach(({ skip }) => skip(spawnSync('unshare', ['-m', 'true']).status !== 0, NO_MOUNTS));

  it('is written by init and restored by undo, in place and with its mode', () => {
    workspace.write('.env', USERS_LINES);
    const script =
      'chmod 640 .env; $CLI init --sandbox --yes; cp .env written; $CLI undo --yes; stat -c %a .env';
    const { code, output } = runMounted(script);
    expect([code, output]).toEqual([0, expect.stringMatching(/\n640\n$/)]);
    expect(workspace.read('written')).toContain(`${USERS_LINES}TWILIO_ACCOUNT_SID=`);
    expect(workspace.read('mounted.env')).toBe(USERS_LINES);
    expect(workspace.list().filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(workspace.list()).not.toContain('.relay-phone/backups/written-in-place.json');
  });

  it('that was empty is empty again after undo', () => {
    const { code } = runMounted('$CLI init --sandbox --yes; $CLI undo --yes');
    expect([code, workspace.read('mounted.env')]).toEqual([0, '']);
  });

  it('is written by tunnel, and restored when it ends', async () => {
    await workspace.run(INIT);
    const before = workspace.read('.env');
    const script = '$CLI tunnel --sandbox --yes --port 0 -- cp .env while-open';
    const { code, output } = runMounted(script);
    expect([code, output]).toEqual([0, expect.stringContaining('Ctrl-C ends it')]);
    expect(workspace.read('while-open')).not.toBe(before);
    expect(workspace.read('mounted.env')).toBe(before);
  });

  it('read-only is refused by init before anything is bought, and named by tunnel', async () => {
    const refused = runMounted('$CLI init --sandbox --yes', 'ro');
    expect([refused.code, refused.output]).toEqual([3, expect.stringContaining('it is read-only here')]);
    expect(runScript('$CLI undo --sandbox --yes').output).toContain('nothing to undo');
    await workspace.run(INIT);
    const { code, output } = runMounted('$CLI tunnel --sandbox --yes --port 0 -- true', 'ro');
    expect([code, output]).toEqual([0, expect.stringContaining('is read-only here, so it stays as it is')]);
    expect(output).toMatch(/SITE_ORIGIN=http:\/\/127\.0\.0\.1:\d+/);
  });

  it('of another user is refused before anything is bought, although the folder may be written to', ({
    skip,
  }) => {
    workspace.write('.env', USERS_LINES);
    fs.chmodSync(workspace.path, 0o777);
    const asNobody = 'setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent';
    const script = `chmod 644 .env; ${asNobody} $CLI --version || exit 77; ${asNobody} $CLI init --sandbox --yes`;
    const { code, output } = runMounted(script);
    skip(code === 77, 'no other user can start the program here');
    expect([code, output]).toEqual([3, expect.stringContaining('it is read-only here')]);
    expect(output).not.toContain('bought');
  });

  it('is the null device that hides a file from a container: init refuses it', () => {
    workspace.write('.env', USERS_LINES);
    const script = 'mount --bind /dev/null .env\n$CLI init --sandbox --yes';
    const { code, output } = runScript(script, ['unshare', '-m', 'bash', '-c']);
    expect([code, output]).toEqual([3, expect.stringContaining('it is the null device')]);
    expect(workspace.read('.env')).toBe(USERS_LINES);
  });
});

describe('a state folder with a named pipe in place of a file', () => {
  it.each([
    'id',
    'layout',
    'journal.jsonl',
    'sandbox.db',
    'sandbox.lock',
    'sandbox.holder',
    'sandbox.json',
    'backups/env',
  ])('is refused if it is %s', async (name) => {
    await workspace.run(INIT);
    const file = workspace.file(`.relay-phone/${name}`);
    fs.mkdirSync(workspace.file('.relay-phone/backups'), { recursive: true });
    turnIntoPipe(file);
    const { code, stderr } = await workspace.runBuilt(['status']);
    expect(code).toBe(3);
    expect(stderr).toContain(`${name} is a named pipe, into which another program writes, and not a file`);
  });

  it.each([
    ['init --sandbox --yes'],
    ['undo --yes'],
    ['exec -- true'],
    ['serve --port 0'],
    ['sandbox --port 0'],
  ])('is refused by %s', async (line) => {
    await workspace.run(INIT);
    turnIntoPipe(workspace.file('.relay-phone/id'));
    const { code, stderr } = await workspace.runBuilt(line.split(' '));
    expect([code, stderr]).toEqual([3, expect.stringContaining('is a named pipe')]);
  });
});
