// Finds a Python that has Twilio's package.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where `.ci/run` puts one. */
const VENV = resolve(import.meta.dirname, '../../node_modules/.cache/relay-phone/python');

/** Why a test that needs it is skipped. */
export const NO_PYTHON = 'no Python with the package twilio could be found';

/** The program to run; undefined when there is none. */
export function findPython(): string | undefined {
  const own = ['bin/python', 'Scripts/python.exe'].map((program) => join(VENV, program)).find(existsSync);
  const program = own ?? 'python3';
  return spawnSync(program, ['-c', 'import twilio']).status === 0 ? program : undefined;
}
