// Waits for a file to be changed, as editors change files.
import { readFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { findSystemCode } from '../../../errors.js';

/** Milliseconds in which an editor has written all of it. */
const CALM = 100;

/**
 * The texts of a file, each time that it has another one, until `signal`. Its folder is watched: many editors write a new
 * file and give it the name.
 */
export async function* watchText(
  path: string,
  {
    text,
    sleep,
    signal,
  }: {
    /** The text it has now. */
    readonly text: string;
    readonly sleep: (milliseconds: number) => Promise<unknown>;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<string> {
  let last = text;
  try {
    for await (const { filename } of watch(dirname(path), { signal })) {
      if (filename !== null && filename !== basename(path)) continue;
      await sleep(CALM);
      const next = findText(path);
      if (next === undefined || next === last) continue;
      last = next;
      yield next;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Undefined in the instant in which it is replaced. */
function findText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
