// Watches a file and reads it whenever it changes.
import { readFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { findSystemCode } from '../../../errors.js';

/** How long an editor may take to write the file completely. */
const SETTLE_MS = 100;

/**
 * Yields the text of a file whenever it has changed, until `signal` is aborted. Watches the folder, because many
 * editors write a new file and rename it.
 */
export async function* watchText(
  path: string,
  {
    text,
    sleep,
    signal,
  }: {
    /** The current text. */
    readonly text: string;
    readonly sleep: (milliseconds: number) => Promise<unknown>;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<string> {
  let last = text;
  try {
    for await (const { filename } of watch(dirname(path), { signal })) {
      if (filename !== null && filename !== basename(path)) continue;
      await sleep(SETTLE_MS);
      const next = findText(path);
      if (next === undefined || next === last) continue;
      last = next;
      yield next;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Undefined while the file is being replaced. */
function findText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
