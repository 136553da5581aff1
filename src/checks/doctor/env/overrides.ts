// Checks for settings that override .env, and for test credentials that Relay would use.
import { nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

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
