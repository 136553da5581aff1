// Starting a long-running program: exit code, signals, and stopping it with its children.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isWindows, NO_POSIX } from '../../test/support/skips.js';
import { startProgram } from './start.js';
import { listFromPs } from './tree.js';

const start = (script: string, isQuick: boolean, environment: Record<string, string> = {}) =>
  startProgram([process.execPath, '-e', script], {
    command: 'exec',
    cwd: tmpdir(),
    environment,
    json: true,
    hasTerminal: false,
    isQuick,
  });

describe.each([true, false])('startProgram (isQuick: %s)', (isQuick) => {
  it('returns the exit code, and adds the given environment to ours', async () => {
    const program = await start('process.exitCode = Number(process.env.CODE)', isQuick, { CODE: '7' });
    expect(await program.ended).toBe(7);
    await program.stop();
  });

  it('throws a usage error if the program does not exist', async () => {
    const options = {
      command: 'exec',
      cwd: tmpdir(),
      environment: {},
      json: true,
      hasTerminal: false,
      isQuick,
    };
    await expect(startProgram(['no-such-program'], options)).rejects.toMatchObject({
      kind: 'usage',
      task: 'start no-such-program',
    });
  });

  it('forwards signals, and returns the exit code that a shell would', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    const program = await start('setInterval(() => undefined, 1000)', isQuick);
    program.signal('SIGKILL');
    expect(await program.ended).toBe(128 + 9);
  });

  it('stops the program and its children', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    const folder = mkdtempSync(join(tmpdir(), 'relay-phone-programs-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const note = join(folder, 'pid');
    const below = `require('node:fs').writeFileSync(${JSON.stringify(note)}, String(process.pid)); setInterval(() => undefined, 1000)`;
    const script = `require('node:child_process').spawn(process.execPath, ['-e', process.env.BELOW]);
      setInterval(() => undefined, 1000)`;
    const program = await start(script, isQuick, { BELOW: below });
    await expect.poll(() => existsSync(note) && readFileSync(note, 'utf8')).toBeTruthy();
    const pid = Number(readFileSync(note, 'utf8'));
    await program.stop();
    expect(await program.ended).toBe(128 + 15);
    expect(listFromPs().filter((entry) => entry.pid === pid)).toEqual([]);
  });
});
