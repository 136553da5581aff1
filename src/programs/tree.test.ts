// Process trees: finding a process and its descendants, and ending them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { skipOnWindows } from '../../test/support/skips.js';
import { findProcess, findStartTime, findTree, listFromProc, listFromPs, stopTree } from './tree.js';

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

  const entry = (pid: number, parentPid: number, groupId = 1) => ({
    pid,
    parentPid,
    groupId,
    startTime: `${pid * 100}`,
  });
  const pids = (...of: Parameters<typeof findTree>) => findTree(...of).map(({ pid }) => pid);

  it('lists parents before their children', () => {
    const processes = [entry(30, 20), entry(20, 10), entry(10, 1), entry(40, 1)];
    expect(pids(processes, { pid: 10 })).toEqual([10, 20, 30]);
    expect(pids(processes, { pid: 50 })).toEqual([]);
    expect(pids(processes, { pid: undefined })).toEqual([]);
  });

  it('has the group of a program that leads one, and the descendants of it, also if the program has ended', () => {
    const processes = [entry(30, 1, 10), entry(40, 30, 40), entry(50, 1, 50)];
    expect(pids(processes, { pid: 10, startTime: '1000', leadsGroup: true })).toEqual([30, 40]);
    expect(pids(processes, { pid: 10, startTime: '1000' })).toEqual([]);
  });

  it('does not have a later process with the same pid, nor its group', () => {
    const processes = [entry(10, 1, 10), entry(30, 10, 10)];
    expect(pids(processes, { pid: 10, startTime: '7', leadsGroup: true })).toEqual([]);
    expect(pids(processes, { pid: 10, startTime: '1000', leadsGroup: true })).toEqual([10, 30]);
  });

  it('is the same from /proc and from ps', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux has /proc');
    const { parent, child } = await startFamily();
    const expected = [
      { pid: parent, parentPid: process.pid },
      { pid: child, parentPid: parent },
    ];
    expect(findTree(listFromProc(), { pid: parent })).toMatchObject(expected);
    expect(findTree(listFromPs(), { pid: parent })).toMatchObject(expected);
  });

  it('has a start time for each process, which stays the same', async () => {
    const { parent } = await startFamily();
    const found = findProcess(parent);
    expect(found?.startTime).toMatch(/\d/);
    expect(findProcess(parent)).toEqual(found);
    expect(findStartTime(parent)).toBe(found?.startTime);
    // No process has this id: Linux allows 2^22, macOS fewer.
    expect(findStartTime(2 ** 30)).toBe('ended');
    expect(listFromPs().find(({ pid }) => pid === parent)?.startTime).toMatch(/\d\d:\d\d:\d\d/);
  });

  it('ends when stopTree is called with its root', async () => {
    const { parent, child } = await startFamily();
    await stopTree({ pid: parent }, 5000);
    expect([isRunning(parent), isRunning(child)]).toEqual([false, false]);
  });

  it('is killed if it ignores SIGTERM', async () => {
    const { parent, child } = await startFamily("process.on('SIGTERM', () => undefined)");
    await stopTree({ pid: parent }, 200);
    await expect.poll(() => [isRunning(parent), isRunning(child)]).toEqual([false, false]);
  });
});
