// A machine that is full, read-only, or lacks a binary: every command says so, and none shows a bug of ours.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { copyPackage } from '../support/package-copy.js';
import { readProblem } from '../support/read-problem.js';
import { createSandboxClient } from '../support/sandbox-client.js';
import { isWindows, NO_POSIX } from '../support/skips.js';
import { CLI, createWorkspace, type RunOptions, type Workspace } from '../support/workspace.js';

const INIT = ['init', '--sandbox', '--yes'];
const TEXT = ['text', '--from', '+13015550195', '--to', '+12025550100', 'Hello'];
const NO_SMALL_DISK = 'only root may mount a small disk, and not everywhere';

let workspace: Workspace;
/** What has to happen before the workspace can be removed. */
let cleanUps: (() => unknown)[];
beforeEach(() => {
  workspace = createWorkspace();
  cleanUps = [];
});
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  workspace.remove();
});

/** Mounts a file system of 700 KB at `disk/` of the workspace; undefined where that is not possible. */
function findSmallDisk(): string | undefined {
  const path = workspace.file('disk');
  mkdirSync(path);
  const isMounted =
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', path]).status === 0;
  if (!isMounted) return undefined;
  cleanUps.push(() => spawnSync('umount', ['-l', path]));
  return path;
}

/** Fills a disk. @param left how many bytes stay free */
function fillDisk(path: string, left = 0): void {
  const filler = join(path, 'filler');
  const page = Buffer.alloc(4096);
  try {
    for (;;) appendFileSync(filler, page);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
  truncateSync(filler, Math.max(0, statSync(filler).size - left));
}

it('a disk that is read-only is named as such, and not as missing', async ({ skip }) => {
  const disk = findSmallDisk();
  skip(disk === undefined, NO_SMALL_DISK);
  spawnSync('mount', ['-o', 'remount,ro', disk ?? '']);
  for (const state of ['disk/state', 'disk/deep/state']) {
    const ended = await workspace.run(['sandbox', '--json', '--port', '0', '--state-dir', state]);
    expect(readProblem(ended).message).toContain('it is on a read-only file system');
  }
});

describe('a full disk', () => {
  const PLACES = ['-e', 'disk/.env', '--state-dir', 'disk/state'];
  const COMMANDS = [
    ['status'],
    TEXT,
    ['call', '--from', '+13015550195', '--to', '+12025550100'],
    INIT,
    ['undo', '--yes'],
    ['sandbox', '--port', '0'],
    ['sandbox', 'phones'],
    ['sandbox', 'traces'],
    ['sandbox', 'leaks', '--number', '+12025550190'],
    ['serve', '--port', '0'],
    ['tunnel', '--sandbox'],
    ['requests'],
    ['exec', '--', 'node', '-e', '0'],
  ];

  it('is named with the file, by every command', async ({ skip }) => {
    const disk = findSmallDisk();
    skip(disk === undefined, NO_SMALL_DISK);
    if (disk === undefined) return;
    expect(await workspace.run([...INIT, ...PLACES])).toMatchObject({ code: 0 });
    fillDisk(disk);
    for (const [command = '', ...args] of COMMANDS) {
      const at = command === 'exec' ? 0 : args.length;
      const words = [...args.slice(0, at), '--json', ...PLACES, ...args.slice(at)];
      const problem = readProblem(await workspace.run([command, ...words]));
      expect(problem.message).toMatch(new RegExp(`${disk}/state/\\S+: the disk is full \\(`));
      expect(problem.tryNext[0]).toMatch(/^free some space/);
    }
    const doctor = await workspace.run(['doctor', '--json', ...PLACES]);
    expect([doctor.code, doctor.stdout]).toEqual([6, expect.stringContaining('the disk is full')]);
  });

  it('never ends a text half way as a bug, however little space is left', async ({ skip }) => {
    const disk = findSmallDisk();
    skip(disk === undefined, NO_SMALL_DISK);
    if (disk === undefined) return;
    expect(await workspace.run([...INIT, ...PLACES])).toMatchObject({ code: 0 });
    const saved = readFileSync(join(disk, 'state/sandbox.db'));
    for (const pages of [1, 2, 3, 4, 5, 6, 8, 10]) {
      rmSync(join(disk, 'filler'), { force: true });
      for (const name of ['sandbox.db-wal', 'sandbox.db-journal'])
        rmSync(join(disk, 'state', name), { force: true });
      writeFileSync(join(disk, 'state/sandbox.db'), saved);
      fillDisk(disk, pages * 4096);
      const ended = await workspace.run([...TEXT, '--json', ...PLACES]);
      // The number has no webhook, which is a fault of the setup.
      if (ended.code !== 6) expect(readProblem(ended).message).toContain(disk);
    }
  });

  it('is said by a running sandbox, which answers 507 and keeps what it has acknowledged', async ({
    skip,
  }) => {
    const disk = findSmallDisk();
    skip(disk === undefined, NO_SMALL_DISK);
    if (disk === undefined) return;
    const said: unknown[] = [];
    const folder = openOwnStateFolder(join(disk, 'state'));
    const options = { command: 'sandbox', timeoutMs: 0 };
    const sandbox = await serveSandbox(folder, { ...options, onWriteFailed: (error) => said.push(error) });
    const post = async (path: string, fields: Record<string, string>) => {
      const response = await fetch(`${sandbox.origin}/2010-04-01/Accounts/${sandbox.accountSid}${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${sandbox.accountSid}:${sandbox.authToken}`)}` },
        body: new URLSearchParams(fields),
      });
      const body = (await response.json()) as { readonly sid: string; readonly message?: string };
      return { status: response.status, body };
    };
    await post('/IncomingPhoneNumbers.json', { PhoneNumber: '+12025550100' });
    const answers = [];
    fillDisk(disk, 64 * 1024);
    do {
      answers.push(await post('/Applications.json', { FriendlyName: 'x'.repeat(60) }));
    } while (answers.at(-1)?.status === 201);
    const acknowledged = answers.filter(({ status }) => status === 201).map(({ body }) => body.sid);
    expect(answers.at(-1)).toMatchObject({
      status: 507,
      body: { message: expect.stringMatching(/sandbox\.db: the disk is full \(SQLITE_FULL\)/) },
    });
    expect(said[0]).toMatchObject({ code: 'SQLITE_FULL' });
    const health = await fetch(`${sandbox.origin}/_sandbox/health`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'unavailable' }]);
    rmSync(join(disk, 'filler'));
    const later = await post('/Applications.json', { FriendlyName: 'later' });
    expect(later.status).toBe(201);
    await sandbox.close();

    const again = await serveSandbox(folder, options);
    const client = createSandboxClient(again);
    const kept = (await client.applications.list()).map(({ sid }) => sid);
    await again.close();
    expect(kept.sort()).toEqual([...acknowledged, later.body.sid].sort());
  });

  it('is named when only files may not grow, as with a quota', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    await workspace.run(INIT);
    for (const args of [TEXT, ['status'], ['serve', '--port', '0'], ['requests']]) {
      const problem = readProblem(await workspace.run([...args, '--json'], { fileLimit: 4096 }));
      expect(problem.message).toMatch(
        /\.relay-phone\/(sandbox|gateway|relay)\.\w+: .*\((SQLITE_\w+|EFBIG)\)/,
      );
    }
  });

  it('of stdout is not shown as a bug', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux has /dev/full');
    const child = spawnSync('sh', ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, CLI, 'status'], {
      cwd: workspace.path,
      encoding: 'utf8',
    });
    expect([child.status, child.stderr]).toEqual([
      3,
      expect.stringContaining('Failed to write to stdout: no space is left'),
    ]);
  });
});

it('too few open files are named, also if not even the code of errors can be loaded', async ({ skip }) => {
  skip(isWindows, NO_POSIX);
  await workspace.run(INIT);
  const ended = [];
  for (const openFiles of [20, 28, 36, 44])
    ended.push(await workspace.run(['status', '--json'], { openFiles }));
  for (const one of ended.filter(({ code }) => code !== 0))
    expect(readProblem(one).message).toContain('EMFILE');
  expect(ended[0]?.code).toBe(3);
});

describe('a read-only state folder', () => {
  /** Undefined if nothing can be made read-only here. Returns how commands must run to notice it. */
  async function arrange(): Promise<RunOptions | undefined> {
    await workspace.run(INIT);
    if (process.getuid?.() !== 0) {
      chmodSync(workspace.file('.relay-phone'), 0o500);
      cleanUps.push(() => chmodSync(workspace.file('.relay-phone'), 0o700));
      return {};
    }
    const path = workspace.file('.relay-phone');
    if (spawnSync('mount', ['--bind', path, path]).status !== 0) return undefined;
    cleanUps.push(() => spawnSync('umount', ['-l', path]));
    return spawnSync('mount', ['-o', 'remount,ro,bind', path]).status === 0 ? {} : undefined;
  }

  it('is named by every command', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    const options = await arrange();
    skip(options === undefined, NO_SMALL_DISK);
    for (const args of [
      ['status'],
      ['requests'],
      ['sandbox', 'phones'],
      ['sandbox', '--port', '0'],
      ['undo', '--yes'],
      TEXT,
      INIT,
      ['serve', '--port', '0'],
      ['tunnel', '--sandbox'],
    ]) {
      const problem = readProblem(await workspace.run([...args, '--json'], options));
      expect(problem.message).toContain(workspace.file('.relay-phone'));
      expect(problem.message).toMatch(/EROFS|EACCES/);
      expect(problem.tryNext.join()).toContain('--state-dir');
    }
  });
});

describe('a state folder with files of another user', () => {
  it('names the file, its owner, and how to take it over', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can act as another user');
    await workspace.run(INIT);
    // As a run with sudo leaves it in the folder of a user.
    for (const path of [workspace.path, workspace.file('.relay-phone')])
      execFileSync('chown', ['65534', path]);
    for (const name of ['.env', '.relay-phone/.gitignore', '.relay-phone/layout', '.relay-phone/id'])
      execFileSync('chown', ['65534', workspace.file(name)]);
    const options = { uid: 65_534, environment: { RELAY_PHONE_ADOPT: '1' } };
    const started = await workspace.runBuilt(['--version'], options);
    skip(started.code !== 0, 'no other user can start the program here');
    for (const args of [['status'], TEXT, ['undo', '--yes']]) {
      const problem = readProblem(await workspace.runBuilt([...args, '--json'], options));
      expect(problem.message).toMatch(/\.relay-phone\/\S+.*\(EACCES\), and it belongs to root/);
      expect(problem.tryNext[0]).toMatch(/^sudo chown -R "\$\(id -un\)" /);
    }
  });
});

describe("a machine on which libsql's binary does not work", () => {
  /** Copies the package with libsql as npm leaves it without optional packages. @returns the program file of the CLI */
  function copyWithoutBinary(): string {
    const cli = copyPackage(workspace.file('package'), ['node_modules/@libsql', 'node_modules/libsql']);
    const libsql = dirname(createRequire(import.meta.url).resolve('libsql'));
    cpSync(libsql, workspace.file('package/node_modules/libsql'), { recursive: true });
    return cli;
  }

  it('is named by every command that needs the database, as JSON too', async () => {
    await workspace.run(INIT);
    const cli = copyWithoutBinary();
    for (const args of [
      ['status'],
      TEXT,
      INIT,
      ['undo', '--yes'],
      ['serve', '--port', '0'],
      ['requests'],
      ['sandbox', 'phones'],
    ]) {
      const { message, tryNext } = readProblem(await workspace.run([...args, '--json'], { cli }));
      expect(message).toMatch(
        /^Failed to load the database: the package @libsql\/\S+ is not installed \(MODULE_NOT_FOUND\)\.$/,
      );
      expect(tryNext).toEqual(['install the packages again, on this machine and without --omit=optional']);
    }
    const shown = await workspace.run(['status'], { cli });
    expect([shown.code, shown.stderr]).toEqual([
      3,
      expect.stringContaining('Try: install the packages again'),
    ]);
  });

  it('is one for which libsql has no binary, and the advice is not to install again', async () => {
    await workspace.run(INIT);
    const cli = copyWithoutBinary();
    const manifest = workspace.file('package/node_modules/libsql/package.json');
    writeFileSync(manifest, JSON.stringify({ main: 'index.js', optionalDependencies: {} }));
    const { message, tryNext } = readProblem(await workspace.run(['status', '--json'], { cli }));
    const machine = `${process.platform} ${process.arch}`;
    expect(message).toContain(`Failed to load the database: libsql has no binary for ${machine}: @libsql/`);
    expect(tryNext.join()).toContain('run relay-phone in a container');
  });

  it('is one where Node.js forbids addons, and the advice says so', async () => {
    await workspace.run(INIT);
    const flag = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const environment = {
      NODE_OPTIONS: `${flag} --allow-fs-read=* --allow-fs-write=* --allow-child-process`,
      NODE_NO_WARNINGS: '1',
    };
    const { message, tryNext } = readProblem(await workspace.run(['status', '--json'], { environment }));
    expect(message).toContain('Node.js runs with --permission (ERR_DLOPEN_DISABLED)');
    expect(tryNext).toEqual([
      expect.stringContaining('without --permission'),
      expect.stringContaining('--allow-addons'),
    ]);
  });
});
