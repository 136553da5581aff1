// Checks the version of Node.js.
import { passUnless } from '../../check.js';
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
