// `relay-phone numbers release`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../../core/command.js';
import { showNumbersOptions, targetOptions } from '../../../core/options.js';
import { matching } from '../../../core/values.js';

/** `relay-phone numbers release`. */
export const numbersReleaseCommand = command({
  name: 'numbers release',
  summary: 'give one number back to Twilio for good, after it has shown what depends on it',
  arguments: {
    number: argument('<number>', 'the number to release, in full', {
      parse: matching(/^\+[1-9]\d{6,14}$/, 'a number in E.164 form, such as +12025550123'),
    }),
  },
  options: {
    ...targetOptions,
    yes: option('-y, --yes', 'release it without a question'),
    evenMain: option('--even-main', 'release it even if it is the main number'),
    ...showNumbersOptions,
  },
  examples: [
    'relay-phone numbers release +12025550123',
    'relay-phone numbers release +12025550123 --yes --json',
  ],
});

/** The flags of `numbers release`. */
export type NumbersReleaseFlags = FlagsOf<typeof numbersReleaseCommand>;
