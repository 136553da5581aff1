// `relay-phone conformance`: its arguments, options and help.
import { type Asked, command, type FlagsOf, option, wrongValue } from '../../core/command.js';
import { settingsOptions, targetOptions } from '../../core/options.js';
import { port } from '../../core/values.js';

const { live, accountSid, authTokenFile, timeout } = targetOptions;

/** What `--live` spends at most unless `--budget` says otherwise. */
export const DEFAULT_BUDGET = '1.00';

/** `relay-phone conformance`. */
export const conformanceCommand = command({
  name: 'conformance',
  group: 'Check',
  summary: 'compare the sandbox with Twilio, field by field',
  description:
    'run a fixed set of behaviours on the sandbox, and compare it with what Twilio documents or, with --live, with Twilio itself',
  arguments: {},
  options: {
    ...settingsOptions,
    live: {
      ...live,
      description: 'also run them with your account, on two of its numbers; this costs money',
    },
    accountSid,
    authTokenFile,
    timeout,
    yes: option('-y, --yes', 'with --live: agree to the plan and its price without a question'),
    number: option('--number <number>', 'with --live: one of the two numbers; give it twice', {
      repeated: true,
    }),
    budget: option(
      '--budget <amount>',
      `with --live: the most to spend, in the account's currency (default: ${DEFAULT_BUDGET})`,
      { parse: amount },
    ),
    only: option('--only <name>', 'only this behaviour or group; may be repeated', { repeated: true }),
    list: option('--list', 'list the behaviours', { conflicts: ['live', 'capture', 'import'] }),
    capture: option('--capture <file>', 'write what was recorded, without anything of the account'),
    import: option(
      '--import <file>',
      'compare the sandbox with a capture instead, and keep it for the tests',
      {
        conflicts: ['live', 'capture'],
      },
    ),
    url: option('--url <url>', 'with --live: https origin of another tunnel that leads to --port'),
    domain: option(
      '--domain <name>',
      "with --live: the ngrok domain to use (default: the account's dev domain)",
    ),
    authtokenFile: option(
      '--authtoken-file <path>',
      "with --live: file with ngrok's authtoken, or - for standard input",
    ),
    port: option('--port <number>', 'with --live: port that the tunnel leads to', {
      parse: port,
      default: 8011,
    }),
  },
  examples: [
    'relay-phone conformance',
    'relay-phone conformance --only lookups --only paging',
    'relay-phone conformance --live --number +12025550123 --number +12025550124 --capture twilio.json',
  ],
});

/** The flags of `conformance`. */
export type ConformanceFlags = FlagsOf<typeof conformanceCommand>;

/** Reads an amount of money. @throws wrongValue for anything else */
function amount(text: string, asked: Asked): string {
  if (/^\d{1,6}(?:\.\d{1,4})?$/.test(text)) return text;
  throw wrongValue(asked, 'an amount such as 1.00');
}
