// Checks docs/control-api.md: it lists each route of the control API, and its Python example prints the output shown.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { CONTROL_ROUTES } from '../src/sandbox/control/contract/routes.js';
import { startSandbox } from './support/sandbox-child.js';
import { createWorkspace } from './support/workspace.js';

const page = readFileSync(resolve(import.meta.dirname, '../docs/control-api.md'), 'utf8');
const run = promisify(execFile);

const hasPython = await run('python3', ['--version']).then(
  () => true,
  () => false,
);

it.each(
  CONTROL_ROUTES.map(({ method, path }) => [`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`]),
)('docs/control-api.md lists %s', (route) => {
  // The earlier name of another route.
  const name = route.replace('GET /who-saw/', '/who-saw/');
  expect(page).toContain(name === route ? `| \`${route}\` |` : `\`${name}\``);
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
