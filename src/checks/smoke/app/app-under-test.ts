// Sends signed test webhooks to the app under test.
import { randomBytes } from 'node:crypto';
import type { HttpAnswer } from '../../../http/send.js';
import { createSignature } from '../../../twilio/signature.js';
import { type Check, type CheckOutcome, nothingToCheck } from '../../check.js';
import { sendTestCallback, type TestCallback } from '../../doctor/app/callbacks.js';
import { type AppUnderTest, createSmokeCheck, type SmokeContext } from '../subject.js';

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
