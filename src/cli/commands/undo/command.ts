// `relay-phone undo`: its options and help.
import { command, type FlagsOf, option } from '../../core/command.js';
import { checkoutOptions, targetOptions, trustOptions } from '../../core/options.js';

/** `relay-phone undo`. */
export const undoCommand = command({
  name: 'undo',
  group: 'Set up',
  summary: 'undo every change made to the account and to files',
  description: 'undo every change made to the account and to files, newest first',
  arguments: {},
  options: {
    ...targetOptions,
    ...checkoutOptions,
    ...trustOptions,
    yes: option('-y, --yes', 'answer yes to everything except releasing a number'),
    releaseNumber: option('--release-number', 'also release the number that was bought'),
    all: option(
      '--all',
      'then remove all that relay-phone keeps about this project: state folder, recorded requests, sandbox, CA, tokens',
    ),
    dryRun: option('--dry-run', 'show what would be undone; change nothing'),
  },
  examples: [
    'relay-phone undo --dry-run',
    'relay-phone undo --yes',
    'relay-phone undo --all --release-number',
  ],
});

/** The flags of `undo`. */
export type UndoFlags = FlagsOf<typeof undoCommand>;
