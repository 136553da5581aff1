// `relay-phone ci`: where it writes the pipeline, and which files it leaves alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ciReportSchema } from '../src/reports.js';
import { hasTerminals, KEY, startOnTerminal } from './support/pseudo-terminal.js';
import { NO_TERMINALS } from './support/skips.js';
import { CLI, createWorkspace, type Workspace } from './support/workspace.js';

const FILES = {
  github: '.github/workflows/relay-phone.yml',
  gitlab: '.gitlab/relay-phone.yml',
  circleci: '.circleci/config.yml',
};
const SYSTEMS = Object.entries(FILES);
const GITHUB = FILES.github;

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

const ci = (...args: string[]) => workspace.run(['ci', ...args]);

/** What an older relay-phone might have left, with its stamp. */
async function leaveOlder(): Promise<string> {
  await ci('github', '--app-command', 'npm start');
  return workspace.read(GITHUB);
}

describe('ci in a repository without a pipeline', () => {
  it.each(SYSTEMS)('writes the pipeline of %s to %s, and says how to remove it', async (system, file) => {
    const { code, stdout } = await ci(system);
    expect(code).toBe(0);
    expect(stdout).toContain(`wrote ${workspace.file(file)}`);
    expect(stdout).toContain(`delete ${file} if you no longer want it`);
    expect(workspace.list().filter((name) => name.endsWith('.yml'))).toEqual([file]);
    expect(workspace.read(file)).not.toMatch(/\{\{\w/);
  });

  it.each(SYSTEMS)('pins the version of relay-phone in the pipeline of %s', async (system, file) => {
    await workspace.runBuilt(['ci', system]);
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
    const versions = [...workspace.read(file).matchAll(/npx \S+ (\S+)/g)].map(([, name]) => name);
    expect(versions).toEqual([`relay-phone@${version}`, `relay-phone@${version}`]);
  });

  it('writes the pipeline at the root of the repository, from any folder in it', async () => {
    mkdirSync(workspace.file('.git'));
    mkdirSync(workspace.file('deep'));
    const { status } = spawnSync(process.execPath, [CLI, 'ci', 'github'], { cwd: workspace.file('deep') });
    expect(status).toBe(0);
    expect(workspace.list()).toContain(GITHUB);
  });

  it('writes nothing with --dry-run and --stdout', async () => {
    const planned = await ci('github', '--dry-run');
    expect(planned.stdout).toContain(`create ${workspace.file(GITHUB)}`);
    const shown = await ci('github', '--stdout');
    expect(shown.stderr).toContain(`Save it as ${GITHUB}`);
    expect(workspace.list()).toEqual([]);
    await ci('github');
    expect(shown.stdout).toBe(workspace.read(GITHUB));
  });

  it('prints one JSON document with the whole file', async () => {
    const run = async (...flags: string[]) =>
      ciReportSchema.parse(JSON.parse((await ci('github', '--json', ...flags)).stdout));
    const planned = await run('--dry-run');
    expect(planned).toMatchObject({ outcome: 'planned', path: workspace.file(GITHUB) });
    expect((await run('--stdout')).outcome).toBe('shown');
    expect(await run()).toEqual({ ...planned, outcome: 'written' });
    expect(workspace.read(GITHUB)).toBe(planned.content);
    expect((await run()).outcome).toBe('kept');
  });
});

describe('ci with an existing file', () => {
  it('does nothing if the file is the same, even with CRLF line endings', async () => {
    await ci('github');
    const windows = workspace.read(GITHUB).replaceAll('\n', '\r\n');
    workspace.write(GITHUB, windows);
    const { code, stdout } = await ci('github');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('is up to date') });
    expect(workspace.read(GITHUB)).toBe(windows);
  });

  it.each(SYSTEMS)(
    'does not change a pipeline of %s that relay-phone did not write',
    async (system, file) => {
      mkdirSync(workspace.file(join(file, '..')), { recursive: true });
      workspace.write(file, 'jobs: {}\n');
      const { code, stderr } = await ci(system, '--yes');
      expect(code).toBe(3);
      expect(stderr).toContain('relay-phone did not write this file, or somebody has changed it');
      expect(stderr).toContain(`relay-phone ci ${system} --stdout`);
      expect(workspace.read(file)).toBe('jobs: {}\n');
    },
  );

  it('does not change a pipeline of ours that somebody has changed', async () => {
    const changed = (await leaveOlder()).replace('timeout-minutes: 10', 'timeout-minutes: 20');
    workspace.write(GITHUB, changed);
    expect((await ci('github', '--yes')).code).toBe(3);
    expect(workspace.read(GITHUB)).toBe(changed);
  });

  it('replaces an unchanged pipeline of ours with --yes, and shows the changed lines', async () => {
    const older = await leaveOlder();
    const unasked = await ci('github');
    expect(unasked.code).toBe(3);
    expect(unasked.stderr).toContain('it needs your consent, and this run cannot ask for it');
    expect(workspace.read(GITHUB)).toBe(older);
    const { code, stdout } = await ci('github', '--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/- +npx .* -- npm start\n/);
    expect(stdout).toMatch(/\+ +npx .* --junit relay-phone.xml\n/);
    expect(workspace.read(GITHUB)).not.toContain('npm start');
  });

  it('asks before it replaces a pipeline on a terminal', async ({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    const older = await leaveOlder();
    const refusing = startOnTerminal(['ci', 'github'], { cwd: workspace.path });
    await refusing.answer('Replace it?', KEY.enter);
    expect(await refusing.ended).toBe(3);
    expect(workspace.read(GITHUB)).toBe(older);
    const agreeing = startOnTerminal(['ci', 'github'], { cwd: workspace.path });
    await agreeing.answer('Replace it?', `y${KEY.enter}`);
    expect(await agreeing.ended).toBe(0);
    expect(workspace.read(GITHUB)).not.toBe(older);
  });

  it('reports a path that cannot be written', async () => {
    workspace.write('.github', 'a file');
    const { code, stderr } = await ci('github');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^Failed to (read|write) .*: the system reports E/);
  });
});

describe('ci with an app', () => {
  it.each(SYSTEMS)('starts the app in the pipeline of %s, after its setup command', async (system, file) => {
    await ci(system, '--app-setup', 'npm ci', '--app-command', 'npm start -- "a: b"');
    expect(workspace.read(file)).toMatch(
      /\n +npm ci\n[\s\S]*--sandbox --junit relay-phone.xml -- npm start -- "a: b"\n/,
    );
  });

  it.each([
    [['--app-command', 'one\ntwo'], '--app-command takes a shell command of one line'],
    [['--app-command', ' '], '--app-command takes a shell command of one line'],
    [['--app-setup', 'npm ci'], '--app-setup needs --app-command'],
  ])('refuses %j', async (flags, reason) => {
    const { code, stderr } = await ci('github', ...flags);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(reason) });
    expect(workspace.list()).toEqual([]);
  });
});

it.each([[[]], [['jenkins']], [['github', 'gitlab']]])('ci refuses %j', async (words) => {
  const { code, stderr } = await ci(...words);
  expect(code).toBe(2);
  expect(stderr).toContain('Failed to understand the command');
});
