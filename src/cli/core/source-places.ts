// Turns the places of a stack trace in the bundle into places in src/, with the source maps beside the bundle.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPackageFile } from '../../package-file.js';

/** A part of a stack trace that may be a place: what is in parentheses, or a line without any. */
const PART = /[^()\n]+/g;
/** `file:///…/dist/chunk.js:12:34`, alone or after `at `. */
const PLACE = /^(\s*at )?([^\n]*\.c?js):(\d+):(\d+)$/;

/**
 * Node.js reads source maps only for modules that it loads afterwards, and reading them at each start would cost time.
 *
 * @param stack of an error
 * @returns the stack with places such as `src/cli/main.ts:12:34`; a place without a source map stays as it is
 */
export function mapStack(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(PART, (part) => {
    const [, before = '', file, line, column] = PLACE.exec(part) ?? [];
    if (file === undefined) return part;
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    if (!maps.has(path)) maps.set(path, readSourceMap(path));
    const entry = maps.get(path)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry || !('originalSource' in entry)) return part;
    const source = relative(
      dirname(findPackageFile('package.json')),
      resolve(dirname(path), entry.originalSource),
    );
    return `${before}${source.replaceAll('\\', '/')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function readSourceMap(path: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
