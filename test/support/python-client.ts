// Runs Python with the pytest plugin of this checkout, whose tests use the built CLI of this checkout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { CLI, type Ended } from './workspace.js';

/** The folder of the package. */
export const PYTHON_CLIENT = resolve(import.meta.dirname, '../../clients/python');

/** Variables for pytest: the source of the plugin instead of an installed copy, and no files of bytecode. */
export const PYTHON_ENVIRONMENT = {
  PYTHONPATH: resolve(PYTHON_CLIENT, 'src'),
  PYTHONDONTWRITEBYTECODE: '1',
  NO_COLOR: '1',
};

/** Runs Python in a folder to its end, with the plugin's source. */
export function runPython(python: string, cwd: string, ...args: readonly string[]): Promise<Ended> {
  return runProgram(python, cwd, args, PYTHON_ENVIRONMENT);
}

/** Runs a program in a folder to its end. `RELAY_PHONE` names the CLI of this checkout. */
export async function runProgram(
  program: string,
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, RELAY_PHONE: `'${process.execPath}' '${CLI}'`, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'exit')) as [number | null];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}
