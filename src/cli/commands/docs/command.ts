// `relay-phone docs`: its arguments, options and help.
import { CommanderError } from 'commander';
import { argument, command, type FlagsOf, option, type UsageHints } from '../../core/command.js';
import { outputOptions } from '../../core/options.js';
import { PAGE_NAMES, type PageName } from './pages.js';

/** `relay-phone docs`. */
export const docsCommand = command({
  name: 'docs',
  group: 'Set up',
  summary: 'list the pages of the documentation, or show one',
  description:
    'list the pages of the documentation, or show one: laid out on a terminal, as Markdown in a pipe or a file',
  arguments: { page: argument('[page]', 'the page to show', { choices: PAGE_NAMES, parse: readPage }) },
  options: {
    path: option('--path', 'print where the page is, or all of them are'),
    ...outputOptions,
  },
  examples: ['relay-phone docs', 'relay-phone docs testing', 'ls "$(relay-phone docs --path)"'],
});

/** The error lists not all pages, because that would take half of a screen. */
function readPage(text: string): PageName {
  const found = PAGE_NAMES.find((name) => name === text);
  if (found !== undefined) return found;
  const error = new CommanderError(2, 'commander.wrongValue', `there is no page "${text}"`);
  throw Object.assign(error, {
    help: 'relay-phone docs',
    typed: text,
    accepted: PAGE_NAMES,
  } satisfies UsageHints);
}

/** The flags of `docs`. */
export type DocsFlags = FlagsOf<typeof docsCommand>;
