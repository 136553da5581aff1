// Checks that the app accepts webhooks with a valid signature and refuses all others; else finds out what differs.

import { randomBytes } from 'node:crypto';
import { listSignedUrlCandidates } from '../../../gateway/signature/candidates.js';
import { type HttpAnswer, NoAnswer } from '../../../http/send.js';
import { readWithDecouple } from '../../../settings/env-file/read.js';
import { createSignature } from '../../../twilio/signature.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import {
  classifyAnswer,
  createTestCallbacks,
  sendTestCallback,
  type TestCallback,
} from '../../test-callbacks.js';
import { createDoctorCheck, type DoctorContext, findConfiguredPublicBase } from '../doctor-context.js';

const REFUSES = 'It refuses every webhook of Twilio: no text and no call gets through.';

/** Whether it believes the right signature, and no wrong one. */
export const appSignatureCheck = createDoctorCheck<SignatureFinding>({
  id: 'app-signature',
  group: 'app',
  checks: 'the app: takes a callback with the right signature, refuses it with a wrong one',
  needs: ['app-host', 'credentials'],
  findings: {
    'app-not-relay': { severity: 'fault', why: 'Webhooks come to something that does not know them.' },
    'app-fails': { severity: 'fault', why: 'What Twilio sends is lost: it is not tried again.' },
    'app-takes-anything': {
      severity: 'fault',
      why: 'Anybody who knows the address can send texts in the name of others.',
    },
    'app-token-differs': { severity: 'fault', why: REFUSES },
    'app-scheme-differs': { severity: 'fault', why: REFUSES },
    'app-url-differs': { severity: 'fault', why: REFUSES },
  },
  run: async (context) => {
    const publicBase = findConfiguredPublicBase(context);
    if (publicBase === undefined) return nothingToCheck('no public base is set');
    const { setup, twimlApp: findApp } = await context.openAccount();
    const about = { accountSid: setup.client.accountSid, app: await findApp() };
    const [app, { authToken }] = [await context.findAppOrigin(), setup];
    const trials = createTestCallbacks(about).map((callback) => ({
      context,
      callback,
      app,
      publicBase,
      authToken,
    }));
    const found = await Promise.all(trials.map(probe));
    // Both mostly suffer from the same.
    const different = found.filter((one, at) => found.findIndex((other) => other?.id === one?.id) === at);
    return passUnless('takes what is signed, and nothing else', different);
  },
});

async function probe(trial: SignatureProbe): Promise<CheckFinding<SignatureFinding> | undefined> {
  const { path } = trial.callback;
  try {
    const signed = await sendProbe(trial, trial.publicBase + path, trial.authToken);
    switch (classifyAnswer(signed)) {
      case 'taken':
        return await probeForgery(trial);
      case 'refused':
        return await diagnose(trial, signed);
      case 'absent':
        return notRelay(trial, signed);
      case 'failed':
        return describeFailure(`it answers ${signed.status} to ${path}`);
    }
  } catch (error) {
    if (error instanceof NoAnswer) return describeFailure(`${path}: ${error.message}`);
    throw error;
  }
}

function describeFailure(what: string): CheckFinding<SignatureFinding> {
  const tryNext = ['look at what the app prints', 'relay-phone serve, to see it with an app that works'];
  return { id: 'app-fails', what, tryNext };
}

async function probeForgery(trial: SignatureProbe): Promise<CheckFinding<SignatureFinding> | undefined> {
  const stranger = randomBytes(16).toString('hex');
  const forged = await sendProbe(trial, trial.publicBase + trial.callback.path, stranger);
  if (classifyAnswer(forged) !== 'taken') return undefined;
  return {
    id: 'app-takes-anything',
    what: `it takes ${trial.callback.path} with a wrong signature`,
    tryNext: [
      'check X-Twilio-Signature: https://www.twilio.com/docs/usage/security#validating-requests',
      'relay-phone serve, which does',
    ],
  };
}

/** What it finds. */
export type SignatureFinding =
  | 'app-not-relay'
  | 'app-fails'
  | 'app-takes-anything'
  | 'app-token-differs'
  | 'app-scheme-differs'
  | 'app-url-differs';

/** One callback, and where and how it is tried. */
export interface SignatureProbe {
  readonly context: DoctorContext;
  readonly callback: TestCallback;
  readonly app: string;
  readonly publicBase: string;
  readonly authToken: string;
}

/** Sends the callback to the app, signed for `url` with `token`. */
export function sendProbe(
  { context, callback, app, publicBase }: SignatureProbe,
  signedUrl: string,
  authToken: string,
): Promise<HttpAnswer> {
  const signature = createSignature(authToken, signedUrl, callback.form);
  return sendTestCallback(callback, { origin: app, publicBase, signature, timeout: context.timeoutMs });
}

/** It answers, but not as a Relay does. */
export function notRelay(
  { app, callback }: SignatureProbe,
  { status }: HttpAnswer,
): CheckFinding<SignatureFinding> {
  return {
    id: 'app-not-relay',
    what: `what answers at ${app} gives ${status} to ${callback.path}`,
    tryNext: [
      'PHONES_ENABLED=True in the .env of Relay, then restart it',
      '--app URL, when the app is elsewhere',
      'relay-phone serve',
    ],
  };
}

interface NamedToken {
  readonly token: string;
  /** Undefined for the right one. */
  readonly name: string | undefined;
}

/** Tries tokens and URLs until it is taken; else goes by what the app says. */
export async function diagnose(
  trial: SignatureProbe,
  refusal: HttpAnswer,
): Promise<CheckFinding<SignatureFinding>> {
  for (const { token, name } of listTokens(trial)) {
    for (const url of listUrls(trial)) {
      if (classifyAnswer(await sendProbe(trial, url, token)) === 'taken')
        return name === undefined ? urlDiffers(trial, url) : tokenDiffers(trial, `: it has ${name}`);
    }
  }
  // Relay answers 400 to much else; but to a wrong signature in these words, as serve and the SDK's middleware do.
  if (!/signature|twilio request validation/i.test(refusal.body)) return notRelay(trial, refusal);
  return tokenDiffers(trial, '');
}

function listTokens({ context, authToken }: SignatureProbe): NamedToken[] {
  const { environment, envFile } = context;
  const decouple = envFile && readWithDecouple(envFile.bytes);
  const named = ['TWILIO_AUTH_TOKEN', 'TWILIO_TEST_AUTH_TOKEN'].flatMap((key) => [
    { token: envFile?.values.get(key), name: `${key} of .env` },
    { token: decouple?.get(key), name: `${key} of .env as python-decouple reads it` },
    { token: environment[key], name: `${key} of the environment` },
  ]);
  const others = named.flatMap(({ token, name }) => (token && token !== authToken ? [{ token, name }] : []));
  return [{ token: authToken, name: undefined }, ...others];
}

/** The right one first, which an app with another token may take. */
function listUrls({ context, callback, app, publicBase }: SignatureProbe): string[] {
  const { environment, envFile } = context;
  const { host } = new URL(publicBase);
  const origins = [environment.SITE_ORIGIN, envFile?.values.get('SITE_ORIGIN')];
  const hosts = origins.flatMap((one) => (one && URL.canParse(one) ? [new URL(one).host] : []));
  const request = {
    target: callback.path,
    signature: undefined,
    parameters: callback.form,
    digest: undefined,
    headers: ['Host', host, 'X-Forwarded-Host', hosts.join(',')],
  };
  return listSignedUrlCandidates(request, { authToken: '', otherTokens: [], publicBase, app }).map(
    ({ url }) => url,
  );
}

function tokenDiffers({ app }: SignatureProbe, which: string): CheckFinding<SignatureFinding> {
  return {
    id: 'app-token-differs',
    what: `the app at ${app} checks signatures with another auth token${which}`,
    tryNext: [
      'restart the app: it reads .env only once',
      'TWILIO_AUTH_TOKEN where the app reads its settings: the live one, of the account that sends the webhooks',
    ],
  };
}

function urlDiffers({ app, publicBase }: SignatureProbe, url: string): CheckFinding<SignatureFinding> {
  const taken = new URL(url);
  const what = `the app at ${app} believes that it is at ${taken.origin}, and Twilio signs for ${publicBase}`;
  const isScheme = taken.protocol !== new URL(publicBase).protocol && taken.host === new URL(publicBase).host;
  return isScheme
    ? {
        id: 'app-scheme-differs',
        what,
        tryNext: [
          'have the app trust X-Forwarded-Proto (Django: SECURE_PROXY_SSL_HEADER; Express: trust proxy)',
          'a tunnel that sends X-Forwarded-Proto: relay-phone tunnel',
        ],
      }
    : {
        id: 'app-url-differs',
        what:
          taken.origin === new URL(publicBase).origin ? `the app takes ${url} for the signed address` : what,
        tryNext: [
          'restart the app: it reads .env only once',
          'a tunnel that leaves Host as it is: relay-phone tunnel',
        ],
      };
}
