// Saving an .env file: links, modes, owners, concurrent changes, and failures that must leave the old file.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { saveEnvFile } from './save.js';

const OLD = Buffer.from('A=1\n');
const NEW = Buffer.from('A=1\nK=new\n');
const isRoot = process.getuid?.() === 0;

let folder: string;
let path: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'env-save-'));
  path = join(folder, '.env');
});

const modeOf = (file: string) => fs.statSync(file).mode & 0o7777;

describe('saveEnvFile', () => {
  it('creates a new file with mode 0600', () => {
    saveEnvFile(path, NEW, { expected: undefined });
    expect(fs.readFileSync(path)).toEqual(NEW);
    expect(modeOf(path)).toBe(0o600);
    expect(fs.readdirSync(folder)).toEqual(['.env']);
  });

  it.each([
    [0o600, 0o600],
    [0o644, 0o600],
    [0o777, 0o600],
    [0o400, 0o400],
    [0o444, 0o400],
  ])('turns mode %o into %o', (before, after) => {
    fs.writeFileSync(path, OLD);
    fs.chmodSync(path, before);
    saveEnvFile(path, NEW, { expected: OLD });
    expect(fs.readFileSync(path)).toEqual(NEW);
    expect(modeOf(path)).toBe(after);
  });

  it('keeps the owner', ({ skip }) => {
    skip(!isRoot, 'only root can change the owner of a file');
    fs.writeFileSync(path, OLD);
    fs.chownSync(path, 1234, 2345);
    saveEnvFile(path, NEW, { expected: OLD });
    expect(fs.statSync(path)).toMatchObject({ uid: 1234, gid: 2345 });
  });

  it('writes the file behind a chain of links, and keeps the links', () => {
    fs.mkdirSync(join(folder, 'deep'));
    fs.writeFileSync(join(folder, 'deep', 'real'), OLD);
    fs.symlinkSync('real', join(folder, 'deep', 'second'));
    fs.symlinkSync(join('deep', 'second'), path);
    saveEnvFile(path, NEW, { expected: OLD });
    expect(fs.readlinkSync(path)).toBe(join('deep', 'second'));
    expect(fs.readlinkSync(join(folder, 'deep', 'second'))).toBe('real');
    expect(fs.lstatSync(join(folder, 'deep', 'real')).isFile()).toBe(true);
    expect(fs.readFileSync(join(folder, 'deep', 'real'))).toEqual(NEW);
  });

  it('creates the missing file at the end of a chain of links', () => {
    fs.mkdirSync(join(folder, 'deep'));
    fs.symlinkSync(join('..', 'target'), join(folder, 'deep', 'second'));
    fs.symlinkSync(join('deep', 'second'), path);
    saveEnvFile(path, NEW, { expected: undefined });
    expect(fs.readFileSync(join(folder, 'target'))).toEqual(NEW);
    expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('resolves a relative link from the folder that really holds it', () => {
    fs.mkdirSync(join(folder, 'deep', 'inner'), { recursive: true });
    fs.symlinkSync(join('deep', 'inner'), join(folder, 'alias'));
    fs.symlinkSync(join('..', 'target'), join(folder, 'alias', '.env'));
    saveEnvFile(join(folder, 'alias', '.env'), NEW, { expected: undefined });
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
    expect(() => saveEnvFile(path, NEW, { expected, write })).toThrow(
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
    expect(() => saveEnvFile(path, NEW, { expected: OLD, write })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'the disk is full (ENOSPC)' }),
    );
    expect(seen).toEqual([0o600]);
    expect(fs.readFileSync(path)).toEqual(OLD);
    expect(fs.readdirSync(folder)).toEqual(['.env']);
  });

  it('names the reason if the folder is missing or the links form a loop', () => {
    expect(() => saveEnvFile(join(folder, 'no', '.env'), NEW, { expected: undefined })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'its folder does not exist (ENOENT)' }),
    );
    fs.symlinkSync('.env', path);
    expect(() => saveEnvFile(path, NEW, { expected: undefined })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'it cannot be written (ELOOP)' }),
    );
  });

  it('keeps the old file in a folder without write permission', ({ skip }) => {
    skip(isRoot, 'root may write anywhere');
    fs.writeFileSync(path, OLD);
    fs.chmodSync(folder, 0o500);
    expect(() => saveEnvFile(path, NEW, { expected: OLD })).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'its folder may not be written to (EACCES)' }),
    );
    expect(fs.readFileSync(path)).toEqual(OLD);
  });

  it('rethrows an error that is not a system error', () => {
    const write = () => {
      throw new TypeError('a bug');
    };
    expect(() => saveEnvFile(path, NEW, { expected: undefined, write })).toThrow(TypeError);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});
