// Finds a Python with Twilio's package and the other packages that a test needs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The path that `.ci/run` installs Python to. */
const VENV = resolve(import.meta.dirname, '../../node_modules/.cache/relay-phone/python');

/** The reason to skip a test that needs Twilio's package. */
export const NO_PYTHON = 'no Python with the package twilio could be found';

/** The reason to skip the tests with the plugin of pytest. */
export const NO_PYTEST_PLUGIN =
  'no Python with clients/python and the packages of its requirements-test.txt could be found';

/** The reason to skip the tests of a Flask app. */
export const NO_FLASK = 'no Python with the packages twilio and flask could be found';

/** Returns a program that `.ci/run` installs with pip, or the one on the PATH; undefined if there is none. */
export function findPythonTool(name: string): string | undefined {
  const own = [join(VENV, 'bin', name), join(VENV, 'Scripts', `${name}.exe`)].find(existsSync);
  return own ?? (spawnSync(name, ['--version']).status === 0 ? name : undefined);
}

/** Returns the Python program, or undefined if none has Twilio's package and the given ones. */
export function findPython(...packages: readonly string[]): string | undefined {
  const own = ['bin/python', 'Scripts/python.exe'].map((program) => join(VENV, program)).find(existsSync);
  const program = own ?? 'python3';
  const imports = ['twilio', ...packages].join(', ');
  return spawnSync(program, ['-c', `import ${imports}`]).status === 0 ? program : undefined;
}
