// Finds the repositories around a file, and writes its path as git takes it.
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { findSystemCode } from '../../errors.js';
import { GitFailure } from './git-program.js';

/** Returns the path of a file as git takes it. `./`, because a leading colon would have a meaning. */
export function pathInRepository(root: string, path: string): string {
  return `./${relative(root, path).split(sep).join('/')}`;
}

/** Returns the path with the links in the folders above followed, as git does not; the last link may itself be tracked. */
export function realPlace(path: string): string {
  const absolute = resolve(path);
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    return absolute;
  }
}

/** Lists the folders with a repository from `folder` upwards, the nearest first. */
export function listRepositories(folder: string): string[] {
  const parent = dirname(folder);
  const above = parent === folder ? [] : listRepositories(parent);
  return hasRepository(folder) ? [folder, ...above] : above;
}

function hasRepository(folder: string): boolean {
  const path = join(folder, '.git');
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw new GitFailure(`${path} cannot be read (${findSystemCode(error) ?? String(error)})`, [
      `give yourself the right to read ${folder}`,
    ]);
  }
}
