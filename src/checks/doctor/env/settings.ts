// Checks the settings in .env and in the environment.
import { isTrue } from '../../../settings/env-file/read.js';
import { REQUIRED_ENV_KEYS } from '../../../setup/steps/env-file.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

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

/** Whether they are set, and phones switched on. */
export const envKeysCheck = createDoctorCheck({
  id: 'env-keys',
  group: 'env file',
  checks: '.env: that it has every key that Relay needs for phones',
  needs: ['env-file'],
  findings: {
    'env-keys-missing': {
      severity: 'fault',
      why: "Relay's phone features do not work without them.",
      repair: 'setup',
    },
    'phones-disabled': {
      severity: 'fault',
      why: 'Relay answers 404 to every webhook and to its phone API.',
      repair: 'setup',
    },
  },
  run: ({ envFile, envPath }) => {
    if (!envFile) return nothingToCheck('no env file');
    const { values } = envFile;
    const missing = REQUIRED_ENV_KEYS.filter((key) => !values.get(key));
    const enabled = values.get('PHONES_ENABLED');
    return passUnless('every key that Relay needs', [
      missing.length > 0
        ? {
            id: 'env-keys-missing',
            what: `${envPath} does not set ${missing.join(', ')}`,
            tryNext: ['relay-phone init'],
          }
        : undefined,
      enabled && !isTrue(enabled)
        ? {
            id: 'phones-disabled',
            what: `PHONES_ENABLED in ${envPath} is off`,
            tryNext: ['PHONES_ENABLED=True in .env, then restart the app', 'relay-phone doctor --fix'],
          }
        : undefined,
    ]);
  },
});

/** Whether the environment says something else than the file. */
export const envOverridesCheck = createDoctorCheck({
  id: 'env-overrides',
  group: 'env file',
  checks: '.env: that no variable of the environment wins over it with another value',
  needs: ['env-file'],
  findings: {
    'env-overridden': {
      severity: 'warning',
      why: 'An app that is started from here takes the value of the environment, not that of the file.',
    },
  },
  run: ({ envFile, environment }) => {
    if (!envFile) return nothingToCheck('no env file');
    const keys = [...envFile.values].flatMap(([key, value]) =>
      environment[key] === undefined || environment[key] === value ? [] : [key],
    );
    return passUnless('nothing wins over it', [
      keys.length > 0
        ? {
            id: 'env-overridden',
            what: `the environment has another ${keys.join(', ')}`,
            tryNext: [`unset ${keys.join(' ')}`],
          }
        : undefined,
    ]);
  },
});

/** Whether there are test credentials, with which Relay would buy masks. */
export const testCredentialsCheck = createDoctorCheck({
  id: 'test-credentials',
  group: 'env file',
  checks: '.env: that no TWILIO_TEST_… is left in it',
  needs: ['env-file'],
  findings: {
    'test-credentials-left': {
      severity: 'warning',
      why: 'Relay buys masks with them: those never receive a text or a call.',
    },
    'test-credentials-with-service': {
      severity: 'fault',
      why: 'Relay puts each mask into the service with the same credentials, which may not: 403 (Twilio 20008).',
    },
  },
  run: ({ envFile, environment }) => {
    const find = (key: string) => environment[key] ?? envFile?.values.get(key);
    const keys = ['TWILIO_TEST_ACCOUNT_SID', 'TWILIO_TEST_AUTH_TOKEN'].filter(find);
    if (keys.length === 0) return passUnless('none', []);
    const tryNext = [`take ${keys.join(' and ')} out, then restart the app`];
    if (!find('TWILIO_MESSAGING_SERVICE_SID'))
      return passUnless('', [{ id: 'test-credentials-left', what: `${keys.join(', ')} is set`, tryNext }]);
    const what = `${keys.join(', ')} is set, and TWILIO_MESSAGING_SERVICE_SID too`;
    return passUnless('', [{ id: 'test-credentials-with-service', what, tryNext }]);
  },
});
