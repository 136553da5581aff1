// Lays out a page of Markdown for a terminal: headings at the edge, tables as lists, links as what to type.
import { join } from 'node:path';
import { wrap } from '../../core/layout.js';
import { PAGES } from './pages.js';

/** Where a page is shown. */
export interface PageLayout {
  readonly columns: number;
  /** The folder of the page: links to other files become paths. */
  readonly folder: string;
}

const INDENT = '    ';
/** What begins a line that does not belong to the paragraph above it. */
const BLOCK = /^(#|\||```| {4}|<!--|$)/;

/** Returns the lines of a page, which are at most as long as the window is wide, except those of code and long words. */
export function layOutPage(markdown: string, layout: PageLayout): string[] {
  const rows: string[] = [];
  const add = (head: string, text: string) => rows.push(...wrap(head, plain(text, layout), layout.columns));
  const lines = markdown.replace(/\n$/, '').split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith('```')) {
      for (at++; at < lines.length && !lines[at]?.startsWith('```'); at++)
        rows.push(`${INDENT}${INDENT}${lines[at]}`);
    } else if (line.startsWith('    ')) rows.push(INDENT + line);
    else if (line.startsWith('#')) add('', line.replace(/^#+ /, ''));
    else if (line.startsWith('|')) for (const [head, cell] of layOutRow(line)) add(head, cell);
    else if (line === '') rows.push('');
    else if (!line.startsWith('<!--')) {
      const [, space = '', mark = '', text = ''] = /^( *)(- |\d+\. |)(.*)$/s.exec(line) ?? [];
      const parts = [text];
      while (at + 1 < lines.length && continues(lines[at + 1] ?? '')) parts.push((lines[++at] ?? '').trim());
      add(INDENT + space + mark, parts.join(' '));
    }
  }
  return rows;
}

function continues(line: string): boolean {
  return !BLOCK.test(line) && !/^ *(- |\d+\. )/.test(line);
}

/** The first cell of a row, and each other one below it. Nothing for the line below the head of a table. */
function layOutRow(line: string): [head: string, cell: string][] {
  if (/^\|[ |:-]+\|$/.test(line)) return [];
  const cells = line
    .slice(1)
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
  return cells.flatMap((cell, index) => (cell === '' ? [] : [[INDENT + (index > 0 ? INDENT : ''), cell]]));
}

/** Replaces links and marks. */
function plain(text: string, { folder }: PageLayout): string {
  return text
    .replace(/!?\[([^[\]]*)\]\(([^()\s]*)\)/g, (_link, name: string, target: string) => {
      const goal = findGoal(target, folder);
      return goal === undefined ? name : `${name} (${goal})`;
    })
    .replace(/\*\*([^*]+)\*\*/g, (marked, strong: string) => (strong === strong.trim() ? strong : marked));
}

/** What to type or open for a link; undefined for a place on the same page. */
function findGoal(target: string, folder: string): string | undefined {
  const [path = ''] = target.split('#');
  if (path === '') return undefined;
  if (/^https?:/.test(path)) return target;
  const page = path.replace(/\.md$/, '');
  return Object.hasOwn(PAGES, page) ? `relay-phone docs ${page}` : join(folder, path);
}
