// `relay-phone doctor`: its options and help.
import { command, type FlagsOf, option } from '../../core/command.js';
import { appOptions, checkoutOptions, targetOptions, trustOptions } from '../../core/options.js';

/** `relay-phone doctor`. */
export const doctorCommand = command({
  name: 'doctor',
  group: 'Check',
  summary: 'find what is wrong, and say how to fix it',
  description: 'find what is wrong, from the files to the app, and say how to fix it',
  arguments: {},
  options: {
    ...targetOptions,
    ...checkoutOptions,
    ...trustOptions,
    yes: option('-y, --yes', 'ask nothing; a Python that you did not let run before is not run'),
    fix: option('--fix', 'apply the fixes that are safe and free, then run the checks again'),
    bundle: option(
      '--bundle <file>',
      'also write a file for a bug report: without secrets, texts and full phone numbers',
    ),
    app: appOptions.app,
    python: option(
      '--python <path>',
      "the checkout's Python or virtual environment (default: the active one, .venv, env, venv)",
    ),
  },
  examples: [
    'relay-phone doctor',
    'relay-phone doctor --fix --yes',
    'relay-phone doctor --bundle doctor.json',
  ],
});

/** The flags of `doctor`. */
export type DoctorFlags = FlagsOf<typeof doctorCommand>;
