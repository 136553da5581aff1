// Decides which files belong to the project: links and journals that came with a repository may name others.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { findWriteTarget } from '../settings/env-file/save.js';
import type { Setup } from './setup.js';

/** The parts of a setup that say where the project is. */
export type ProjectPlaces = Pick<Setup, 'envPath' | 'checkout' | 'backups' | 'environment'>;

/**
 * True if writing to `path` changes a file of the project: below the repository of the `.env` file (below its folder,
 * where there is none), the checkout, or the state folder. Links are followed, also to a file that does not exist yet.
 */
export function isInProject(places: ProjectPlaces, path: string): boolean {
  const { envPath, checkout, backups } = places;
  const folders = [
    findProject(dirname(envPath), places),
    dirname(backups),
    ...(checkout ? [checkout.path] : []),
  ];
  return folders.some((folder) => isInside(folder, path));
}

/** True if `path` is below `folder`; links are followed in both. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(realFolder(folder), realTarget(path));
  return way !== '' && !isAbsolute(way) && way.split(/[\\/]/)[0] !== '..';
}

/** The folder of the repository around `folder`, unless that is the home folder, which holds more than one project. */
function findProject(folder: string, { environment }: ProjectPlaces): string {
  const home = environment.HOME ?? environment.USERPROFILE;
  for (let at = folder; at !== dirname(at) && !(home && isAt(at, home)); at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
  }
  return folder;
}

function isAt(folder: string, other: string): boolean {
  return realFolder(folder) === realFolder(other);
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function realTarget(path: string): string {
  try {
    return findWriteTarget(path);
  } catch {
    return resolve(path);
  }
}
