// `relay-phone text`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import { settingsOptions } from '../../core/options.js';

/** `relay-phone text`. */
export const textCommand = command({
  name: 'text',
  group: 'Act as a phone',
  summary: 'send a text from a sandbox phone and show every hop',
  description:
    'send a text from a sandbox phone and show every hop; exit code 6 if nobody was reached and nobody answered',
  arguments: {
    body: argument('[body...]', 'what the text says'),
  },
  options: {
    ...settingsOptions,
    from: option(
      '--from <number>',
      'sending phone: any number the account does not own (default: the stand-in phone; a contact if that may own the mask)',
    ),
    to: option(
      '--to <number>',
      'number of the account that receives it (default: the only mask, else the main number)',
    ),
    media: option('--media <url>', 'picture to attach, as a URL or data URL; may be repeated', {
      repeated: true,
    }),
  },
  examples: [
    'relay-phone text Hello',
    'relay-phone text --from +12025550190 "Who is this?"',
    'relay-phone text --media https://example.com/cat.jpg Look',
  ],
});

/** The flags of `text`. */
export type TextFlags = FlagsOf<typeof textCommand>;
