// Finds a Python that has Twilio's package, and what else a test needs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where `.ci/run` puts one. */
const VENV = resolve(import.meta.dirname, '../../node_modules/.cache/relay-phone/python');

/** Why a test that needs it is skipped. */
export const NO_PYTHON = 'no Python with the package twilio could be found';

/** Why the tests of a Django app are skipped. */
export const NO_DJANGO = 'no Python with the packages twilio, django and pytest could be found';

/** The program to run; undefined when there is none with Twilio's package and those named besides. */
export function findPython(...packages: readonly string[]): string | undefined {
  const own = ['bin/python', 'Scripts/python.exe'].map((program) => join(VENV, program)).find(existsSync);
  const program = own ?? 'python3';
  const imports = ['twilio', ...packages].join(', ');
  return spawnSync(program, ['-c', `import ${imports}`]).status === 0 ? program : undefined;
}
