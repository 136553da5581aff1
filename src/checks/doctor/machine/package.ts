// Checks relay-phone itself: all built files exist, and the database's binary works here.
import { existsSync } from 'node:fs';
import { RelayPhoneError } from '../../../errors.js';
import { findPackageFile } from '../../../package-file.js';
import { verifyBinary } from '../../../state/binary.js';
import { version } from '../../../version.js';
import { pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** Whether every file is there that a command loads. */
export const packageCheck = createDoctorCheck({
  id: 'package',
  group: 'machine',
  checks: 'the files of relay-phone: commands and templates',
  needs: [],
  findings: {
    'package-incomplete': { severity: 'fault', why: 'The commands that need these files fail.' },
  },
  run: ({ packageFiles }) => {
    const missing = packageFiles.filter((name) => !fileExists(name));
    return passUnless(`relay-phone ${version}`, [
      missing.length > 0
        ? {
            id: 'package-incomplete',
            what: `the package lacks ${missing.join(', ')}`,
            tryNext: ['npm install relay-phone, once more', 'in a clone of its repository: npm run build'],
          }
        : undefined,
    ]);
  },
});

/** Whether the database can be loaded, on which the sandbox and the records of webhooks stand. */
export const binaryCheck = createDoctorCheck({
  id: 'binary',
  group: 'machine',
  checks: 'the binary of the database, which npm installs for one system',
  needs: [],
  findings: {
    'binary-unloadable': {
      severity: 'fault',
      why: 'The sandbox, serve, tunnel and every lock need it.',
    },
  },
  run: async () => {
    try {
      await verifyBinary();
      return pass('the database loads');
    } catch (error) {
      if (!(error instanceof RelayPhoneError)) throw error;
      return passUnless('', [{ id: 'binary-unloadable', what: error.reason, tryNext: error.tryNext }]);
    }
  },
});

function fileExists(name: string): boolean {
  try {
    return existsSync(findPackageFile(name));
  } catch {
    return false;
  }
}
