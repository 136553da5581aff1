// Checks that libsql's native binary, which npm installs for one platform, works on this machine.
import { findSystemCode, RelayPhoneError } from '../errors.js';

/** Loads the binary. @throws RelayPhoneError `needsUser` if it does not work here. */
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
