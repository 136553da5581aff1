// `relay-phone sandbox phones`: its arguments, options and help.
import { type Asked, argument, command, type FlagsOf, option, wrongValue } from '../../../core/command.js';
import { settingsOptions } from '../../../core/options.js';
import { matching, typedTime } from '../../../core/values.js';

/** `relay-phone sandbox phones`. */
export const sandboxPhonesCommand = command({
  name: 'sandbox phones',
  summary: 'show what each phone has sent, received and answered, in the order of time',
  arguments: {
    number: argument('[number]', 'only this phone'),
  },
  options: {
    ...settingsOptions,
    follow: option('--follow', 'show what happens to the phones from now on, until Ctrl-C'),
    last: option('--last [count]', 'only the newest texts and calls of each phone', {
      parse: (text, asked) => Number(matching(/^[1-9]\d{0,4}$/, 'a number from 1 to 99999')(text, asked)),
      preset: '1',
    }),
    since: option(
      '--since <when>',
      'only texts and calls since then, such as 30s, 10m, or an ISO 8601 time',
      {
        parse: typedTime,
      },
    ),
    code: option('--code', 'print the newest six-digit code that the phone has received, and nothing else'),
    wait: option('--wait <seconds>', 'with --code: how long to wait for a text with a code (default: 0)', {
      parse: readSeconds,
    }),
  },
  examples: [
    'relay-phone sandbox phones',
    'relay-phone sandbox phones +12025550190 --last 5',
    'relay-phone sandbox phones +12025550190 --code --since 10s --wait 30',
  ],
});

/** The flags of `sandbox phones`. */
export type SandboxPhonesFlags = FlagsOf<typeof sandboxPhonesCommand>;

/** The longest wait that the control API has. */
const MAX_SECONDS = 600;

function readSeconds(text: string, asked: Asked): number {
  if (/^\d{1,3}(\.\d{1,3})?$/.test(text) && Number(text) <= MAX_SECONDS) return Number(text);
  throw wrongValue(asked, `a number of seconds, at most ${MAX_SECONDS}`);
}
