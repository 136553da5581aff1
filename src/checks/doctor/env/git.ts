// Checks that git does not track the .env file and would not commit it.
import { findGitExposure } from '../../../settings/env-file/git.js';
import { pass, passUnless } from '../../check.js';
import { createDoctorCheck } from '../doctor-context.js';

const WHY = 'It holds the auth token, with which anybody can spend the money of the account.';

/** Whether it is kept out of git. */
export const envGitCheck = createDoctorCheck({
  id: 'env-git',
  group: 'env file',
  checks: '.env: that git keeps its secrets out',
  needs: ['env-file'],
  findings: {
    'env-tracked-by-git': { severity: 'fault', why: WHY },
    'env-not-ignored': { severity: 'warning', why: WHY },
  },
  run: async ({ envPath }) => {
    switch (await findGitExposure(envPath)) {
      case undefined:
        return pass('git keeps it out');
      case 'tracked':
        return passUnless('', [
          {
            id: 'env-tracked-by-git',
            what: `git tracks ${envPath}`,
            tryNext: [
              `git rm --cached ${envPath}, and add it to .gitignore`,
              'where it was pushed: a new auth token at https://console.twilio.com, "API keys & tokens"',
            ],
          },
        ]);
      case 'would-be-committed': {
        const tryNext = ['add it to .gitignore'];
        return passUnless('', [{ id: 'env-not-ignored', what: `git would commit ${envPath}`, tryNext }]);
      }
    }
  },
});
