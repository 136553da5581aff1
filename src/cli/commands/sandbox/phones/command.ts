// `relay-phone sandbox phones`: its options and help.
import { command, type FlagsOf } from '../../../core/command.js';
import { settingsOptions } from '../../../core/options.js';

/** `relay-phone sandbox phones`. */
export const sandboxPhonesCommand = command({
  name: 'sandbox phones',
  summary: 'show the phones of the sandbox with their texts and calls',
  arguments: {},
  options: settingsOptions,
  examples: ['relay-phone sandbox phones', 'relay-phone sandbox phones --json'],
});

/** The flags of `sandbox phones`. */
export type SandboxPhonesFlags = FlagsOf<typeof sandboxPhonesCommand>;
