// Finds the file a project offers as the start of an .env file.
import { statSync } from 'node:fs';
import { join } from 'node:path';

const STARTERS = ['.env-dist', '.env.example'];

/** The path of the folder's `.env-dist` (Relay's name for it), else of its `.env.example`, if it has either. */
export function findStarter(folder: string): string | undefined {
  return STARTERS.map((name) => join(folder, name)).find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  );
}
