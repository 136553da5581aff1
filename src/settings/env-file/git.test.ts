// Detecting, in real repositories, whether git would commit a file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findGitExposure } from './git.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-git-'));
  mkdirSync(join(folder, 'app'));
  path = join(folder, 'app', '.env');
  writeFileSync(path, 'A=1\n');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const git = (...args: string[]) => execFileSync('git', args, { cwd: folder });

describe('findGitExposure', () => {
  it('returns undefined outside a repository', async () => {
    expect(await findGitExposure(path)).toBeUndefined();
  });

  it('distinguishes an unignored file, a tracked file and an ignored file', async () => {
    git('init', '-q');
    expect(await findGitExposure(path)).toBe('would-be-committed');
    expect(await findGitExposure(join(folder, 'not-made-yet'))).toBe('would-be-committed');
    git('add', path);
    expect(await findGitExposure(path)).toBe('tracked');
    git('rm', '-q', '--cached', path);
    writeFileSync(join(folder, '.gitignore'), '.env\n');
    expect(await findGitExposure(path)).toBeUndefined();
  });

  it('reports a tracked file although an ignore rule was added later', async () => {
    git('init', '-q');
    git('add', path);
    writeFileSync(join(folder, '.gitignore'), '.env\n');
    expect(await findGitExposure(path)).toBe('tracked');
  });

  it('says that it does not know if git fails or is not installed', async () => {
    writeFileSync(join(folder, '.git'), 'gitdir: nowhere\n');
    expect(await findGitExposure(path)).toBe('unknown');
    vi.stubEnv('PATH', join(folder, 'no-programs-here'));
    expect(await findGitExposure(path)).toBe('unknown');
  });
});
