// `relay-phone sandbox traces`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../../core/command.js';
import { settingsOptions } from '../../../core/options.js';
import { matching } from '../../../core/values.js';

/** `relay-phone sandbox traces`. */
export const sandboxTracesCommand = command({
  name: 'sandbox traces',
  summary: 'show what each text, call and request led to, or one trace event by event',
  arguments: {
    id: argument('[id]', 'the trace to show: its number in the list, its whole id, or latest', {
      parse: matching(
        /^(latest|\d{1,15}|[0-9a-f]{16}-\d{1,15})$/,
        'the number of a trace, its id, or latest',
      ),
    }),
  },
  options: {
    ...settingsOptions,
    verbose: option('--verbose', 'do not shorten lines, and show where each setting came from'),
    number: option('--number <number>', 'only traces in which this number took part'),
    failed: option('--failed', 'only traces in which something failed'),
    limit: option('--limit <count>', 'how many traces to show, the newest ones', {
      parse: (text, asked) => Number(matching(/^[1-9]\d{0,4}$/, 'a number from 1 to 99999')(text, asked)),
      default: 20,
    }),
  },
  examples: [
    'relay-phone sandbox traces',
    'relay-phone sandbox traces latest',
    'relay-phone sandbox traces --failed --number +12125550190',
  ],
});

/** The flags of `sandbox traces`. */
export type SandboxTracesFlags = FlagsOf<typeof sandboxTracesCommand>;
