// `relay-phone call end`: its argument, options and help.
import { argument, command, type FlagsOf } from '../../../core/command.js';
import { settingsOptions } from '../../../core/options.js';

/** `relay-phone call end`. */
export const callEndCommand = command({
  name: 'call end',
  summary: 'hang up calls that phones are in, also those that the app placed; decline those that ring',
  arguments: {
    which: argument('[sid]', 'the SID of a call, or the number of a phone (default: every call)'),
  },
  options: settingsOptions,
  examples: ['relay-phone call end', 'relay-phone call end +12025550190'],
});

/** The flags of `call end`. */
export type CallEndFlags = FlagsOf<typeof callEndCommand>;
