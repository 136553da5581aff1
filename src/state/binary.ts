// Tells whether the database's binary, which comes through npm for one system, works on this one.
import { findSystemCode, RelayPhoneError } from '../errors.js';

/** @throws RelayPhoneError `needsUser` when it does not load. */
export async function verifyBinary(): Promise<void> {
  try {
    const { default: Database } = await import('libsql');
    new Database(':memory:').close();
  } catch (error) {
    throw new RelayPhoneError({
      kind: 'needsUser',
      task: 'load the database',
      reason: `libsql does not work on ${process.platform} ${process.arch} (${findSystemCode(error) ?? String(error)})`,
      tryNext: ['npm install again, on this machine and without --omit=optional'],
      cause: error,
    });
  }
}
