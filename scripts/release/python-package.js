// Builds the Python package of a release, clients/python, and checks its version.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseFailure, run } from './run.js';

/** Pinned, for the same files every time. hatchling is pinned in pyproject.toml. */
const TOOLS = ['build==1.5.1', 'twine==7.0.0'];

/**
 * Builds the wheel and the source distribution in a new virtual environment, with tools from PyPI.
 *
 * @param {string} checkout
 * @param {string} folder where both go
 * @param {string} work an empty folder
 * @param {string} version the version they must have
 * @returns {string[]} their names
 * @throws {ReleaseFailure}
 */
export function buildPythonPackage(checkout, folder, work, version) {
  const tools = createEnvironment(work, 'tools');
  run(work, [tools, '-m', 'pip', 'install', '--quiet', ...TOOLS]);
  run(checkout, [tools, '-m', 'build', '--outdir', folder, 'clients/python']);
  const names = readdirSync(folder).filter((name) => name.startsWith('pytest_relay_phone-'));
  const expected = [`pytest_relay_phone-${version}-py3-none-any.whl`, `pytest_relay_phone-${version}.tar.gz`];
  if (names.sort().join() !== expected.join())
    throw wrongPackage(`${names.join(' and ')} were built`, version);
  const paths = names.map((name) => join(folder, name));
  run(work, [tools, '-m', 'twine', 'check', '--strict', ...paths]);

  const user = createEnvironment(work, 'user');
  run(work, [user, '-m', 'pip', 'install', '--quiet', ...paths.slice(0, 1)]);
  const program =
    'import importlib.metadata as m, pytest_relay_phone; print(m.version("pytest-relay-phone"))';
  const installed = run(work, [user, '-c', program]).stdout.trim();
  if (installed !== version) throw wrongPackage(`the installed wheel says ${installed}`, version);
  return names;
}

/** Makes a virtual environment. @param {string} work @param {string} name @returns its Python */
function createEnvironment(work, name) {
  const windows = process.platform === 'win32';
  run(work, [windows ? 'python' : 'python3', '-m', 'venv', name]);
  return windows ? join(work, name, 'Scripts', 'python.exe') : join(work, name, 'bin', 'python');
}

/** @param {string} why @param {string} version */
function wrongPackage(why, version) {
  return new ReleaseFailure({
    what: `the Python package is not that of ${version}`,
    why,
    next: ['look at clients/python/pyproject.toml and src/pytest_relay_phone/version.py'],
  });
}
