// The steps of the setup, in their order.
import type { SetupStep } from './setup.js';
import { accountStep } from './steps/account.js';
import { attachNumberStep } from './steps/attach-number.js';
import { envFileStep } from './steps/env-file.js';
import { mainNumberStep } from './steps/main-number.js';
import { publicBaseStep } from './steps/public-base.js';
import { existingAppStep, twimlAppStep } from './steps/twiml-app.js';
import { verificationTextStep } from './steps/verification-text.js';

/** What `init` does, first to last. */
export const STEPS: readonly SetupStep[] = [
  accountStep,
  mainNumberStep,
  publicBaseStep,
  twimlAppStep,
  envFileStep,
  verificationTextStep,
];

/** What of `init` a program needs that brings its settings along: nothing is written to a file, and no text is sent. */
export const ACCOUNT_STEPS: readonly SetupStep[] = [
  accountStep,
  mainNumberStep,
  publicBaseStep,
  existingAppStep,
];

/** Every step whose changes can be taken back: those of `init` and of `serve`. */
export const UNDOABLE_STEPS: readonly SetupStep<string>[] = [...STEPS, attachNumberStep];
