// Makes state folders that the command line of a test knows as its user's own.
import type { StateFolder } from '../../src/state/folder.js';
import { openStateOwnership } from '../../src/state/ownership.js';
import { openUserRecords } from '../../src/user-records.js';

/** Creates the folder, or opens it, as a command of the tests' user does. */
export function openOwnStateFolder(path: string): StateFolder {
  return openStateOwnership(openUserRecords(process.env, 'state-folders')).open(path).folder;
}
