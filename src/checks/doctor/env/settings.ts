// Checks the settings in .env and in the environment.
import { findSecretForm } from '../../../secret-forms.js';
import { isTrue } from '../../../settings/env-file/read.js';
import { adviseUnresolved, describeUnresolved } from '../../../settings/unresolved.js';
import { REQUIRED_ENV_KEYS } from '../../../setup/env-values.js';
import { found, nothingToCheck, pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

/** Checks that each setting is well-formed. */
export const settingsCheck = createDoctorCheck<'setting-malformed' | 'setting-unresolved'>({
  id: 'settings',
  group: 'env file',
  expects: 'each setting in .env and in the environment is well-formed, and the value itself',
  needs: [],
  findings: {
    'setting-malformed': { severity: 'fault', why: 'relay-phone ignores it.' },
    'setting-unresolved': {
      severity: 'fault',
      why: 'Only the secret manager turns it into the value, so that the app and relay-phone need to be started through it.',
    },
  },
  run: ({ settingFaults, loaded, envPath, target }) => {
    // The sandbox has an account of its own.
    const unresolved = target === 'sandbox' ? [] : loaded.unresolved;
    const faults = [
      ...settingFaults.map(({ reason, tryNext }) => ({ what: reason, tryNext })),
      ...loaded.ignored.map((complaint) => ({ what: complaint, tryNext: ['relay-phone init'] })),
    ];
    return passUnless(`${Object.keys(loaded.sources).length} settings`, [
      ...faults.map((fault) => ({ id: 'setting-malformed' as const, ...fault })),
      ...unresolved.map((one) => ({
        id: 'setting-unresolved' as const,
        what: describeUnresolved(one, envPath),
        tryNext: [adviseUnresolved(one, { command: 'doctor', envPath })],
      })),
    ]);
  },
});

/** Checks that `.env` has the keys that Relay needs, and switches phones on. */
export const envKeysCheck = createDoctorCheck({
  id: 'env-keys',
  group: 'env file',
  expects: '.env has every key that Relay needs for phones',
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
    if (!envFile) return nothingToCheck('no .env file');
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
            tryNext: ['set PHONES_ENABLED=True in .env, then restart the app', 'relay-phone doctor --fix'],
          }
        : undefined,
    ]);
  },
});

/** Checks that no environment variable overrides a value of `.env`. */
export const envOverridesCheck = createDoctorCheck({
  id: 'env-overrides',
  group: 'env file',
  expects: 'no environment variable overrides .env',
  needs: ['env-file'],
  findings: {
    'env-overridden': {
      severity: 'warning',
      why: 'An app started from this shell uses the value of the environment, not the one in the file.',
    },
  },
  run: ({ envFile, environment }) => {
    if (!envFile) return nothingToCheck('no .env file');
    // What a secret manager has put into the environment is the value of the reference in the file.
    const keys = [...envFile.values].flatMap(([key, value]) =>
      environment[key] === undefined || environment[key] === value || findSecretForm(value) ? [] : [key],
    );
    return passUnless('no environment variable overrides it', [
      keys.length > 0
        ? {
            id: 'env-overridden',
            what: `the environment has a different value for ${keys.join(', ')}`,
            tryNext: [`unset ${keys.join(' ')}`],
          }
        : undefined,
    ]);
  },
});

/** Checks that there are no test credentials, with which Relay would buy masks. */
export const testCredentialsCheck = createDoctorCheck<
  'test-credentials-left' | 'test-credentials-with-service'
>({
  id: 'test-credentials',
  group: 'env file',
  expects: 'neither .env nor the environment has TWILIO_TEST_… keys',
  needs: ['env-file'],
  findings: {
    'test-credentials-left': {
      severity: 'warning',
      why: 'Relay buys masks with them, and such masks never receive a text or a call.',
    },
    'test-credentials-with-service': {
      severity: 'fault',
      why: 'Relay adds each mask to the service with test credentials, and Twilio refuses: 403 (Twilio 20008).',
    },
  },
  run: ({ envFile, environment }) => {
    const find = (key: string) => environment[key] ?? envFile?.values.get(key);
    const keys = ['TWILIO_TEST_ACCOUNT_SID', 'TWILIO_TEST_AUTH_TOKEN'].filter(find);
    if (keys.length === 0) return pass('none');
    const set = `${keys.join(' and ')} ${keys.length === 1 ? 'is' : 'are'} set`;
    const tryNext = [`remove ${keys.join(' and ')}, then restart the app`];
    if (!find('TWILIO_MESSAGING_SERVICE_SID'))
      return found({ id: 'test-credentials-left', what: set, tryNext });
    const what = `${set}, and so is TWILIO_MESSAGING_SERVICE_SID`;
    return found({ id: 'test-credentials-with-service', what, tryNext });
  },
});
