// `relay-phone numbers`: its options and help.
import { command, type FlagsOf } from '../../core/command.js';
import { showNumbersOptions, targetOptions } from '../../core/options.js';

/** `relay-phone numbers`. */
export const numbersCommand = command({
  name: 'numbers',
  group: 'Look',
  summary: 'list the numbers of the account, their use and their cost',
  description: 'list every number of the account: what it is for, where it leads, what it costs',
  arguments: {},
  options: { ...targetOptions, ...showNumbersOptions },
  examples: ['relay-phone numbers --show-numbers', 'relay-phone numbers --json'],
});

/** The flags of `numbers`. */
export type NumbersFlags = FlagsOf<typeof numbersCommand>;
