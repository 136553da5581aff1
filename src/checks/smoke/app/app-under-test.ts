// The app that smoke checks: checks that it runs, and sends it signed webhooks.
import { randomBytes } from 'node:crypto';
import type { HttpAnswer } from '../../../http/send.js';
import { createSignature } from '../../../twilio/signature.js';
import { type Check, type CheckOutcome, nothingToCheck, pass, passUnless } from '../../check.js';
import { sendTestCallback, type TestCallback } from '../../test-callbacks.js';
import { type AppUnderTest, createSmokeCheck, type SmokeContext } from '../smoke-context.js';

/** Checks that the auth token is known with which Twilio signs the app's webhooks. */
export const signingTokenCheck = createAppCheck<'signing-token-missing'>({
  id: 'signing-token',
  expects: "the app's own auth token is known, to sign webhooks with (it is sent nowhere)",
  needs: [],
  findings: {
    'signing-token-missing': {
      severity: 'fault',
      why: 'Without it no webhook can be signed so that the app accepts it.',
    },
  },
  run: ({ signingToken }) =>
    passUnless('known', [
      signingToken === undefined
        ? {
            id: 'signing-token-missing',
            what: 'TWILIO_AUTH_TOKEN is not set in the environment, and --signing-token-file is not given',
            tryNext: [
              'set TWILIO_AUTH_TOKEN in the environment: any value, as long as the app has the same',
              '--signing-token-file PATH',
            ],
          }
        : undefined,
    ]),
});

/** Checks that the app answers; if smoke started it, waits until it does. */
export const appUpCheck = createAppCheck<never>({
  id: 'app-up',
  expects: 'the app answers',
  needs: [],
  findings: {},
  run: async (app) => {
    await app.waitUntilUp();
    return pass(`at ${app.origin}`);
  },
});

/** Checks that the app accepts requests for the host that Twilio will use, and is not another program of macOS. */
export const smokeHostCheck = createAppCheck<'refuses-host' | 'is-airplay'>({
  id: 'app-host',
  expects: 'the app accepts requests for its public host, and is not the AirPlay Receiver of macOS',
  needs: ['app-up'],
  findings: {
    'refuses-host': {
      severity: 'fault',
      why: 'It answers everything that Twilio sends with an error, before its own code runs.',
    },
    'is-airplay': {
      severity: 'fault',
      why: 'macOS uses ports 5000 and 7000 itself: webhooks never reach the app.',
    },
  },
  run: async ({ origin, publicBase, timeoutMs, agent, signal }) => {
    // Loaded here, because the other parts of smoke have no app.
    const { findAppFault } = await import('../../../app-host/compare-hosts.js');
    const fault = await findAppFault({ app: origin, publicBase, timeoutMs, agent, signal });
    const id = fault?.id === 'airplay' ? 'is-airplay' : 'refuses-host';
    return passUnless(`accepts requests for ${new URL(publicBase).host}`, [
      fault && { id, what: fault.what, tryNext: fault.tryNext },
    ]);
  },
});

/** Returns a check of the app, which is skipped if there is no app. */
export function createAppCheck<Id extends string>({
  run,
  ...check
}: Omit<Check<Id, SmokeContext>, 'group' | 'run'> & {
  readonly run: (app: AppUnderTest) => Promise<CheckOutcome<Id>> | CheckOutcome<Id>;
}): Check<Id, SmokeContext> {
  return createSmokeCheck<Id>({
    ...check,
    group: 'app',
    run: ({ app }) => (app ? run(app) : nothingToCheck('no app is given')),
  });
}

/** How a webhook is signed: as Twilio signs it, not at all, for other parameters, or with another account's token. */
export const SIGNATURE_KINDS = ['signed', 'unsigned', 'wrong', 'foreign'] as const;

/** One of {@link SIGNATURE_KINDS}. */
export type SignatureKind = (typeof SIGNATURE_KINDS)[number];

/** Sends a webhook to the app, once: the app may act on each request. @throws NoAnswer */
export function sendWithSignature(
  app: AppUnderTest,
  callback: TestCallback,
  kind: SignatureKind,
): Promise<HttpAnswer> {
  const { origin, publicBase, timeoutMs, signal, agent } = app;
  const signature = signAs(kind, app, callback);
  return sendTestCallback(callback, { origin, publicBase, signature, timeoutMs, signal, agent });
}

function signAs(
  kind: SignatureKind,
  { publicBase, signingToken = '' }: AppUnderTest,
  callback: TestCallback,
): string | undefined {
  const url = publicBase + callback.path;
  if (kind === 'unsigned') return undefined;
  if (kind === 'foreign') return createSignature(randomBytes(16).toString('hex'), url, callback.form);
  const changes = kind === 'wrong' ? { ApiVersion: 'another' } : {};
  return createSignature(signingToken, url, { ...callback.form, ...changes });
}
