// Checks the installation: the Node.js version, the files of relay-phone, and the binary of its database.
import { existsSync } from 'node:fs';
import { RelayPhoneError } from '../../../errors.js';
import { findPackageFile } from '../../../package-file.js';
import { verifyLibsql } from '../../../state/sqlite.js';
import { version } from '../../../version.js';
import { found, pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** The oldest Node.js that works: `engines` in package.json. */
const OLDEST = [20, 19] as const;

/** Checks the Node.js version. */
export const nodeCheck = createDoctorCheck({
  id: 'node',
  group: 'machine',
  expects: 'the Node.js version is supported',
  needs: [],
  findings: {
    'node-too-old': { severity: 'fault', why: 'The libraries of relay-phone do not work with it.' },
  },
  run: ({ nodeVersion }) =>
    passUnless(`Node.js ${nodeVersion}`, [
      isTooOld(nodeVersion)
        ? {
            id: 'node-too-old',
            what: `this is Node.js ${nodeVersion}, but relay-phone needs ${OLDEST.join('.')} or newer`,
            tryNext: ['install a newer version from https://nodejs.org'],
          }
        : undefined,
    ]),
});

/** Checks that every file exists that a command loads. */
export const packageCheck = createDoctorCheck({
  id: 'package',
  group: 'machine',
  expects: 'the files of relay-phone are complete: commands and templates',
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
            tryNext: ['npm install relay-phone again', 'in a clone of its repository: npm run build'],
          }
        : undefined,
    ]);
  },
});

/** Checks that the database loads, which holds the sandbox and the recorded webhooks. */
export const binaryCheck = createDoctorCheck({
  id: 'binary',
  group: 'machine',
  expects: "the database's binary loads, which npm installs for each operating system separately",
  needs: [],
  findings: {
    'binary-unloadable': { severity: 'fault', why: 'The sandbox, serve, tunnel and every lock need it.' },
  },
  run: async () => {
    try {
      verifyLibsql();
      return pass('the database loads');
    } catch (error) {
      if (!(error instanceof RelayPhoneError)) throw error;
      return found({ id: 'binary-unloadable', what: error.reason, tryNext: error.tryNext });
    }
  },
});

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function fileExists(name: string): boolean {
  try {
    return existsSync(findPackageFile(name));
  } catch {
    return false;
  }
}
