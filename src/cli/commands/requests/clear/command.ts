// `relay-phone requests clear`: its options and help.
import { command, type FlagsOf, option } from '../../../core/command.js';
import { settingsOptions } from '../../../core/options.js';
import { age } from '../../../core/values.js';

/** `relay-phone requests clear`. */
export const requestsClearCommand = command({
  name: 'requests clear',
  summary: 'remove what was recorded of real texts and calls: all of it, or what is older than an age',
  arguments: {},
  options: {
    ...settingsOptions,
    older: option('--older <age>', 'only requests older than this, such as 7d or 12h', { parse: age }),
    yes: option('-y, --yes', 'remove them without a question'),
  },
  examples: ['relay-phone requests clear', 'relay-phone requests clear --older 7d --yes'],
});

/** The flags of `requests clear`. */
export type RequestsClearFlags = FlagsOf<typeof requestsClearCommand>;
