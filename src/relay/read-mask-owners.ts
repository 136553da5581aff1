// Reads which masks a stopped relay has, and whose they are.
import { existsSync } from 'node:fs';
import { openDatabase } from '../state/database.js';
import { RELAY_DATABASE } from './store/schema.js';

/**
 * Returns the real number of each mask's owner, by mask; empty if there is no such database.
 *
 * @param database its path
 * @throws RelayPhoneError `needsUser` if it cannot be opened, for example because a relay runs with it.
 */
export function readMaskOwners(database: string): ReadonlyMap<string, string> {
  if (!existsSync(database)) return new Map();
  const store = openDatabase(database, RELAY_DATABASE);
  try {
    const rows = store
      .query<{ number: string; realNumber: string }>(
        'SELECT number, realNumber FROM masks JOIN owners ON owners.id = ownerId',
      )
      .all();
    return new Map(rows.map(({ number, realNumber }) => [number, realNumber]));
  } finally {
    store.close();
  }
}
