// Locks between processes: taking, releasing, waiting, and release by the death of the holder.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEADLINE } from '../../test/support/deadline.js';
import { openStateFolder, type StateFolder } from './folder.js';
import { acquireLock, findHolder, findLock, isLocked } from './lock.js';

let root: string;
let folder: StateFolder;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'relay-phone-lock-'));
  folder = openStateFolder(join(root, 'state'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Starts another process that takes the lock as SQLite does. */
async function holdElsewhere(): Promise<ChildProcess> {
  const script = `
    const Database = require('libsql');
    new Database(process.argv[1]).exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', script, folder.file('setup.lock')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('a lock', () => {
  it('has one holder at a time, and is free after release', () => {
    const first = findLock(folder, 'setup', 'init');
    expect(first).toBeDefined();
    expect(findLock(folder, 'setup', 'undo')).toBeUndefined();
    expect(findHolder(folder, 'setup')).toEqual({ pid: process.pid, command: 'init' });
    first?.release();
    expect(findHolder(folder, 'setup')).toBeUndefined();
    const second = findLock(folder, 'setup', 'undo');
    expect(second).toBeDefined();
    second?.release();
  });

  it('is free after its holder is killed with SIGKILL', async () => {
    const child = await holdElsewhere();
    expect(findLock(folder, 'setup', 'init')).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = findLock(folder, 'setup', 'init');
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('can be checked without being taken', async () => {
    expect(isLocked(folder, 'setup')).toBe(false);
    const child = await holdElsewhere();
    expect(isLocked(folder, 'setup')).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isLocked(folder, 'setup')).toBe(false);
    expect(findHolder(folder, 'setup')).toBeUndefined();
  });

  it('is acquired when its holder ends, and the wait is reported once', async () => {
    const child = await holdElsewhere();
    const onWait = vi.fn();
    const options = { command: 'init', timeoutMs: DEADLINE, onWait };
    const waiting = acquireLock(folder, 'setup', options);
    await expect.poll(() => onWait.mock.calls.length).toBe(1);
    // Time for several more attempts.
    await new Promise((resolve) => setTimeout(resolve, 150));
    child.kill('SIGKILL');
    (await waiting).release();
    expect(onWait).toHaveBeenCalledTimes(1);
  });

  it('names its holder after the timeout', async () => {
    const child = await holdElsewhere();
    writeFileSync(folder.file('setup.holder'), JSON.stringify({ pid: 4242, command: 'undo' }));
    const failure = acquireLock(folder, 'setup', { command: 'init', timeoutMs: 100 });
    await expect(failure).rejects.toMatchObject({
      kind: 'needsUser',
      reason: expect.stringContaining('4242'),
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});
