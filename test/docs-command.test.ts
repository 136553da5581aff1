// `relay-phone docs`: the list of pages, and one page in a pipe, as JSON, and on a terminal with and without a pager.
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docsReportSchema } from '../src/reports.js';
import { hasTerminals, startOnTerminal } from './support/pseudo-terminal.js';
import { NO_TERMINALS } from './support/skips.js';
import { CLI, createWorkspace, type Workspace } from './support/workspace.js';

const DOCS = resolve(import.meta.dirname, '../docs');
const PAGE = readFileSync(join(DOCS, 'exec.md'), 'utf8');

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
});
afterAll(() => workspace.remove());

describe('relay-phone docs', () => {
  it('lists the pages, and says how to read one', async () => {
    const { code, stdout, stderr } = await workspace.run(['docs']);
    expect([code, stderr]).toEqual([0, 'relay-phone docs PAGE shows one of them.\n']);
    expect(stdout).toMatch(/^ {2}testing +test suites: /m);
  });

  it('prints a page in a pipe as it is', async () => {
    expect(await workspace.run(['docs', 'exec'])).toEqual({ code: 0, stdout: PAGE, stderr: '' });
  });

  it('names the page that was meant', async () => {
    const { code, stderr } = await workspace.run(['docs', 'exce']);
    expect([code, stderr]).toEqual([
      2,
      'Failed to understand the command: there is no page "exce" (did you mean exec?).\n  Try: relay-phone docs\n',
    ]);
  });

  it('says where the pages are', async () => {
    expect((await workspace.run(['docs', '--path'])).stdout).toBe(`${DOCS}\n`);
    expect((await workspace.run(['docs', 'exec', '--path'])).stdout).toBe(`${join(DOCS, 'exec.md')}\n`);
  });

  it('has a JSON document for the list and for a page', async () => {
    const read = async (...words: string[]) =>
      docsReportSchema.parse(JSON.parse((await workspace.run(['docs', ...words, '--json'])).stdout));
    const { folder, pages } = await read();
    expect(folder).toBe(DOCS);
    expect(pages.map(({ path }) => dirname(path))).toEqual(pages.map(() => DOCS));
    expect((await read('exec')).pages).toEqual([
      { ...pages.find(({ page }) => page === 'exec'), markdown: PAGE },
    ]);
  });

  it.for([
    ['the pager', 'sed s/^/|/', '|exec'],
    ['itself, where the pager does not exist', 'no-such-program', 'exec'],
  ])('lays a page out on a terminal, and shows it with %s', async ([, pager = '', firstLine], { skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    // The shell stays until everything is read: 200 ms after its program has ended, a pseudo-terminal is closed.
    const terminal = startOnTerminal(['docs', 'exec'], {
      cwd: workspace.path,
      environment: { PAGER: pager },
      program: ['sh', '-c', '"$@"; echo "exit code $?"; read -r line', 'sh', process.execPath, CLI],
    });
    await terminal.waitFor('exit code 0');
    const shown = terminal.received().replaceAll('\r', '');
    expect(shown.split('\n')[0]).toBe(firstLine);
    expect(shown).toContain('(relay-phone docs control-api)');
    expect(shown).not.toContain('](control-api.md)');
  });
});
