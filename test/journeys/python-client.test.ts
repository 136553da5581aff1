// The Python package clients/python: its version, its linters and tests, and its wheel in a fresh virtual environment.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEADLINE } from '../support/deadline.js';
import { findPython, NO_PYTEST_PLUGIN } from '../support/find-python.js';
import { PYTHON_CLIENT, runProgram, runPython } from '../support/python-client.js';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const FLASK_EXAMPLE = join(CHECKOUT, 'test/example-flask');
const TOOLS = ['django', 'fastapi', 'flask', 'aiohttp', 'httpx', 'uvicorn', 'xdist', 'pytest_asyncio'];
const python = findPython('pytest_relay_phone', ...TOOLS, 'mypy', 'ruff', 'build', 'hatchling') ?? '';

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

const { version } = JSON.parse(read(CHECKOUT, 'package.json')) as { version: string };

it('has the version of package.json, and its licence', () => {
  expect(read(PYTHON_CLIENT, 'src/pytest_relay_phone/version.py')).toContain(`\nVERSION = "${version}"\n`);
  expect(read(PYTHON_CLIENT, 'LICENSE')).toBe(read(CHECKOUT, 'LICENSE'));
});

describe('with Python', () => {
  beforeEach(({ skip }) => {
    if (python === '') skip(NO_PYTEST_PLUGIN);
  });

  it.each([
    ['ruff check', ['-m', 'ruff', 'check', '--no-cache', '.']],
    ['ruff format', ['-m', 'ruff', 'format', '--no-cache', '--check', '.']],
    ['mypy --strict', ['-m', 'mypy', '--cache-dir', '/dev/null']],
  ])('passes %s', async (_, args) => {
    const { code, stdout, stderr } = await runPython(python, PYTHON_CLIENT, ...args);
    expect([code, stdout + stderr]).toEqual([0, expect.anything()]);
  });

  it('passes its own tests', { timeout: 10 * DEADLINE }, async () => {
    const { code, stdout } = await runPython(
      python,
      PYTHON_CLIENT,
      '-m',
      'pytest',
      '-q',
      '-p',
      'no:cacheprovider',
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/\b\d+ passed/)]);
  });

  describe('its wheel', () => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-phone-wheel-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    beforeAll(async () => {
      if (python === '') return;
      cpSync(PYTHON_CLIENT, join(folder, 'source'), { recursive: true });
      const args = [
        '-m',
        'build',
        '--no-isolation',
        '--outdir',
        join(folder, 'dist'),
        join(folder, 'source'),
      ];
      const { code, stdout, stderr } = await runPython(python, folder, ...args);
      if (code !== 0) throw new Error(stdout + stderr);
    });

    it('has the first test of its README as an example in the npm package', () => {
      for (const { name, content } of listReadmeFiles())
        expect([name, read(FLASK_EXAMPLE, name)]).toEqual([name, content]);
      expect(readdirSync(FLASK_EXAMPLE)).toHaveLength(listReadmeFiles().length);
    });

    it('is built with its types and without its tests, beside an sdist', async () => {
      const wheel = `pytest_relay_phone-${version}-py3-none-any.whl`;
      expect(readdirSync(join(folder, 'dist')).toSorted()).toEqual([
        wheel,
        `pytest_relay_phone-${version}.tar.gz`,
      ]);
      const list = 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))';
      const { stdout } = await runPython(python, folder, '-c', list, join('dist', wheel));
      const files = stdout.trim().split('\n');
      expect(files).toContain('pytest_relay_phone/py.typed');
      expect(files).toContain('pytest_relay_phone/guard.py');
      expect(files.filter((file) => !/^pytest_relay_phone(\/|-)/.test(file))).toEqual([]);
    });

    it('runs the first test of its README in a fresh virtual environment', {
      timeout: 10 * DEADLINE,
    }, async () => {
      const project = join(folder, 'project');
      mkdirSync(project);
      for (const { name, content } of listReadmeFiles()) writeFileSync(join(project, name), content);
      expect(readdirSync(project)).toEqual(['app.py', 'pytest.ini', 'test_app.py']);
      expect(await runProgram(python, project, ['-m', 'venv', 'venv'])).toMatchObject({ code: 0 });
      const fresh = join(project, 'venv/bin/python');
      const [wheel = ''] = readdirSync(join(folder, 'dist')).filter((file) => file.endsWith('.whl'));
      const packages = [join(folder, 'dist', wheel), 'flask==3.1.*', 'twilio==9.10.9'];
      const installed = await runProgram(fresh, project, ['-m', 'pip', 'install', '--quiet', ...packages]);
      expect([installed.code, installed.stdout + installed.stderr]).toEqual([0, expect.anything()]);
      const { code, stdout } = await runProgram(fresh, project, ['-m', 'pytest', '-q']);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/\b1 passed/)]);
      writeFileSync(
        join(project, 'app.py'),
        read(project, 'app.py').replace('from_=request.form["To"]', 'from_="+1"'),
      );
      expect((await runProgram(fresh, project, ['-m', 'pytest', '-q'])).code).toBe(1);
      const broken = await runProgram(fresh, project, ['-m', 'pytest', '-q']);
      expect(broken.code).toBe(1);
      expect(broken.stdout).toContain('+12025550190 got no text that matches');
    });
  });
});

/** Lists the blocks of the README that name the file they are. */
function listReadmeFiles(): readonly { readonly name: string; readonly content: string }[] {
  const blocks = read(PYTHON_CLIENT, 'README.md').matchAll(/```\w+\n# (\w+\.\w+)\n([^`]*)```/g);
  return [...blocks].map(([, name = '', content = '']) => ({ name, content }));
}
