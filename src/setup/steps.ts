// The steps of the setup, in their order.
import type { Step } from './setup.js';
import { accountStep } from './steps/account.js';
import { envFileStep } from './steps/env-file.js';
import { mainNumberStep } from './steps/main-number.js';
import { publicBaseStep } from './steps/public-base.js';
import { twimlAppStep } from './steps/twiml-app.js';
import { verificationTextStep } from './steps/verification-text.js';

/** What `init` does, first to last; `undo` goes the other way. */
export const STEPS: readonly Step[] = [
  accountStep,
  mainNumberStep,
  publicBaseStep,
  twimlAppStep,
  envFileStep,
  verificationTextStep,
];
