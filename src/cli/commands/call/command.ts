// `relay-phone call`: its options and help.
import { type Asked, command, type FlagsOf, option, wrongValue } from '../../core/command.js';
import { settingsOptions } from '../../core/options.js';

/** `relay-phone call`. */
export const callCommand = command({
  name: 'call',
  group: 'Act as a phone',
  summary: 'call a number from a sandbox phone and show every hop',
  description: 'call a number from a sandbox phone and show every hop; exit code 6 if nobody answered',
  arguments: {},
  options: {
    ...settingsOptions,
    from: option(
      '--from <number>',
      'calling phone: any number the account does not own (default: the stand-in phone; a contact if that may own the mask)',
    ),
    to: option(
      '--to <number>',
      'number of the account that is called (default: the only mask, else the main number)',
    ),
    press: option('--press <keys>', 'keys to press once the call is answered'),
    say: option('--say <words>', 'what to say once the call is answered'),
    cancelAfter: option(
      '--cancel-after <seconds>',
      'hang up if nobody has answered after this many seconds',
      {
        parse: readSeconds,
      },
    ),
    hangUpAfter: option('--hang-up-after <seconds>', 'hang up after this many seconds without an event', {
      parse: readSeconds,
      default: 2,
    }),
  },
  examples: ['relay-phone call', 'relay-phone call --press 1 --hang-up-after 5'],
});

/** The flags of `call`. */
export type CallFlags = FlagsOf<typeof callCommand>;

function readSeconds(text: string, asked: Asked): number {
  if (/^\d{1,4}(\.\d+)?$/.test(text)) return Number(text);
  throw wrongValue(asked, 'a number of seconds');
}
