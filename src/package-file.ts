// Knows the files that come with the package, and finds those beside its code.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Put in by scripts/build.js.
declare const __FILES__: readonly string[] | undefined;

/** The files that a build has and a command loads by itself, relative to the root; none when the source runs unbuilt. */
export const packageFiles: readonly string[] = typeof __FILES__ === 'undefined' ? [] : __FILES__;

/**
 * The path of `name`, which is relative to the root of the package. Works from the sources and from any depth of the
 * bundle.
 *
 * @throws Error when the package was taken apart.
 */
export function findPackageFile(name: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new Error(`${name} is missing from the relay-phone package`);
  }
}
