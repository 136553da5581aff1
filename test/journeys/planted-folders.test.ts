// Repositories with planted files: a state folder, settings, links, and what git itself would run.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorReportSchema } from '../../src/reports.js';
import { hashValue } from '../../src/settings/env-file/restore.js';
import { hasTerminals, KEY, startOnTerminal } from '../support/pseudo-terminal.js';
import { isWindows, NO_POSIX, NO_TERMINALS } from '../support/skips.js';
import { CLI, createWorkspace, type Ended, type RunOptions, type Workspace } from '../support/workspace.js';

/** The project that a stranger fills, and the files of the victim beside it. */
let workspace: Workspace;
let victim: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  victim = createWorkspace();
});
afterEach(() => {
  workspace.remove();
  victim.remove();
});

const INIT = ['init', '--sandbox', '--yes'];

/** Runs the built command line, as a user does. */
const run = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
  workspace.runBuilt(args, options);

const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: workspace.path,
    stdio: 'pipe',
  });

/** The stranger's own project. */
let attacker: Workspace;
beforeAll(async () => {
  attacker = createWorkspace();
  await attacker.runBuilt(INIT, { environment: { XDG_CONFIG_HOME: attacker.file('config') } });
  return () => attacker.remove();
});

/** What a stranger commits: a sandbox with its account, and a journal that names a file of the victim. */
function plant(notes: string): void {
  const folder = workspace.file('.relay-phone');
  cpSync(attacker.file('.relay-phone'), folder, { recursive: true });
  workspace.write('.env', `${attacker.read('.env')}RELAY_PHONE_TARGET=sandbox\n`);
  const [sid = ''] = /AC[0-9a-f]{32}/.exec(workspace.read('.env')) ?? [];
  const lines = [
    {
      id: 'planted',
      at: '2026-01-01T00:00:00.000Z',
      target: 'sandbox',
      accountSid: sid,
      state: 'intended',
      temporary: true,
      deed: {
        kind: 'env-written',
        path: notes,
        created: true,
        backup: notes,
        keys: { SECRET: hashValue('mine') },
      },
    },
    { id: 'planted', at: '2026-01-01T00:00:00.000Z', state: 'done' },
  ];
  writeFileSync(join(folder, 'journal.jsonl'), lines.map((line) => `\n${JSON.stringify(line)}`).join(''));
}

/** Every file below a folder, with its content and mode. */
function photograph(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      const { mode } = statSync(path);
      return [name, `${mode.toString(8)} ${statSync(path).isFile() ? readFileSync(path, 'base64') : ''}`];
    }),
  );
}

function problemOf({ stdout, code }: Ended): string {
  expect(code).toBe(3);
  return errorReportSchema.parse(JSON.parse(stdout)).error.message;
}

/** Adds options to a command, before the program that it runs. */
function withOptions(args: readonly string[], ...options: readonly string[]): string[] {
  const at = args.indexOf('--');
  return args.toSpliced(at < 0 ? args.length : at, 0, ...options);
}

/** Every command that opens the state folder, so that each refuses a planted one. */
const COMMANDS: readonly (readonly string[])[] = [
  ['tunnel', '--url', 'https://relay.example.com', '--yes'],
  ['undo', '--yes'],
  INIT,
  ['status'],
  ['exec', '--', process.execPath, '-e', '0'],
  ['exec', '--print-env'],
  ['sandbox', '--port', '0'],
  ['sandbox', 'phones'],
  ['sandbox', 'traces'],
  ['sandbox', 'leaks', '--number', '+12025550123'],
  ['serve', '--port', '0'],
  ['serve', '--show-token'],
  ['text', '--from', '+13015550195', '--to', '+12025550100', 'Hello'],
  ['call', '--from', '+13015550195', '--to', '+12025550100'],
  ['requests'],
  ['replay', '1'],
  ['send-test'],
];

describe('a planted state folder', () => {
  it.each(COMMANDS.map((args) => [args.join(' '), args] as const))(
    'is refused and left as it was by %s',
    async (_title, args) => {
      const notes = victim.file('notes.txt');
      victim.write('notes.txt', 'SECRET=mine\n');
      plant(notes);
      const before = [photograph(workspace.path), photograph(victim.path)];
      const ended = await run(withOptions(args, '--json'));
      expect(problemOf(ended)).toContain('you did not make this folder');
      expect(ended.stderr).toContain('--adopt');
      expect([photograph(workspace.path), photograph(victim.path)]).toEqual(before);
    },
  );

  it('changes no file outside of the project, even if the user adopts it', async () => {
    const notes = victim.file('notes.txt');
    victim.write('notes.txt', 'SECRET=mine\n');
    plant(notes);
    const { code, stdout } = await run(['undo', '--yes', '--adopt']);
    expect([code, victim.read('notes.txt')]).toEqual([0, 'SECRET=mine\n']);
    expect(stdout).toContain(`${notes} stays: it is outside of the project`);
    symlinkSync(notes, workspace.file('link'));
    const journal = workspace.read('.relay-phone/journal.jsonl');
    workspace.write('.relay-phone/journal.jsonl', journal.replaceAll(notes, workspace.file('link')));
    expect((await run(['undo', '--yes'])).stdout).toContain('stays: it is outside of the project');
    workspace.write('own', 'SECRET=mine\n');
    const inside = journal.replace(`"path":"${notes}"`, `"path":"${workspace.file('own')}"`);
    workspace.write('.relay-phone/journal.jsonl', inside);
    expect((await run(['undo', '--yes'])).stdout).toMatch(/stays: its backup .* is not in/);
    expect([workspace.read('own'), victim.read('notes.txt')]).toEqual(['SECRET=mine\n', 'SECRET=mine\n']);
  });

  it('is not adopted by --yes, nor by a variable in .env', async () => {
    plant(victim.file('notes.txt'));
    workspace.write('.env', `${workspace.read('.env')}RELAY_PHONE_ADOPT=1\n`);
    const { code, stdout } = await run(INIT);
    expect(code).toBe(3);
    expect(stdout).toContain('ignored: RELAY_PHONE_ADOPT in the env file');
  });

  it('is adopted once: by --adopt, by the environment, or by an answer', async ({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    plant(victim.file('notes.txt'));
    const first = workspace.read('.relay-phone/id');
    const no = startOnTerminal(['status'], { cwd: workspace.path });
    await no.answer('Use it?', 'n', KEY.enter);
    expect(await no.ended).toBe(3);
    const yes = startOnTerminal(['status'], { cwd: workspace.path });
    await yes.answer('Use it?', 'y', KEY.enter);
    expect(await yes.ended).toBe(0);
    // The stranger knows the old id.
    expect(workspace.read('.relay-phone/id')).not.toBe(first);
    expect((await run(['status'])).code).toBe(0);
    rmSync(workspace.file('.relay-phone/id'));
    expect((await run(['status'])).code).toBe(3);
    expect((await run(['status'], { environment: { RELAY_PHONE_ADOPT: '1' } })).code).toBe(0);
    expect((await run(['status'])).code).toBe(0);
  });

  it.each([
    '../../../../outside',
    '',
    'ffffffffffffffffffffffffffffffff',
    'F'.repeat(32),
    '/etc/passwd',
    'a'.repeat(200),
  ])('is refused with the id %j', async (id) => {
    plant(victim.file('notes.txt'));
    workspace.write('.relay-phone/id', id);
    expect(problemOf(await run(['status', '--json']))).toContain('you did not make this folder');
  });

  it('is never adopted if git tracks it, not even a single file of it', async () => {
    plant(victim.file('notes.txt'));
    git('init', '-q');
    git('add', '-f', '.relay-phone/journal.jsonl');
    const environment = { RELAY_PHONE_ADOPT: '1' };
    expect(problemOf(await run(['undo', '--yes', '--adopt', '--json'], { environment }))).toContain(
      'git tracks files in it',
    );
    git('rm', '-q', '--cached', '.relay-phone/journal.jsonl');
    expect((await run(['status', '--adopt'])).code).toBe(0);
  });

  it('is refused if it is a link to the state of another project', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    await victim.runBuilt(INIT);
    const before = photograph(victim.path);
    symlinkSync(victim.file('.relay-phone'), workspace.file('.relay-phone'));
    expect(problemOf(await run(['undo', '--yes', '--adopt', '--json']))).toContain('it is a symbolic link');
    expect(photograph(victim.path)).toEqual(before);
    // Named by the user, it is what it leads to.
    expect((await run(['status', '--state-dir', '.relay-phone'])).code).toBe(0);
  });

  it('of half-made files is completed, because there is nothing to trust in it', async () => {
    mkdirSync(workspace.file('.relay-phone'));
    workspace.write('.relay-phone/.gitignore', '*\n');
    workspace.write('.relay-phone/layout', '');
    expect((await run(INIT)).code).toBe(0);
  });
});

describe('a state folder of one’s own', () => {
  it('is refused once a branch of somebody else tracks it, and is ours again on our own', async () => {
    git('init', '-q', '-b', 'own');
    workspace.write('a', '');
    workspace.write('.gitignore', '.env\n');
    git('add', 'a', '.gitignore');
    git('commit', '-qm', 'a');
    expect((await run(INIT)).code).toBe(0);
    const journal = workspace.read('.relay-phone/journal.jsonl');
    git('checkout', '-q', '-b', 'evil');
    workspace.write('.relay-phone/journal.jsonl', 'planted');
    git('add', '-f', '.relay-phone/journal.jsonl');
    git('commit', '-qm', 'evil');
    git('checkout', '-q', 'own');
    workspace.write('.relay-phone/journal.jsonl', journal);
    expect((await run(['status'])).code).toBe(0);
    // Git overwrites ignored files when it checks out a commit that has them.
    git('checkout', '-q', 'evil');
    expect(workspace.read('.relay-phone/journal.jsonl')).toBe('planted');
    for (const args of [
      ['status', '--json'],
      ['undo', '--yes', '--json'],
    ])
      expect(problemOf(await run(args))).toContain('git tracks files in it');
    git('checkout', '-q', 'own');
    workspace.write('.relay-phone/journal.jsonl', journal);
    expect((await run(['status'])).code).toBe(0);
  });

  it('stays ours when the project is moved, and a copy of it asks once', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((name) => workspace.file(name));
    if (!one || !two || !three) throw new Error('no paths');
    mkdirSync(one);
    const inFolder = (folder: string, ...args: string[]) =>
      run([...args, '-e', join(folder, '.env'), '--json']);
    expect((await inFolder(one, ...INIT)).code).toBe(0);
    renameSync(one, two);
    expect((await inFolder(two, 'status')).code).toBe(0);
    cpSync(two, three, { recursive: true });
    expect(problemOf(await inFolder(three, 'status'))).toContain(
      `it is a copy of ${join(two, '.relay-phone')}`,
    );
    expect((await inFolder(two, 'status')).code).toBe(0);
    expect((await inFolder(three, 'status', '--adopt')).code).toBe(0);
    for (const folder of [two, three]) expect((await inFolder(folder, 'status')).code).toBe(0);
  });

  it('that an earlier version made is adopted once', async () => {
    await run(INIT);
    rmSync(workspace.file('.relay-phone/id'));
    expect(problemOf(await run(['status', '--json']))).toContain('with this version of relay-phone');
    expect((await run(['status', '--adopt'])).code).toBe(0);
    expect((await run(['status'])).code).toBe(0);
  });

  it('works for eight parallel runs that create it', async () => {
    // They do not wait for each other: eight of `init` would take turns for longer than a run waits for its lock.
    const runs = await Promise.all(Array.from({ length: 8 }, () => run(['serve', '--show-token'])));
    const token = workspace.read('.relay-phone/relay-token').trim();
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual(Array(8).fill([0, `${token}\n`]));
    expect((await run(INIT)).code).toBe(0);
  });

  it('is used with a warning if git cannot be asked', async () => {
    workspace.write('.git', 'gitdir: nowhere\n');
    expect((await run(INIT)).code).toBe(0);
    const { code, stderr } = await run(['status']);
    expect(code).toBe(0);
    expect(stderr).toContain('git could not be asked');
    await plantOver();
    expect(problemOf(await run(['status', '--json']))).toContain('you did not make this folder');
  });

  /** Replaces the id, as if another folder stood there. */
  async function plantOver(): Promise<void> {
    workspace.write('.relay-phone/id', `${'0'.repeat(32)}\n`);
  }

  it('starts git only if the index has changed', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    git('init', '-q');
    workspace.write('a', '');
    git('add', 'a');
    await run(INIT);
    const asked = async () => {
      const { stderr } = await run(['status'], { environment: { RELAY_PHONE_DEBUG: 'programs' } });
      return stderr.match(/started \S*git .*ls-files/g)?.length ?? 0;
    };
    expect([await asked(), await asked()]).toEqual([1, 0]);
    git('rm', '-q', '--cached', 'a');
    expect([await asked(), await asked()]).toEqual([1, 0]);
  });

  it('that belongs to another user of the system is not used', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can act as another user');
    await run(INIT);
    chmodSync(workspace.path, 0o755);
    chmodSync(workspace.file('.env'), 0o644);
    const asNobody = await run(['status', '--json'], { uid: 65_534 });
    expect(problemOf(asNobody)).toMatch(/you may not read or write it \(EACCES\), and it belongs to root/);
    execFileSync('chown', ['-R', '65534', workspace.file('.relay-phone')]);
    expect(problemOf(await run(['status', '--json']))).toContain('its files belong to the user 65534');
  });
});

describe('without a home folder', () => {
  /** As in a container: no home, or one that cannot be written. */
  const HOMES = [{}, { HOME: '/dev/null' }, { HOME: 'relative', XDG_CONFIG_HOME: 'relative' }];

  it.each(HOMES)(
    'a folder is ours for the run that makes it, and an older one needs a word: %j',
    async (home) => {
      const none = { HOME: '', XDG_CONFIG_HOME: '', ...home };
      const made = await run(INIT, { environment: none });
      expect(made.code).toBe(0);
      expect(made.stderr).toContain('the next one needs --adopt or RELAY_PHONE_ADOPT=1');
      expect(problemOf(await run(['status', '--json'], { environment: none }))).toContain('you did not make');
      expect((await run(['status', '--adopt'], { environment: none })).code).toBe(0);
      const environment = { ...none, RELAY_PHONE_ADOPT: '1' };
      expect((await run(INIT, { environment })).code).toBe(0);
      expect((await run(['sandbox', 'phones'], { environment })).code).toBe(0);
    },
  );

  it('a program that exec runs may use the sandbox of exec, but adopts nothing else', async () => {
    const none = { HOME: '', XDG_CONFIG_HOME: '' };
    const cli = (...args: string[]) => [process.execPath, CLI, ...args];
    const status = await run(['exec', '--', ...cli('status', '--json')], { environment: none });
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ sandbox: { running: true } });
    plant(victim.file('notes.txt'));
    renameSync(workspace.file('.relay-phone'), workspace.file('planted'));
    const other = ['exec', '--', ...cli('status', '--json', '--state-dir', workspace.file('planted'))];
    expect(problemOf(await run(other, { environment: none }))).toContain('you did not make this folder');
  });

  it('a program that exec runs with --adopt may use the folder too, and nothing of it changes', async () => {
    const none = { HOME: '', XDG_CONFIG_HOME: '' };
    plant(victim.file('notes.txt'));
    rmSync(workspace.file('.relay-phone/journal.jsonl'));
    const cli = [process.execPath, CLI, 'status'];
    expect((await run(['exec', '--adopt', '--', ...cli], { environment: none })).code).toBe(0);
    const id = workspace.read('.relay-phone/id');
    expect((await run(['status', '--adopt'], { environment: none })).code).toBe(0);
    expect(workspace.read('.relay-phone/id')).toBe(id);
    expect((await run(cli.slice(2), { environment: none })).code).toBe(3);
  });
});

describe('createSandbox()', () => {
  it('writes nothing to the configuration folder, nor anywhere else', async () => {
    const library = resolve(import.meta.dirname, '../../dist/index.js');
    const program = `const { createSandbox } = await import(${JSON.stringify(pathToFileURL(library).href)});
      await (await createSandbox()).close();`;
    const env = { PATH: process.env.PATH, HOME: victim.path };
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: workspace.path, env });
    expect([victim.list(), workspace.list()]).toEqual([[], []]);
  });
});

describe('settings that name a state folder', () => {
  it.each([['.'], ['src'], ['..']])(
    '--state-dir %s never turns a folder with other files into one',
    async (folder) => {
      mkdirSync(workspace.file('app/src'), { recursive: true });
      for (const name of ['app/file', 'app/src/file', '.gitignore', 'app/.gitignore'])
        workspace.write(name, 'theirs\n');
      chmodSync(workspace.file('app'), 0o755);
      const before = photograph(workspace.path);
      for (const args of [INIT, ['exec', '--', process.execPath, '-e', '0'], ['sandbox'], ['status']]) {
        const at = args.indexOf('--') < 0 ? args.length : args.indexOf('--');
        const full = args.toSpliced(at, 0, '--state-dir', join('app', folder), '--adopt', '--json');
        expect(problemOf(await run(full))).toContain('it is not empty, and relay-phone did not make it');
      }
      expect(photograph(workspace.path)).toEqual(before);
    },
  );

  it('RELAY_PHONE_STATE_DIR in .env is ignored, and said so', async () => {
    mkdirSync(workspace.file('elsewhere'));
    workspace.write('.env', 'RELAY_PHONE_STATE_DIR=elsewhere\n');
    const { code, stdout } = await run(INIT);
    expect(code).toBe(0);
    expect(stdout).toContain('ignored: RELAY_PHONE_STATE_DIR in the env file');
    expect([readdirSync(workspace.file('elsewhere')), existsSync(workspace.file('.relay-phone/id'))]).toEqual(
      [[], true],
    );
    const environment = { RELAY_PHONE_STATE_DIR: 'elsewhere' };
    expect((await run(['sandbox', 'phones'], { environment })).code).toBe(0);
  });
});

describe('a planted link', () => {
  it.each(['a file', 'no file yet'])('in the place of .env leads init to no other file: %s', async (kind) => {
    if (isWindows) return;
    if (kind === 'a file') victim.write('.bashrc', 'mine\n');
    symlinkSync(victim.file('.bashrc'), workspace.file('.env'));
    const before = photograph(victim.path);
    expect(problemOf(await run([...INIT, '--json']))).toContain('it is a link that leads out of the project');
    expect(photograph(victim.path)).toEqual(before);
    // Nothing was bought for it either.
    expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({ openChanges: 0 });
  });

  it('inside of a repository is followed, as before', async () => {
    if (isWindows) return;
    git('init', '-q');
    mkdirSync(workspace.file('app'));
    workspace.write('shared.env', 'A=1\n');
    symlinkSync('../shared.env', workspace.file('app/.env'));
    // The home folder is elsewhere: a repository there holds more than one project.
    const environment = { HOME: victim.path };
    expect((await run([...INIT, '-e', 'app/.env'], { environment })).code).toBe(0);
    expect(workspace.read('shared.env')).toContain('TWILIO_ACCOUNT_SID');
  });
});

describe('git, in a folder with a planted configuration', () => {
  /** A program that proves that it was run. */
  function trap(name: string): string {
    const path = workspace.file(name);
    writeFileSync(path, `#!/bin/sh\ntouch ${victim.file(`ran-${name}`)}\n`, { mode: 0o755 });
    return path;
  }

  it('runs no monitor, hook, pager, filter or helper of it', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    git('init', '-q');
    workspace.write('a', '');
    git('add', 'a');
    git('commit', '-qm', 'a');
    workspace.write('.gitattributes', '* filter=evil diff=evil\n');
    const settings = {
      'core.fsmonitor': trap('monitor'),
      'core.pager': trap('pager'),
      'core.sshCommand': trap('ssh'),
      'core.editor': trap('editor'),
      'filter.evil.clean': trap('clean'),
      'filter.evil.process': trap('process'),
      'diff.evil.command': trap('diff'),
      'diff.external': trap('external'),
      'credential.helper': trap('helper'),
      'alias.ls-files': `!${trap('alias')}`,
      'core.hooksPath': workspace.file('hooks'),
    };
    mkdirSync(workspace.file('hooks'));
    for (const hook of ['post-index-change', 'fsmonitor-watchman', 'reference-transaction']) {
      renameSync(trap(hook), workspace.file(`hooks/${hook}`));
      cpSync(workspace.file(`hooks/${hook}`), workspace.file(`.git/hooks/${hook}`));
    }
    for (const [name, value] of Object.entries(settings)) git('config', name, value);
    // The traps work: git itself runs the monitor.
    expect(() => git('status')).toThrow();
    expect(victim.list()).toContain('ran-monitor');
    for (const name of victim.list()) rmSync(victim.file(name));
    for (const args of [INIT, ['status'], ['doctor']]) await run(args);
    expect(victim.list()).toEqual([]);
  });

  it('is not the program of that name in the folder', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    git('init', '-q');
    workspace.write('a', '');
    git('add', 'a');
    trap('git');
    mkdirSync(workspace.file('node_modules/.bin'), { recursive: true });
    cpSync(workspace.file('git'), workspace.file('node_modules/.bin/git'));
    const PATH = ['.', '', workspace.file('node_modules/.bin'), workspace.path, process.env.PATH].join(':');
    for (const args of [INIT, ['status'], ['doctor']]) await run(args, { environment: { PATH } });
    expect(victim.list()).toEqual([]);
  });

  it('is asked in the right repository, although a planted one stands below', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    git('init', '-q');
    mkdirSync(workspace.file('app'));
    await run([...INIT, '-e', 'app/.env']);
    git('add', '-f', 'app/.relay-phone/journal.jsonl');
    // Git takes a folder with these for a bare repository, and would then ask its index.
    execFileSync('git', ['init', '-q', '--bare', workspace.file('bare')]);
    cpSync(workspace.file('bare'), workspace.file('app'), { recursive: true });
    expect(problemOf(await run(['status', '-e', 'app/.env', '--json']))).toContain('git tracks files in it');
  });
});
