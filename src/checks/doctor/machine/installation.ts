// Checks the installation: Node.js, the files of relay-phone, and the binary of the database.

import { existsSync } from 'node:fs';
import { RelayPhoneError } from '../../../errors.js';
import { findPackageFile } from '../../../package-file.js';
import { verifyBinary } from '../../../state/binary.js';
import { version } from '../../../version.js';
import { pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** The oldest that works: `engines` in package.json. */
const OLDEST = [20, 19] as const;

/** Whether it is new enough. */
export const nodeCheck = createDoctorCheck({
  id: 'node',
  group: 'machine',
  checks: 'the version of Node.js',
  needs: [],
  findings: {
    'node-too-old': {
      severity: 'fault',
      why: 'The libraries that relay-phone is built on do not work with it.',
    },
  },
  run: ({ nodeVersion }) =>
    passUnless(`Node.js ${nodeVersion}`, [
      isOld(nodeVersion)
        ? {
            id: 'node-too-old',
            what: `this is Node.js ${nodeVersion}, and relay-phone needs ${OLDEST.join('.')} or newer`,
            tryNext: ['install a newer one from https://nodejs.org'],
          }
        : undefined,
    ]),
});

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

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
