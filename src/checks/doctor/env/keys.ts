// Checks that .env has the keys that Relay's phone features need.

import { isTrue } from '../../../settings/env-file/read.js';
import { REQUIRED_ENV_KEYS } from '../../../setup/steps/env-file.js';
import { nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

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
