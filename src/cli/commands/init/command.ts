// `relay-phone init`: its options and help.
import { command, type FlagsOf, option, wrongValue } from '../../core/command.js';
import { checkoutOptions, targetOptions } from '../../core/options.js';
import { matching } from '../../core/values.js';

/** `relay-phone init`. */
export const initCommand = command({
  name: 'init',
  group: 'Set up',
  summary: 'set up account, number, public base and .env, and send a text',
  description: 'set up account, main number, public base, TwiML app and .env, and send a verification text',
  arguments: {},
  options: {
    ...targetOptions,
    ...checkoutOptions,
    yes: option('-y, --yes', 'answer yes to everything except spending money at Twilio'),
    buy: option('--buy', 'with --yes: also buy a number at Twilio'),
    dryRun: option('--dry-run', 'show the plan and what it costs; change nothing'),
    mainNumber: option('--main-number <number>', 'the main number; the account must own it'),
    country: option('--country <code>', 'country in which to search for a number', {
      default: 'US',
      parse: (text, asked) => {
        if (/^[A-Za-z]{2}$/.test(text)) return text.toUpperCase();
        throw wrongValue(asked, 'two letters, such as US');
      },
    }),
    areaCode: option('--area-code <digits>', 'area code in which to search for a number', {
      parse: matching(/^\d{3}$/, 'three digits, such as 202'),
    }),
    contains: option(
      '--contains <pattern>',
      'pattern that the number must match, such as 555 or +1202*******',
    ),
    locality: option('--locality <name>', 'town in which to search for a number'),
    publicUrl: option('--public-url <url>', 'https origin under which Twilio reaches the app'),
    ownApp: option(
      '--own-app',
      'use a TwiML app of your own for this public base, not the one that .env names: one per developer',
    ),
    realNumber: option('--real-number <number>', 'your own phone; it gets the verification text'),
  },
  examples: [
    'relay-phone init',
    'relay-phone init --sandbox --yes',
    'relay-phone init --area-code 202 --real-number +12025550123',
  ],
});

/** The flags of `init`. */
export type InitFlags = FlagsOf<typeof initCommand>;
