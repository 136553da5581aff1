// `relay-phone open`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import { settingsOptions } from '../../core/options.js';
import { matching } from '../../core/values.js';

/** `relay-phone open`. */
export const openCommand = command({
  name: 'open',
  group: 'Look',
  summary: 'open the page of the running sandbox, tunnel or serve',
  description: 'open the page of the running sandbox, tunnel or serve in the browser, perhaps at a trace',
  arguments: {
    trace: argument('[trace]', 'the trace to show: its number in the list, its whole id, or latest', {
      parse: matching(
        /^(latest|\d{1,15}|[0-9a-f]{16}-\d{1,15})$/,
        'the number of a trace, its id, or latest',
      ),
    }),
  },
  options: {
    ...settingsOptions,
    print: option('--print', 'open nothing; print the address, which lets one browser in within a minute'),
  },
  examples: ['relay-phone open', 'relay-phone open latest', 'relay-phone open --print'],
});

/** The flags of `open`. */
export type OpenFlags = FlagsOf<typeof openCommand>;
