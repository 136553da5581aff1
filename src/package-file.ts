// Finds the files that are shipped with the package, such as templates.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Filled in by scripts/build.js.
declare const __FILES__: readonly string[] | undefined;

/** The built files that commands load by name, relative to the package root; empty when the source runs unbuilt. */
export const packageFiles: readonly string[] = typeof __FILES__ === 'undefined' ? [] : __FILES__;

/**
 * Returns the absolute path of a packaged file. Works from the sources and from any depth of the bundle.
 *
 * @param name relative to the package root, such as `templates/ngrok-v3.yml`
 * @throws Error if the file is missing from the package.
 */
export function findPackageFile(name: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new Error(`${name} is missing from the relay-phone package`);
  }
}

/** Returns the absolute path of a page below `docs/`, for messages; the package contains it. */
export function locateDocs(page: string): string {
  return join(dirname(findPackageFile('package.json')), 'docs', page);
}
