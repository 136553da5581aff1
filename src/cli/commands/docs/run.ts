// `relay-phone docs`: lists the pages of the documentation, or shows one.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ExitCode } from '../../../errors.js';
import { locateDocs } from '../../../package-file.js';
import { showInPager } from '../../../programs/pager.js';
import { type CliPorts, isTty } from '../../core/ports.js';
import { printJson, printLines, printText } from '../../core/screen.js';
import type { DocsFlags } from './command.js';
import { layOutPage } from './lay-out-page.js';
import { PAGE_NAMES, PAGES, type PageName } from './pages.js';
import type { DocsReport } from './report.js';

/** The columns of a laid-out page at most: longer lines are hard to read. */
const MAX_COLUMNS = 100;

const locatePage = (page: PageName) => locateDocs(`${page}.md`);
const readPage = (page: PageName) => readFileSync(locatePage(page), 'utf8');

/** Prints the list, or a page. */
export async function run(ports: CliPorts, { page, path = false, json = false }: DocsFlags): Promise<number> {
  const { stdout } = ports;
  const folder = dirname(locatePage('testing'));
  if (json) printJson(stdout, createReport(folder, page), 2);
  else if (path) printLines(stdout, [page === undefined ? folder : locatePage(page)]);
  else if (page === undefined) {
    printLines(stdout, listPages());
    printLines(ports.stderr, ['relay-phone docs PAGE shows one of them.']);
  } else if (isTty(stdout)) await showPage(ports, page);
  else printText(stdout, readPage(page));
  return ExitCode.done;
}

function createReport(folder: string, page: PageName | undefined): DocsReport {
  const names = page === undefined ? PAGE_NAMES : [page];
  const pages = names.map((name) => ({
    page: name,
    about: PAGES[name],
    path: locatePage(name),
    markdown: page === undefined ? null : readPage(name),
  }));
  return { command: 'docs', folder, pages };
}

function listPages(): readonly string[] {
  const width = Math.max(...PAGE_NAMES.map((name) => name.length));
  return PAGE_NAMES.map((name) => `  ${name.padEnd(width)}  ${PAGES[name]}`);
}

/** Shows a page on the terminal: in the user's pager if it is longer than the window. */
async function showPage({ stdout, environment }: CliPorts, page: PageName): Promise<void> {
  const { columns = 80, rows = 24 } = stdout as NodeJS.WriteStream;
  const lines = layOutPage(readPage(page), {
    columns: Math.min(columns, MAX_COLUMNS),
    folder: dirname(locatePage(page)),
  });
  const isShown = lines.length >= rows && (await showInPager(`${lines.join('\n')}\n`, environment));
  if (!isShown) printLines(stdout, lines);
}
