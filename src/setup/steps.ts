// Which steps run for `init` and for `exec`, and which ones `undo` knows.
import { explaining } from '../twilio/failure.js';
import { findOwned, listBoughtMainNumbers } from './purchase.js';
import { releaseRecovery } from './release.js';
import type { Setup, SetupStep, UndoableStep } from './setup.js';
import { accountStep } from './steps/account.js';
import { attachNumberStep } from './steps/attach-number.js';
import { conformanceTraces } from './steps/conformance.js';
import { envFileStep } from './steps/env-file.js';
import { mainNumberStep } from './steps/main-number.js';
import { findPublicBase, publicBaseStep } from './steps/public-base.js';
import { existingAppStep, twimlAppStep } from './steps/twiml-app.js';
import { verificationTextStep } from './steps/verification-text.js';
import { appNameFor, fieldsOf, findApp, findNamedApp } from './webhooks.js';

/** The steps of `init`, in order. */
export const STEPS: readonly SetupStep[] = [
  accountStep,
  mainNumberStep,
  publicBaseStep,
  twimlAppStep,
  envFileStep,
  verificationTextStep,
];

/** The steps for a program that `exec` starts with its own environment: they write no file and send no text. */
export const ACCOUNT_STEPS: readonly SetupStep[] = [
  accountStep,
  mainNumberStep,
  publicBaseStep,
  existingAppStep,
];

/** Every step whose changes `undo` takes back, or whose interrupted ones it finds out about. */
export const UNDOABLE_STEPS: readonly UndoableStep[] = [
  ...STEPS,
  attachNumberStep,
  releaseRecovery,
  conformanceTraces,
];

/**
 * Checks with two requests whether the account already has what {@link ACCOUNT_STEPS} provide: the main number and the
 * TwiML app of the public base. If so, they are in `setup.facts`; if not, the steps must run.
 */
export async function isProvisioned(setup: Setup): Promise<boolean> {
  const bought = listBoughtMainNumbers(setup);
  const phoneNumber = setup.settings.mainNumber ?? bought[0];
  const publicBase = findPublicBase(setup);
  if (phoneNumber === undefined || publicBase === undefined) return false;
  const { applicationSid } = setup.settings;
  const [number, app] = await Promise.all([
    explaining('look for the main number', findOwned(setup, phoneNumber)),
    applicationSid ? findApp(setup, applicationSid) : findNamedApp(setup, appNameFor(publicBase)),
  ]);
  if (!number || !app) return false;
  const { sid, friendlyName } = app;
  setup.facts.publicBase = publicBase;
  setup.facts.mainNumber = {
    phoneNumber,
    sid: number.sid,
    bought: bought.includes(phoneNumber),
    monthly: undefined,
  };
  setup.facts.app = { sid, friendlyName, fields: fieldsOf(app) };
  return true;
}
