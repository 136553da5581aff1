// Looking for the present secrets of a file in the history of real repositories.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findCommittedSecrets } from './git-history.js';
import { readWithDotenv } from './read.js';

const SECRET = 'TWILIO_AUTH_TOKEN=secret\n';

let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'env-history-')));
  mkdirSync(join(folder, 'app'));
  path = join(folder, 'app', '.env');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });

function commit(content: string | undefined): string {
  if (content === undefined) git('rm', '-q', path);
  else {
    writeFileSync(path, content);
    git('add', '-f', path);
  }
  git('commit', '-qm', 'x', '--no-verify');
  return git('rev-parse', '--short', 'HEAD').trim();
}

const find = (now: string) => findCommittedSecrets(path, readWithDotenv(Buffer.from(now)));

describe('findCommittedSecrets', () => {
  it('finds nothing outside a repository, and in one without a commit', async () => {
    expect(await find(SECRET)).toEqual({ kind: 'none' });
    git('init', '-q');
    expect(await find(SECRET)).toEqual({ kind: 'none' });
  });

  it('names the newest commit that has a present secret, and not its value', async () => {
    git('init', '-q');
    commit(SECRET);
    const newest = commit(`${SECRET}PORT=1\nSECRET_KEY=old\n`);
    commit('PORT=1\n');
    commit(undefined);
    const found = await find(`PORT=1\n${SECRET}SECRET_KEY=new\n`);
    expect(found).toEqual({ kind: 'found', commit: newest, names: ['TWILIO_AUTH_TOKEN'] });
  });

  it('says that it did not look at all of more than fifty versions', async () => {
    git('init', '-q');
    commit(SECRET);
    for (let version = 1; version < 50; version += 1) commit(`PORT=${version}\n`);
    expect(await find(SECRET)).toMatchObject({ kind: 'found' });
    commit('PORT=50\n');
    expect(await find(SECRET)).toMatchObject({
      kind: 'unknown',
      reason: 'only its newest 50 versions were looked at',
      tryNext: [expect.stringContaining('log --all')],
    });
  });

  it('looks at every branch, and at commits of a merged one', async () => {
    git('init', '-q', '-b', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'x');
    git('checkout', '-qb', 'other');
    const added = commit(SECRET);
    git('checkout', '-q', 'main');
    expect(await find(SECRET)).toMatchObject({ commit: added });
    git('checkout', '-q', 'other');
    commit(undefined);
    git('checkout', '-q', 'main');
    git('merge', '-q', '--no-ff', '-m', 'x', 'other');
    git('branch', '-qD', 'other');
    expect(await find(SECRET)).toMatchObject({ commit: added });
  });

  it.each([
    ['a secret that was changed since', SECRET, 'TWILIO_AUTH_TOKEN=another\n'],
    ['values that are no secrets', 'PORT=8000\nTWILIO_MAIN_NUMBER=+12025550123\n', undefined],
    ['an empty value', 'TWILIO_AUTH_TOKEN=\n', undefined],
    ['a reference', 'TWILIO_AUTH_TOKEN=op://Dev/Twilio/token\n', undefined],
    ['a public key', 'DOTENV_PUBLIC_KEY=02ab\n', undefined],
    ['a sandbox', `TWILIO_ACCOUNT_SID=AC5a4db0c5${'0'.repeat(24)}\n${SECRET}`, undefined],
  ])('has nothing against %s', async (_what, committed, now = committed) => {
    git('init', '-q');
    commit(committed);
    commit(undefined);
    expect(await find(now)).toEqual({ kind: 'none' });
  });

  it('runs nothing that the repository configures', async () => {
    git('init', '-q');
    const added = commit(SECRET);
    commit(undefined);
    const ran = join(folder, 'ran');
    writeFileSync(join(folder, 'run'), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    const program = join(folder, 'run');
    for (const [name, value] of [
      ['log.showSignature', 'true'],
      ['gpg.program', program],
      ['diff.external', program],
      ['core.pager', program],
      ['core.fsmonitor', program],
      ['core.sshCommand', program],
    ] as const)
      git('config', name, value);
    expect(await find(SECRET)).toMatchObject({ commit: added });
    expect(existsSync(ran)).toBe(false);
  });

  it('says why it does not know', async () => {
    writeFileSync(join(folder, '.git'), 'gitdir: nowhere\n');
    expect(await find(SECRET)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('nowhere') });
    vi.stubEnv('PATH', join(folder, 'no-programs-here'));
    expect(await find(SECRET)).toMatchObject({ kind: 'unknown', tryNext: ['install git'] });
  });
});
