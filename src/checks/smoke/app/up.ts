// Checks that the app runs, and that an auth token to sign with is known.
import { pass, passUnless } from '../../check.js';
import { createAppCheck } from './app-under-test.js';

/** The token of the app's own account, with which Twilio signs. */
export const signingTokenCheck = createAppCheck<'signing-token-missing'>({
  id: 'signing-token',
  checks: "the app's own auth token, to sign with (it is sent nowhere)",
  needs: [],
  findings: {
    'signing-token-missing': {
      severity: 'fault',
      why: 'Without it nothing can be signed that the app would take.',
    },
  },
  run: ({ signingToken }) =>
    passUnless('there', [
      signingToken === undefined
        ? {
            id: 'signing-token-missing',
            what: 'TWILIO_AUTH_TOKEN is not set in the environment, and no file was named',
            tryNext: [
              'TWILIO_AUTH_TOKEN in the environment: any value, as long as the app has the same',
              '--signing-token-file PATH',
            ],
          }
        : undefined,
    ]),
});

/** One that was started gets its time. */
export const appUpCheck = createAppCheck<never>({
  id: 'app-up',
  checks: 'the app: that it answers',
  needs: [],
  findings: {},
  run: async (app) => {
    await app.waitUntilUp();
    return pass(`at ${app.origin}`);
  },
});
