// Reading .env files: as python-decouple, as dotenv, and which files are refused.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../../../test/support/deadline.js';
import { isWindows, NO_POSIX } from '../../../test/support/skips.js';
import { createEnvReader, findStarter, readWithDecouple, readWithDotenv } from './read.js';

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

describe('createEnvReader', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'env-read-'));
    path = join(folder, '.env');
  });
  const read = createEnvReader();

  it('returns the bytes, the mode, the path behind a link, and the values that dotenv reads', async () => {
    writeFileSync(join(folder, 'real'), 'A=1 # one\n', { mode: 0o640 });
    symlinkSync('real', path);
    const file = await read(path);
    expect(file?.path).toBe(path);
    expect(file?.realPath).toMatch(/real$/);
    expect(file?.bytes.toString()).toBe('A=1 # one\n');
    expect(file?.mode).toBe(0o640);
    expect(file?.values.get('A')).toBe('1');
  });

  it('returns undefined for a missing file, also behind a link', async () => {
    symlinkSync('nothing', join(folder, 'link'));
    expect(await read(path)).toBeUndefined();
    expect(await read(join(folder, 'link'))).toBeUndefined();
  });

  it.each([
    ['it is UTF-16', 'UTF-16, low byte first', Buffer.from('\ufeffA=1\n', 'utf16le')],
    ['it is UTF-16', 'UTF-16, high byte first', Buffer.from('feff0041', 'hex')],
    ['it is UTF-16', 'UTF-16 without a byte order mark', Buffer.from('A=1\n', 'utf16le')],
    ['it is not text', 'NUL', Buffer.from('A=1\0\n')],
  ])('refuses a file that is not text: %s', async (reason, _, bytes) => {
    writeFileSync(path, bytes);
    await expect(read(path)).rejects.toMatchObject({ kind: 'needsUser', reason });
  });

  it.each([
    ['\0GITCRYPT\0\x9c\x01', 'it is locked by git-crypt', 'git-crypt unlock'],
    ['-----BEGIN AGE ENCRYPTED FILE-----\n', 'it is ciphertext of age', 'age --decrypt'],
    ['age-encryption.org/v1\n-> X25519', 'it is ciphertext of age', 'age --decrypt'],
    ['{\n\t"data": "ENC[AES256_GCM,data:x]"', 'it is ciphertext of sops', 'sops decrypt'],
    ['$ANSIBLE_VAULT;1.1;AES256\n6162', 'it is ciphertext of Ansible Vault', 'ansible-vault decrypt'],
    ['U2FsdGVkX1+abc=\n', 'it is ciphertext of transcrypt or OpenSSL', 'transcrypt, with your password'],
    ['version https://git-lfs.github.com/spec/v1\n', 'it is a pointer of Git LFS', 'git lfs pull'],
  ])('names what unlocks a file that begins with %j, and no editor', async (text, reason, advice) => {
    writeFileSync(path, Buffer.from(text, 'latin1'));
    await expect(read(path)).rejects.toMatchObject({ kind: 'needsUser', reason });
    const error: unknown = await read(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ tryNext: [advice, '--env-file PATH with another file'] });
  });

  it('refuses a folder, a socket and a device without waiting for them', async ({ skip }) => {
    await expect(read(folder)).rejects.toMatchObject({ kind: 'needsUser', reason: 'it is a folder' });
    skip(isWindows, NO_POSIX);
    await expect(read('/dev/zero')).rejects.toMatchObject({ reason: 'it is a device' });
    const server = createServer().listen(path);
    await once(server, 'listening');
    await expect(read(path)).rejects.toMatchObject({ reason: 'it is a socket' });
    server.close();
  });

  it('reads the null device as an empty file', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    symlinkSync('/dev/null', path);
    for (const empty of ['/dev/null', path]) {
      expect(await read(empty)).toMatchObject({ bytes: Buffer.alloc(0), values: new Map() });
    }
  });

  it('names the system code of any other error', async () => {
    symlinkSync('loop', join(folder, 'loop'));
    await expect(read(join(folder, 'loop'))).rejects.toMatchObject({
      kind: 'needsUser',
      reason: 'it cannot be read (ELOOP)',
    });
  });
});

describe('a named pipe', () => {
  let path: string;
  beforeEach(({ skip }) => {
    skip(isWindows, NO_POSIX);
    path = join(mkdtempSync(join(tmpdir(), 'env-pipe-')), '.env');
    execFileSync('mkfifo', [path]);
  });

  /** Writes to the pipe as soon as somebody reads it. */
  const write = (text: string) => writeFile(path, text);

  it('is read once: a second read gets what the first one got', async () => {
    const read = createEnvReader({ pipeTimeoutMs: DEADLINE });
    const reading = read(path);
    await write('A=1\n');
    expect((await reading)?.values).toEqual(new Map([['A', '1']]));
    expect((await read(path))?.bytes.toString()).toBe('A=1\n');
    expect(lstatSync(path).isFIFO()).toBe(true);
  });

  it('is read by each reader anew', async () => {
    for (const text of ['A=1\n', 'A=2\n']) {
      const reading = createEnvReader({ pipeTimeoutMs: DEADLINE })(path);
      await write(text);
      expect((await reading)?.bytes.toString()).toBe(text);
    }
  });

  it('is read to its end, if it gives more than one buffer', async () => {
    const long = `A=${'x'.repeat(300_000)}\n`;
    const reading = createEnvReader({ pipeTimeoutMs: DEADLINE })(path);
    await write(long);
    expect((await reading)?.bytes.toString()).toBe(long);
  });

  it('without a writer is given up, after saying what is waited for', async () => {
    const slow: string[] = [];
    const read = createEnvReader({ pipeTimeoutMs: 1100, onSlowPipe: (pipe) => slow.push(pipe) });
    await expect(read(path)).rejects.toMatchObject({
      kind: 'needsUser',
      reason: 'it is a named pipe, and no program has written to it within 1.1 s',
    });
    expect(slow).toEqual([path]);
  });

  it('that is never closed, or gives more than 1 MB, is given up', async () => {
    const held = openSync(path, constants.O_RDWR);
    writeSync(held, 'A=1\n');
    await expect(createEnvReader({ pipeTimeoutMs: 50 })(path)).rejects.toMatchObject({
      reason: 'it is a named pipe, and the program that writes to it does not close it',
    });
    closeSync(held);
    const reading = createEnvReader({ pipeTimeoutMs: DEADLINE })(path);
    void write('x'.repeat(2_000_000)).catch(() => undefined);
    await expect(reading).rejects.toMatchObject({
      reason: 'it is a named pipe, and more than 1 MB came out of it',
    });
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
