// `relay-phone sandbox leaks`: its options and help.
import { command, type FlagsOf, option } from '../../../core/command.js';
import { settingsOptions } from '../../../core/options.js';

/** `relay-phone sandbox leaks`. */
export const sandboxLeaksCommand = command({
  name: 'sandbox leaks',
  summary: 'show which phones have seen a number, or check all assertions; exit code 6 if one has',
  arguments: {},
  options: {
    ...settingsOptions,
    number: option(
      '--number <number>',
      'the number that nobody should see. Default: those of the assertions that the sandbox keeps',
    ),
    allow: option('--allow <number...>', 'phones that may see it'),
  },
  examples: [
    'relay-phone sandbox leaks',
    'relay-phone sandbox leaks --number +12025550190',
    'relay-phone sandbox leaks --number +12025550190 --allow +12025550101',
  ],
});

/** The flags of `sandbox leaks`. */
export type LeaksFlags = FlagsOf<typeof sandboxLeaksCommand>;
