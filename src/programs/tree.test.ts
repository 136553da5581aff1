// Process trees: finding a process and its descendants, and ending them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { skipOnWindows } from '../../test/support/skips.js';
import { findTree, listFromProc, listFromPs, stopTree } from './tree.js';

/** Starts a program with a child that prints its process id and keeps running; `trap` runs first in both. */
async function startFamily(trap = '') {
  const child = `${trap}; console.log(process.pid); setInterval(() => undefined, 1000)`;
  const parent = `${trap}; require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]], { stdio: 'inherit' });
    setInterval(() => undefined, 1000)`;
  const started = spawn(process.execPath, ['-e', parent, child], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(started.stdout, 'data');
  const family = { parent: started.pid ?? 0, child: Number(String(line)) };
  onTestFinished(() => {
    for (const pid of Object.values(family)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
  return family;
}

function isRunning(pid: number): boolean {
  return listFromPs().some((entry) => entry.pid === pid);
}

describe('a process tree', () => {
  beforeEach(skipOnWindows);

  it('lists parents before their children', () => {
    const processes = [
      { pid: 30, parentPid: 20, groupId: 1 },
      { pid: 20, parentPid: 10, groupId: 1 },
      { pid: 10, parentPid: 1, groupId: 1 },
      { pid: 40, parentPid: 1, groupId: 1 },
    ];
    expect(findTree(processes, 10).map(({ pid }) => pid)).toEqual([10, 20, 30]);
    expect(findTree(processes, 50)).toEqual([]);
  });

  it('is the same from /proc and from ps', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux has /proc');
    const { parent, child } = await startFamily();
    const expected = [
      { pid: parent, parentPid: process.pid },
      { pid: child, parentPid: parent },
    ];
    expect(findTree(listFromProc(), parent)).toMatchObject(expected);
    expect(findTree(listFromPs(), parent)).toEqual(findTree(listFromProc(), parent));
  });

  it('ends when stopTree is called with its root', async () => {
    const { parent, child } = await startFamily();
    await stopTree(parent, 5000);
    expect([isRunning(parent), isRunning(child)]).toEqual([false, false]);
  });

  it('is killed if it ignores SIGTERM', async () => {
    const { parent, child } = await startFamily("process.on('SIGTERM', () => undefined)");
    await stopTree(parent, 200);
    await expect.poll(() => [isRunning(parent), isRunning(child)]).toEqual([false, false]);
  });
});
