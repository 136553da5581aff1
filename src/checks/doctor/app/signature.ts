// Checks that the app accepts webhooks with Twilio's signature, and refuses all others.
import { randomBytes } from 'node:crypto';
import { NoAnswer } from '../../../http/send.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import { createDoctorCheck, findConfiguredPublicBase } from '../doctor-context.js';
import { classifyAnswer, createTestCallbacks } from './callbacks.js';
import { diagnose } from './diagnosis.js';
import { notRelay, type SignatureFinding, type SignatureProbe, sendProbe } from './trial.js';

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
