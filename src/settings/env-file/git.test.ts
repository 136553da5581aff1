// Detecting, in real repositories, whether git exposes a file, and what git may not be told or asked.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findGitExposure } from './git.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'env-git-')));
  mkdirSync(join(folder, 'app'));
  path = join(folder, 'app', '.env');
  writeFileSync(path, 'A=1\n');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const git = (...args: string[]) => execFileSync('git', args, { cwd: folder });

const commit = () =>
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'x', '--allow-empty');
const kindOf = async (file = path, bytes?: Buffer) => (await findGitExposure(file, bytes)).kind;

describe('findGitExposure', () => {
  it('finds nothing outside a repository', async () => {
    expect(await findGitExposure(path)).toEqual({ kind: 'none', why: 'it is in no repository' });
  });

  it('distinguishes an unignored file, a tracked file and an ignored file', async () => {
    git('init', '-q');
    expect(await kindOf()).toBe('would-be-committed');
    expect(await kindOf(join(folder, 'not-made-yet'))).toBe('would-be-committed');
    git('add', path);
    expect(await kindOf()).toBe('tracked');
    git('rm', '-q', '--cached', path);
    writeFileSync(join(folder, '.gitignore'), '.env\n');
    expect(await findGitExposure(path)).toEqual({ kind: 'none', why: 'git ignores it' });
  });

  it('reports a tracked file although an ignore rule was added later', async () => {
    git('init', '-q');
    git('add', path);
    writeFileSync(join(folder, '.gitignore'), '.env\n');
    expect(await kindOf()).toBe('tracked');
  });

  it('says why it does not know, in the words of git, if git fails', async () => {
    writeFileSync(join(folder, '.git'), 'gitdir: nowhere\n');
    expect(await findGitExposure(path)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/^fatal: not a git repository: .*nowhere/),
    });
    vi.stubEnv('PATH', join(folder, 'no-programs-here'));
    expect(await findGitExposure(path)).toEqual({
      kind: 'unknown',
      reason: 'git is not installed, or not on the PATH',
      tryNext: ['install git'],
    });
  });

  it('does not know of a repository that belongs to another user, and names the setting that trusts it', async () => {
    git('init', '-q');
    git('add', path);
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
    expect(await findGitExposure(path)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('dubious ownership'),
      tryNext: [
        `git config --global --add safe.directory ${folder}, if you trust this repository`,
        `git -C ${folder} status, to see why`,
      ],
    });
  });

  it.each([
    ['GIT_DIR', '.git'],
    ['GIT_WORK_TREE', '.'],
    ['GIT_INDEX_FILE', '.git/index'],
    ['GIT_COMMON_DIR', '.git'],
    ['GIT_CONFIG_PARAMETERS', "'core.worktree'='/'"],
    ['GIT_GLOB_PATHSPECS', '1'],
    ['GIT_ATTR_SOURCE', 'HEAD'],
  ])('asks the repository of the file although a git that started us set %s', async (name, value) => {
    git('init', '-q');
    git('add', path);
    const other = mkdtempSync(join(tmpdir(), 'env-git-other-'));
    execFileSync('git', ['init', '-q'], { cwd: other });
    vi.stubEnv(name, value.includes('.') && !value.includes("'") ? join(other, value) : value);
    expect(await kindOf()).toBe('tracked');
  });

  it('finds no secret in a file that git-crypt has encrypted in the index, even if it is in the clear here', async () => {
    git('init', '-q');
    writeFileSync(path, Buffer.from('\0GITCRYPT\0ciphertext', 'latin1'));
    git('add', path);
    writeFileSync(path, 'TWILIO_AUTH_TOKEN=secret\n');
    expect(await findGitExposure(path)).toEqual({
      kind: 'none',
      why: 'git holds it encrypted: it is locked by git-crypt',
    });
  });

  it('finds no secret in a file that another filter has encrypted, and runs no filter to find out', async () => {
    git('init', '-q');
    writeFileSync(join(folder, '.gitattributes'), '.env filter=my-crypt\n');
    git('config', 'filter.my-crypt.clean', 'tr A-Za-z N-ZA-Mn-za-m');
    writeFileSync(path, 'TWILIO_AUTH_TOKEN=secret\n');
    expect(await findGitExposure(path)).toEqual({
      kind: 'none',
      why: 'git encrypts it (filter my-crypt)',
    });
    git('add', path);
    git('config', 'filter.my-crypt.clean', `sh -c 'touch ${join(folder, 'ran')}; cat'`);
    expect(await findGitExposure(path)).toEqual({
      kind: 'none',
      why: 'git holds it encrypted (filter my-crypt)',
    });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  it.each([
    ['bytes', "printf '\\377\\000A=1\\n'"],
    ['text', 'base64'],
  ])('finds no secret in a file of which a filter of any name made %s', async (_kind, filter) => {
    git('init', '-q');
    writeFileSync(join(folder, '.gitattributes'), '.env filter=team\n');
    git('config', 'filter.team.clean', filter);
    writeFileSync(path, 'TWILIO_AUTH_TOKEN=secret\n');
    git('add', path);
    const why = 'git holds it encrypted (filter team)';
    expect(await findGitExposure(path)).toEqual({ kind: 'none', why });
  });

  it('reports a file that Git LFS keeps', async () => {
    git('init', '-q');
    writeFileSync(join(folder, '.gitattributes'), '.env filter=lfs\n');
    git('config', 'filter.lfs.clean', 'echo version https://git-lfs.github.com/spec/v1; cat >/dev/null');
    writeFileSync(path, 'TWILIO_AUTH_TOKEN=secret\n');
    git('add', path);
    expect(await kindOf()).toBe('tracked');
  });

  it('reports a file that git holds in the clear although a filter should have encrypted it', async () => {
    git('init', '-q');
    writeFileSync(path, 'TWILIO_AUTH_TOKEN=secret\n');
    git('add', path);
    commit();
    writeFileSync(join(folder, '.gitattributes'), '.env filter=git-crypt\n');
    expect(await findGitExposure(path)).toEqual({ kind: 'tracked', bypassed: 'git-crypt' });
  });

  it('reports a file with a filter that does not encrypt', async () => {
    git('init', '-q');
    writeFileSync(join(folder, '.gitattributes'), '.env filter=tidy\n');
    git('add', path);
    expect(await findGitExposure(path)).toEqual({ kind: 'tracked', bypassed: undefined });
  });

  it.each([
    ['op://Dev/Twilio/token', 'each secret in it is a reference to 1Password (op://…)'],
    ['"encrypted:BDqDBibm4w"', 'each secret in it is ciphertext of dotenvx (encrypted:…)'],
    ['ENC[AES256_GCM,data:x,type:str]', 'each secret in it is ciphertext of sops (ENC[AES256_GCM,…])'],
  ])('finds no secret in a file with TWILIO_AUTH_TOKEN=%s', async (value, why) => {
    git('init', '-q');
    const bytes = Buffer.from(`DOTENV_PUBLIC_KEY=02ab\nPORT=8000\nTWILIO_AUTH_TOKEN=${value}\n`);
    writeFileSync(path, bytes);
    expect(await findGitExposure(path, bytes)).toEqual({ kind: 'none', why });
    git('add', path);
    expect(await findGitExposure(path)).toEqual({ kind: 'none', why });
    writeFileSync(path, `${bytes}SECRET_KEY=plain\n`);
    git('add', path);
    expect(await kindOf()).toBe('tracked');
  });

  it('reports a file of another folder that may not be searched as unknown', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write anywhere');
    chmodSync(join(folder, 'app'), 0o000);
    expect(await kindOf()).toBe('unknown');
    chmodSync(join(folder, 'app'), 0o700);
  });
});
