// Which errors are faults of the machine, and what their messages say.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainMachineFault, onPath } from './machine-fault.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-fault-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not throw');
}

function systemError(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, errno: -1, syscall: 'write', ...more });
}

describe('a fault of the machine', () => {
  it.each([
    'ENOSPC',
    'EDQUOT',
    'EFBIG',
    'EROFS',
    'EACCES',
    'EPERM',
    'EMFILE',
    'ENFILE',
    'EIO',
    'ENOENT',
    'ENOTDIR',
    'EISDIR',
    'SQLITE_FULL',
    'SQLITE_IOERR_WRITE',
    'SQLITE_IOERR_FSYNC',
    'SQLITE_READONLY_DIRECTORY',
    'SQLITE_CANTOPEN',
    'SQLITE_CORRUPT',
    'SQLITE_CORRUPT_INDEX',
    'SQLITE_NOTADB',
    'SQLITE_BUSY_SNAPSHOT',
  ])("%s is the user's, names the file and its code, and has a way out", (code) => {
    const fault = explainMachineFault(systemError(code, { path: '/data/sandbox.db' }));
    expect(fault).toMatchObject({ kind: 'needsUser', task: 'use /data/sandbox.db' });
    expect(fault?.reason).toContain(`(${code})`);
    expect(fault?.tryNext.length).toBeGreaterThan(0);
  });

  it('names the file that was being written, although Node.js does not', () => {
    const path = join(folder, 'file');
    const error = catchError(() => onPath(path, () => readFileSync(folder)));
    expect(explainMachineFault(error)).toMatchObject({
      task: `use ${path}`,
      reason: expect.stringContaining('EISDIR'),
    });
  });

  it('names the state folder as something that can be elsewhere, and no option for any other file', () => {
    const inside = explainMachineFault(systemError('ENOSPC', { path: join(folder, 'backups/env') }));
    expect(inside?.tryNext.join()).not.toContain('--state-dir');
    writeFileSync(join(folder, 'layout'), '1\n');
    const beside = explainMachineFault(systemError('ENOSPC', { path: join(folder, 'backups/env') }));
    expect(beside?.tryNext).toContain('--state-dir PATH with another folder');
  });

  it('is a write to a full disk through an open file, such as stdout', ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux has /dev/full');
    const file = openSync('/dev/full', 'w');
    const error = catchError(() => writeFileSync(file, 'x'));
    closeSync(file);
    expect(explainMachineFault(error)).toMatchObject({
      task: 'read or write a file',
      reason: 'the disk is full (ENOSPC)',
    });
  });

  it('is what Node.js forbids with --permission', () => {
    const forbidden = { permission: 'FileSystemWrite', resource: '/data' };
    expect(explainMachineFault(systemError('ERR_ACCESS_DENIED', forbidden))).toMatchObject({
      reason: expect.stringContaining('FileSystemWrite to /data'),
      tryNext: [expect.stringContaining('without --permission'), expect.stringContaining('--allow-addons')],
    });
    expect(explainMachineFault(systemError('ERR_DLOPEN_DISABLED'))).toMatchObject({ kind: 'needsUser' });
  });

  it('says whose the file is if it belongs to another user', ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write anywhere');
    const path = '/etc/passwd';
    const fault = explainMachineFault(catchError(() => openSync(path, 'r+')));
    expect(fault?.reason).toContain('and it belongs to root');
    expect(fault?.tryNext[0]).toMatch(/^sudo chown /);
  });
});

describe('no fault of the machine', () => {
  it('is an error of a port, of our own code, or a value that is not an error', async () => {
    const server = createServer();
    const refused = await new Promise<unknown>((resolve) => {
      server.on('error', resolve);
      server.listen({ port: 1, host: '192.0.2.1' });
    });
    const others = [refused, systemError('EACCES'), systemError('EBADF'), new TypeError('x'), 'ENOSPC', null];
    expect(others.map(explainMachineFault)).toEqual(others.map(() => undefined));
  });
});
