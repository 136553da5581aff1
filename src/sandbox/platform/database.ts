// Opens the sandbox's SQLite database.
import { openDatabase, type Store } from '../../state/database.js';
import { SANDBOX_SCHEMA } from './schema.js';

export type { Query, Store, Value } from '../../state/database.js';

/**
 * Opens the database at `path` (`:memory:` keeps it in memory), creating or upgrading its tables.
 *
 * @throws RelayPhoneError `needsUser` if the file cannot be opened, or a newer relay-phone wrote it.
 */
export function openStore(path: string): Store {
  return openDatabase(path, {
    owner: 'sandbox',
    content: "the sandbox's account, numbers, texts and calls",
    steps: SANDBOX_SCHEMA,
  });
}
