// Opens the SQLite database that holds a sandbox's world.
import { openDatabase, type Store } from '../../state/database.js';
import { SANDBOX_SCHEMA } from './schema.js';

export type { Query, Store, Value } from '../../state/database.js';

/** Opens a world; see {@link openDatabase}. */
export function openStore(path: string): Store {
  return openDatabase(path, { owner: 'sandbox', steps: SANDBOX_SCHEMA });
}
