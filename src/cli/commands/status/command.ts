// `relay-phone status`: its options and help.
import { command, type FlagsOf } from '../../core/command.js';
import { targetOptions } from '../../core/options.js';

/** `relay-phone status`. */
export const statusCommand = command({
  name: 'status',
  group: 'Look',
  summary: 'show what is set up, and what it costs',
  description: 'show what is set up in the account, in .env and on this machine, and what it costs',
  arguments: {},
  options: targetOptions,
  examples: ['relay-phone status', 'relay-phone status --json'],
});

/** The flags of `status`. */
export type StatusFlags = FlagsOf<typeof statusCommand>;
