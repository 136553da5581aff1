// The app that smoke checks: that it runs, and how it is sent signed webhooks.

import { randomBytes } from 'node:crypto';
import type { HttpAnswer } from '../../../http/send.js';
import { createSignature } from '../../../twilio/signature.js';
import { type Check, type CheckOutcome, nothingToCheck, pass, passUnless } from '../../check.js';
import { sendTestCallback, type TestCallback } from '../../test-callbacks.js';
import { type AppUnderTest, createSmokeCheck, type SmokeContext } from '../smoke-context.js';

/** Signed as Twilio does, not at all, for other parameters, or with the token of another account. */
export const SIGNATURE_KINDS = ['signed', 'unsigned', 'wrong', 'foreign'] as const;

/** See {@link SIGNATURE_KINDS}. */
export type SignatureKind = (typeof SIGNATURE_KINDS)[number];

/** Sends a webhook under a seal. It is not sent again: an app may do something at each. @throws NoAnswer */
export function sendWithSignature(
  app: AppUnderTest,
  callback: TestCallback,
  seal: SignatureKind,
): Promise<HttpAnswer> {
  const { origin, publicBase, timeoutMs: timeout, signal, agent } = app;
  const signature = signAs(app, callback, seal);
  return sendTestCallback(callback, { origin, publicBase, signature, timeout, signal, agent });
}

function signAs(
  { publicBase, signingToken = '' }: AppUnderTest,
  callback: TestCallback,
  seal: SignatureKind,
) {
  const url = publicBase + callback.path;
  if (seal === 'unsigned') return undefined;
  if (seal === 'foreign') return createSignature(randomBytes(16).toString('hex'), url, callback.form);
  const other = seal === 'wrong' ? { ApiVersion: 'another' } : {};
  return createSignature(signingToken, url, { ...callback.form, ...other });
}

/** Makes a check that looks at the app. */
export function createAppCheck<Id extends string>({
  run,
  ...check
}: Omit<Check<Id, SmokeContext>, 'group' | 'run'> & {
  readonly run: (app: AppUnderTest) => Promise<CheckOutcome<Id>> | CheckOutcome<Id>;
}): Check<Id, SmokeContext> {
  return createSmokeCheck<Id>({
    ...check,
    group: 'app',
    run: ({ app }) => (app ? run(app) : nothingToCheck('no app was named')),
  });
}

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
