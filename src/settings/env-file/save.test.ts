// Saving an .env file: links, modes, owners, concurrent changes, and failures that must leave the old file.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isWindows, NO_POSIX } from '../../../test/support/skips.js';
import { completeInterruptedWrite } from './interrupted-write.js';
import { findWriteObstacle, type SaveOptions, saveEnvFile } from './save.js';

const OLD = Buffer.from('A=1\n');
const NEW = Buffer.from('A=1\nK=new\n');
const isRoot = process.getuid?.() === 0;

let folder: string;
let path: string;
let backups: string;
beforeEach(() => {
  backups = fs.mkdtempSync(join(tmpdir(), 'env-backups-'));
  folder = fs.mkdtempSync(join(tmpdir(), 'env-save-'));
  path = join(folder, '.env');
});

const save = (file: string, bytes: Buffer, options: Omit<SaveOptions, 'backups'>) =>
  saveEnvFile(file, bytes, { ...options, backups: join(backups, 'of-this-project') });

const modeOf = (file: string) => fs.statSync(file).mode & 0o7777;

describe('saveEnvFile', () => {
  it('creates a new file with mode 0600', () => {
    save(path, NEW, { expected: undefined });
    expect(fs.readFileSync(path)).toEqual(NEW);
    expect(modeOf(path)).toBe(0o600);
    expect(fs.readdirSync(folder)).toEqual(['.env']);
  });

  it.each([0o600, 0o640, 0o644, 0o664, 0o604, 0o400, 0o444, 0o777])('keeps the mode %o', (mode) => {
    fs.writeFileSync(path, OLD);
    fs.chmodSync(path, mode);
    save(path, NEW, { expected: OLD });
    expect(fs.readFileSync(path)).toEqual(NEW);
    expect(modeOf(path)).toBe(mode);
  });

  it('keeps the owner', ({ skip }) => {
    skip(!isRoot, 'only root can change the owner of a file');
    fs.writeFileSync(path, OLD);
    fs.chownSync(path, 1234, 2345);
    save(path, NEW, { expected: OLD });
    expect(fs.statSync(path)).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it('writes the file behind a chain of links, and keeps the links', () => {
    fs.mkdirSync(join(folder, 'deep'));
    fs.writeFileSync(join(folder, 'deep', 'real'), OLD);
    fs.symlinkSync('real', join(folder, 'deep', 'second'));
    fs.symlinkSync(join('deep', 'second'), path);
    save(path, NEW, { expected: OLD });
    expect(fs.readlinkSync(path)).toBe(join('deep', 'second'));
    expect(fs.readlinkSync(join(folder, 'deep', 'second'))).toBe('real');
    expect(fs.lstatSync(join(folder, 'deep', 'real')).isFile()).toBe(true);
    expect(fs.readFileSync(join(folder, 'deep', 'real'))).toEqual(NEW);
  });

  it('creates the missing file at the end of a chain of links', () => {
    fs.mkdirSync(join(folder, 'deep'));
    fs.symlinkSync(join('..', 'target'), join(folder, 'deep', 'second'));
    fs.symlinkSync(join('deep', 'second'), path);
    save(path, NEW, { expected: undefined });
    expect(fs.readFileSync(join(folder, 'target'))).toEqual(NEW);
    expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('resolves a relative link from the folder that really holds it', () => {
    fs.mkdirSync(join(folder, 'deep', 'inner'), { recursive: true });
    fs.symlinkSync(join('deep', 'inner'), join(folder, 'alias'));
    fs.symlinkSync(join('..', 'target'), join(folder, 'alias', '.env'));
    save(join(folder, 'alias', '.env'), NEW, { expected: undefined });
    expect(fs.readFileSync(join(folder, 'deep', 'target'))).toEqual(NEW);
  });

  it.each([
    ['changed', OLD, 'A=2\n'],
    ['created', undefined, 'A=2\n'],
    ['deleted', OLD, undefined],
  ])('writes nothing if another program %s the file in the meantime', (_, expected, theirs) => {
    if (expected) fs.writeFileSync(path, expected);
    const write = (file: number, bytes: Buffer) => {
      fs.writeFileSync(file, bytes);
      if (theirs === undefined) fs.rmSync(path);
      else fs.writeFileSync(path, theirs);
    };
    expect(() => save(path, NEW, { expected, write })).toThrow(
      expect.objectContaining({ kind: 'needsUser', tryNext: ['run it again'] }),
    );
    expect(fs.readdirSync(folder)).toEqual(theirs === undefined ? [] : ['.env']);
    if (theirs !== undefined) expect(fs.readFileSync(path, 'utf8')).toBe(theirs);
  });

  it('keeps the old file if the disk fills up during the write', () => {
    fs.writeFileSync(path, OLD);
    const seen: number[] = [];
    const write = (file: number, bytes: Buffer) => {
      seen.push(fs.fstatSync(file).mode & 0o7777);
      fs.writeSync(file, bytes.subarray(0, 3));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    expect(() => save(path, NEW, { expected: OLD, write })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'the disk is full (ENOSPC)' }),
    );
    expect(seen).toEqual([0o600]);
    expect(fs.readFileSync(path)).toEqual(OLD);
    expect(fs.readdirSync(folder)).toEqual(['.env']);
  });

  it('names the reason if the folder is missing or the links form a loop', () => {
    expect(() => save(join(folder, 'no', '.env'), NEW, { expected: undefined })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'its folder does not exist (ENOENT)' }),
    );
    fs.symlinkSync('.env', path);
    expect(() => save(path, NEW, { expected: undefined })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'it cannot be written (ELOOP)' }),
    );
  });

  it('keeps the old file in a folder without write permission', ({ skip }) => {
    skip(isRoot, 'root may write anywhere');
    fs.writeFileSync(path, OLD, { mode: 0o400 });
    fs.chmodSync(folder, 0o500);
    expect(() => save(path, NEW, { expected: OLD })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'it may not be written to (EACCES)' }),
    );
    expect(fs.readFileSync(path)).toEqual(OLD);
  });

  it('rethrows an error that is not a system error', () => {
    const write = () => {
      throw new TypeError('a bug');
    };
    expect(() => save(path, NEW, { expected: undefined, write })).toThrow(TypeError);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('a file that a rename would change', () => {
  beforeEach(({ skip }) => skip(isWindows, NO_POSIX));

  /** Makes the file one that is written in place: it has a second name. */
  const link = () => {
    fs.writeFileSync(path, OLD, { mode: 0o640 });
    fs.linkSync(path, join(folder, 'second'));
  };

  it('is written in place if it has a second name, and keeps its mode', () => {
    link();
    save(path, NEW, { expected: OLD });
    expect(fs.readFileSync(join(folder, 'second'))).toEqual(NEW);
    save(path, OLD, { expected: NEW });
    expect(fs.readFileSync(join(folder, 'second'))).toEqual(OLD);
    expect(modeOf(path)).toBe(0o640);
    expect(fs.readdirSync(folder).sort()).toEqual(['.env', 'second']);
    expect(fs.readdirSync(join(backups, 'of-this-project'))).toEqual([]);
  });

  it('is written in place in a folder of somebody else', ({ skip }) => {
    skip(isRoot, 'root may write anywhere');
    fs.writeFileSync(path, OLD);
    fs.chmodSync(folder, 0o500);
    save(path, NEW, { expected: OLD });
    expect(fs.readFileSync(path)).toEqual(NEW);
    fs.chmodSync(folder, 0o700);
  });

  it('has its old bytes again if the disk fills up', () => {
    link();
    const write = (file: number, bytes: Buffer) => {
      fs.writeSync(file, bytes.subarray(0, 2));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    const long = Buffer.from('B=2\nlonger than before\n');
    expect(() => save(path, long, { expected: OLD, write })).toThrow(
      expect.objectContaining({ reason: 'the disk is full (ENOSPC)' }),
    );
    expect(fs.readFileSync(path)).toEqual(OLD);
    expect(fs.readdirSync(join(backups, 'of-this-project'))).toEqual([]);
  });

  const LONG = Buffer.from('A=1\nB=22222222\nC=3\n');
  const OTHER = Buffer.from('A=1\nB=4\n');

  /** Leaves what a kill leaves after it has written `count` bytes of `after`. */
  function writeAndDie(before: Buffer, after: Buffer, count: number): void {
    fs.writeFileSync(path, before);
    if (fs.statSync(path).nlink === 1) fs.linkSync(path, join(folder, 'second'));
    const record = join(backups, 'of-this-project', 'written-in-place.json');
    let kept: Buffer = Buffer.alloc(0);
    const write = (file: number, bytes: Buffer) => {
      kept = fs.readFileSync(record);
      fs.writeFileSync(file, bytes);
    };
    save(path, after, { expected: before, write });
    fs.writeFileSync(record, kept);
    fs.writeFileSync(path, Buffer.concat([after.subarray(0, count), before.subarray(count)]));
  }

  it.each([
    ['shorter', LONG, OTHER],
    ['longer', OTHER, LONG],
  ])('is completed after a kill at any byte of a %s version', (_, before, after) => {
    for (let count = 0; count <= after.length; count += 1) {
      writeAndDie(before, after, count);
      const found = fs.readFileSync(path);
      const isBefore = found.equals(before);
      const isDone = isBefore || found.equals(after);
      const completed = completeInterruptedWrite(join(backups, 'of-this-project'), () => true);
      expect(completed, `after ${count} bytes`).toBe(isDone ? undefined : fs.realpathSync(path));
      expect(fs.readFileSync(path)).toEqual(isBefore ? before : after);
      expect(completeInterruptedWrite(join(backups, 'of-this-project'), () => true)).toBeUndefined();
    }
  });

  it('stays as it is after a kill if it is not ours to write, or if the user changed it since', () => {
    writeAndDie(LONG, OTHER, 6);
    const cut = fs.readFileSync(path);
    expect(completeInterruptedWrite(join(backups, 'of-this-project'), () => false)).toBeUndefined();
    expect(fs.readFileSync(path)).toEqual(cut);
    writeAndDie(LONG, OTHER, 6);
    fs.writeFileSync(path, 'MINE=1\n');
    expect(completeInterruptedWrite(join(backups, 'of-this-project'), () => true)).toBeUndefined();
    expect(fs.readFileSync(path, 'utf8')).toBe('MINE=1\n');
  });
});

describe('a file that is never written', () => {
  beforeEach(({ skip }) => skip(isWindows, NO_POSIX));

  it('is a named pipe, which is neither replaced nor waited for', () => {
    execFileSync('mkfifo', [path]);
    expect(() => save(path, NEW, { expected: undefined })).toThrow(
      expect.objectContaining({
        kind: 'needsUser',
        reason: 'it is a named pipe, into which another program writes',
      }),
    );
    expect(fs.lstatSync(path).isFIFO()).toBe(true);
    expect(findWriteObstacle(path)?.name).toBe('a named pipe, into which another program writes');
  });

  it('is the null device, also behind a link', () => {
    fs.symlinkSync('/dev/null', path);
    expect(() => save(path, NEW, { expected: Buffer.alloc(0) })).toThrow(
      expect.objectContaining({ reason: 'it is the null device, which keeps nothing' }),
    );
    expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('is a folder', () => {
    fs.mkdirSync(path);
    expect(() => save(path, NEW, { expected: undefined })).toThrow(
      expect.objectContaining({ reason: 'it is a folder' }),
    );
  });

  it('is one that may not be written to, in such a folder', ({ skip }) => {
    skip(isRoot, 'root may write anywhere');
    fs.writeFileSync(path, OLD, { mode: 0o400 });
    fs.chmodSync(folder, 0o500);
    expect(findWriteObstacle(path)?.name).toBe('read-only here');
    fs.chmodSync(folder, 0o700);
    expect(findWriteObstacle(path)).toBeUndefined();
  });
});
