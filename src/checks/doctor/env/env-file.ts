// Checks that an .env file exists, and that the settings in it and in the environment are well-formed.
import { type CheckFinding, pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** Whether it is there and can be read. */
export const envFileCheck = createDoctorCheck({
  id: 'env-file',
  group: 'env file',
  checks: '.env: that it is there and can be read',
  needs: [],
  findings: {
    'env-missing': { severity: 'fault', why: 'The app reads the account and its numbers from it.' },
    'env-unreadable': { severity: 'fault', why: 'What cannot be read here the app cannot read either.' },
  },
  run: ({ envPath, envFile, envFault }) => {
    if (envFile) return pass(envPath);
    return passUnless('', [
      envFault
        ? { id: 'env-unreadable', what: `${envPath}: ${envFault.reason}`, tryNext: envFault.tryNext }
        : {
            id: 'env-missing',
            what: `there is no ${envPath}`,
            tryNext: ['relay-phone init', '--env-file PATH, when it is elsewhere'],
          },
    ]);
  },
});

/** Whether the settings have their form. */
export const settingsCheck = createDoctorCheck({
  id: 'settings',
  group: 'env file',
  checks: 'the form of each setting, in .env and in the environment',
  needs: [],
  findings: {
    'setting-malformed': { severity: 'fault', why: 'It counts as not set.' },
  },
  run: ({ settingFaults, loaded }) => {
    const faults = settingFaults.map(({ reason, tryNext }) => malformed(reason, tryNext));
    const replaced = loaded.ignored.map((complaint) => malformed(complaint, ['relay-phone init']));
    return passUnless(`${Object.keys(loaded.sources).length} settings`, [...faults, ...replaced]);
  },
});

function malformed(what: string, tryNext: readonly string[]): CheckFinding<'setting-malformed'> {
  return { id: 'setting-malformed', what, tryNext };
}
