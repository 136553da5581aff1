// `relay-phone send-test`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import { appOptions, checkoutOptions, targetOptions } from '../../core/options.js';
import { emailAddress } from '../../core/values.js';

/** `relay-phone send-test`. */
export const sendTestCommand = command({
  name: 'send-test',
  group: 'Check',
  summary: 'have the app text a code, and follow it to its final status',
  description: 'have the app text a verification code, and follow the text to its final status',
  arguments: {
    number: argument('[number]', 'the phone (default: --real-number; in the sandbox a phone of its own)'),
  },
  options: {
    ...targetOptions,
    ...checkoutOptions,
    yes: option('-y, --yes', 'answer yes to everything except spending money at Twilio'),
    buy: option('--buy', 'with --yes: also buy a number at Twilio as the mask'),
    realNumber: option('--real-number <number>', 'the same as the argument'),
    ...appOptions,
    email: option(
      '--email <address>',
      'the user of the Relay checkout whose saved token is sent (default: the last one prepared)',
      { parse: emailAddress, conflicts: ['apiTokenFile'] },
    ),
    verify: option(
      '--verify',
      'also enter the code in the app; in the sandbox relay-phone reads it from the phone',
    ),
    code: option('--code <digits>', 'the code on the phone, instead of a prompt; implies --verify'),
    mask: option('--mask', 'also take a mask, which buys a number; implies --verify'),
    direct: option('--direct', 'send the text through Twilio without an app', {
      conflicts: ['app', 'apiTokenFile', 'email', 'verify', 'code', 'mask'],
    }),
  },
  examples: [
    'relay-phone send-test +12025550123',
    'relay-phone send-test --verify --mask',
    'relay-phone send-test --direct',
  ],
});

/** The flags of `send-test`. */
export type SendTestFlags = FlagsOf<typeof sendTestCommand>;
