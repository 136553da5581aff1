// `relay-phone phone`: its argument, options and help.
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import { settingsOptions } from '../../core/options.js';

/** `relay-phone phone`. */
export const phoneCommand = command({
  name: 'phone',
  group: 'Act as a phone',
  summary: 'be a sandbox phone: text, call, answer, see what arrives',
  arguments: {
    number: argument(
      '[number]',
      'the phone: any number the account does not own (default: the stand-in phone)',
    ),
  },
  options: {
    ...settingsOptions,
    to: option(
      '--to <number>',
      'number of the account that it texts and calls (default: the only mask, else the main number)',
    ),
    calls: option('--calls <how>', 'set what the phone does when it is called, for good, and end', {
      choices: ['answers', 'busy', 'rejects', 'no-answer'],
      conflicts: ['to'],
    }),
  },
  examples: [
    'relay-phone phone',
    "printf 'Hello\\n/call\\n/press 1\\n/hangup\\n' | relay-phone phone +13015550195",
    'relay-phone phone +13015550195 --calls busy',
  ],
});

/** The flags of `phone`. */
export type PhoneFlags = FlagsOf<typeof phoneCommand>;
