// Finds the template that a project offers for a new .env file.
import { statSync } from 'node:fs';
import { join } from 'node:path';

const STARTERS = ['.env-dist', '.env.example'];

/** Returns the path of the folder's `.env-dist` (Relay's name), else of its `.env.example`; undefined without both. */
export function findStarter(folder: string): string | undefined {
  return STARTERS.map((name) => join(folder, name)).find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  );
}
