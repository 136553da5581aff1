// Checks docs/control-api.md: it lists each route of the control API, and its Python example prints the output shown.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from './support/sandbox-child.js';
import { createWorkspace } from './support/workspace.js';

const CONTROL = resolve(import.meta.dirname, '../src/sandbox/control');
const page = readFileSync(resolve(import.meta.dirname, '../docs/control-api.md'), 'utf8');
const run = promisify(execFile);

const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

it('docs/control-api.md lists each route of the control API', () => {
  const sources = readdirSync(CONTROL).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const routes = sources.flatMap((file) =>
    [...readFileSync(join(CONTROL, file), 'utf8').matchAll(/app\.(get|post|put|delete)\('([^']+)'/g)].map(
      ([, method = '', path]) => `${method.toUpperCase()} ${path}`,
    ),
  );
  expect(routes.length).toBeGreaterThan(15);
  expect(routes.filter((route) => !page.includes(`| \`${route}\` |`))).toEqual([]);
});

it('the Python example in docs/control-api.md prints the output shown', async ({ skip }) => {
  skip(!hasPython, 'there is no python3');
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  await startSandbox(workspace, '--port', '0', '--clock', 'manual');
  const [, program = '', printed] = /```python\n(.*?)```\n\nprints\n\n```\n(.*?)```/s.exec(page) ?? [];
  workspace.write('example.py', program);
  const { stdout } = await run('python3', ['example.py'], { cwd: workspace.path });
  expect(stdout).toBe(printed);
});
