// Reading .env files: as python-decouple, as dotenv, and which files are refused.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findStarter, readEnvFile, readWithDecouple, readWithDotenv } from './read.js';

const decouple = (text: string) => Object.fromEntries(readWithDecouple(Buffer.from(text)));
const dotenv = (text: string) => Object.fromEntries(readWithDotenv(Buffer.from(text)));

describe('readWithDecouple', () => {
  it.each([
    ['A=x # note', { A: 'x # note' }],
    [' A = x ', { A: 'x' }],
    ['# A=x', {}],
    ['A', {}],
    ['export A=x', { 'export A': 'x' }],
    [`A="x"\nB='y'\nC="z'\nD="`, { A: 'x', B: 'y', C: `"z'`, D: '"' }],
    ['A=""x""', { A: '"x"' }],
    ['A="a\\nb"', { A: 'a\\nb' }],
    ['A=1\rA=2\r\nB=3', { A: '2', B: '3' }],
    ['\ufeffA=1', { '\ufeffA': '1' }],
    ['\x1cA\x85=\u2003x\u3000', { A: 'x' }],
    ['A=x=y', { A: 'x=y' }],
  ])('reads %j as python-decouple does', (text, values) => {
    expect(decouple(text)).toEqual(values);
  });
});

describe('readWithDotenv', () => {
  it('reads comments, exports, escapes, multi-line values and a byte order mark as dotenv does', () => {
    const text = '\ufeffA=x # note\nexport B=y\nC="a\\nb"\nD="1\n2"\n';
    expect(dotenv(text)).toEqual({ A: 'x', B: 'y', C: 'a\nb', D: '1\n2' });
  });
});

describe('readEnvFile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'env-read-'));
  });

  it('returns the bytes, the mode, the path behind a link, and the values that dotenv reads', () => {
    writeFileSync(join(folder, 'real'), 'A=1 # one\n', { mode: 0o640 });
    symlinkSync('real', join(folder, '.env'));
    const file = readEnvFile(join(folder, '.env'));
    expect(file?.path).toBe(join(folder, '.env'));
    expect(file?.realPath).toMatch(/real$/);
    expect(file?.bytes.toString()).toBe('A=1 # one\n');
    expect(file?.mode).toBe(0o640);
    expect(file?.values.get('A')).toBe('1');
  });

  it('returns undefined for a missing file, also behind a link', () => {
    symlinkSync('nothing', join(folder, 'link'));
    expect(readEnvFile(join(folder, '.env'))).toBeUndefined();
    expect(readEnvFile(join(folder, 'link'))).toBeUndefined();
  });

  it.each([
    ['UTF-16, low byte first', Buffer.from('\ufeffA=1\n', 'utf16le')],
    ['UTF-16, high byte first', Buffer.from('feff0041', 'hex')],
    ['NUL', Buffer.from('A=1\0\n')],
  ])('refuses a file that is not text: %s', (_, bytes) => {
    writeFileSync(join(folder, '.env'), bytes);
    expect(() => readEnvFile(join(folder, '.env'))).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'it is UTF-16 or not text at all' }),
    );
  });

  it('refuses a folder and a device', () => {
    for (const path of [folder, devNull]) {
      expect(() => readEnvFile(path)).toThrow(
        expect.objectContaining({ kind: 'needsUser', reason: 'it is not a regular file' }),
      );
    }
  });

  it('names the system code of any other error', () => {
    symlinkSync('loop', join(folder, 'loop'));
    expect(() => readEnvFile(join(folder, 'loop'))).toThrow(
      expect.objectContaining({ kind: 'needsUser', reason: 'it cannot be read (ELOOP)' }),
    );
  });
});

describe('findStarter', () => {
  it('prefers .env-dist to .env.example, ignores folders, and returns undefined without either', () => {
    const folder = mkdtempSync(join(tmpdir(), 'env-starter-'));
    expect(findStarter(folder)).toBeUndefined();
    expect(findStarter(join(folder, 'missing'))).toBeUndefined();
    mkdirSync(join(folder, '.env-dist'));
    writeFileSync(join(folder, '.env.example'), 'A=\n');
    expect(findStarter(folder)).toBe(join(folder, '.env.example'));
    const other = mkdtempSync(join(tmpdir(), 'env-starter-'));
    writeFileSync(join(other, '.env.example'), 'A=\n');
    writeFileSync(join(other, '.env-dist'), 'A=\n');
    expect(findStarter(other)).toBe(join(other, '.env-dist'));
  });
});
