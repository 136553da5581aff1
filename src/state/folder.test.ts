// The state folder: its permissions, its layout, and that looking for it changes nothing.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWindows, NO_POSIX } from '../../test/support/skips.js';
import { findStateFolder, obtainSecret, openStateFolder } from './folder.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'relay-phone-folder-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the state folder', () => {
  it('is private and ignored by git', () => {
    const folder = openStateFolder(join(root, 'a', 'state'));
    if (process.platform !== 'win32') expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    expect(readFileSync(folder.file('.gitignore'), 'utf8')).toBe('*\n');
  });

  it('becomes private if it was readable by others', () => {
    const path = join(root, 'state');
    mkdirSync(path, { mode: 0o755 });
    openStateFolder(path);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is not created by findStateFolder', () => {
    expect(findStateFolder(join(root, 'state'))).toBeUndefined();
    expect(statSync(join(root, 'state'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is not changed by findStateFolder', () => {
    const { path } = openStateFolder(join(root, 'state'));
    chmodSync(path, 0o755);
    expect(findStateFolder(path)?.path).toBe(path);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it('opens although the process that created it was killed halfway', () => {
    const path = join(root, 'state');
    mkdirSync(path);
    writeFileSync(join(path, 'layout'), '');
    const folder = openStateFolder(path);
    expect(readFileSync(folder.file('layout'), 'utf8')).toBe('1\n');
    expect(readdirSync(path).sort()).toEqual(['.gitignore', 'id', 'layout']);
  });

  it('is refused and unchanged if a newer relay-phone wrote it', () => {
    const folder = openStateFolder(join(root, 'state'));
    writeFileSync(folder.file('layout'), '2\n');
    expect(() => openStateFolder(folder.path)).toThrow(/newer relay-phone/);
    expect(readFileSync(folder.file('layout'), 'utf8')).toBe('2\n');
  });

  it('is refused with the system code if it cannot be written', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => openStateFolder(join(root, 'file', 'state'))).toThrow(/cannot be written: .* \(ENOTDIR\)/);
  });
});

describe('a secret of the state folder', () => {
  it('is made once, readable by its owner only', () => {
    const folder = openStateFolder(join(root, 'state'));
    const secret = obtainSecret(folder, 'token');
    expect(secret).toMatch(/^[0-9a-f]{40}$/);
    expect(obtainSecret(folder, 'token')).toBe(secret);
    if (process.platform !== 'win32') expect(statSync(folder.file('token')).mode & 0o777).toBe(0o600);
  });

  it.for([
    ['a secret', '0123456789'.repeat(4)],
    ['another file', 'something else'],
    ['nothing', undefined],
  ] as const)('is not read through a symbolic link to %s, nor written there', ([, content], { skip }) => {
    skip(isWindows, NO_POSIX);
    const folder = openStateFolder(join(root, 'state'));
    const target = join(root, 'target');
    if (content !== undefined) writeFileSync(target, content);
    symlinkSync(target, folder.file('token'));
    expect(() => obtainSecret(folder, 'token')).toThrow(
      expect.objectContaining({
        kind: 'needsUser',
        reason: 'it is a symbolic link, and relay-phone makes none',
      }),
    );
    expect(lstatSync(folder.file('token')).isSymbolicLink()).toBe(true);
    if (content === undefined) expect(existsSync(target)).toBe(false);
    else expect(readFileSync(target, 'utf8')).toBe(content);
  });

  it('is not read from a folder', () => {
    const folder = openStateFolder(join(root, 'state'));
    mkdirSync(folder.file('token'));
    expect(() => obtainSecret(folder, 'token')).toThrow(
      expect.objectContaining({ reason: 'it is not a file' }),
    );
  });
});
