// `relay-phone serve`: its options and help.
import { command, type FlagsOf, option } from '../../core/command.js';
import { pageOptions, showNumbersOptions, targetOptions } from '../../core/options.js';
import { listenAddress, port, wholeNumber } from '../../core/values.js';

/** `relay-phone serve`. */
export const serveCommand = command({
  name: 'serve',
  group: 'Run',
  summary: 'run a small Relay until Ctrl-C: masks in front of phones',
  description: 'run a small Relay until Ctrl-C: it relays texts and calls between masks and phones',
  arguments: {},
  options: {
    ...targetOptions,
    yes: option('-y, --yes', 'answer yes to everything'),
    realNumber: option('--real-number <number>', 'the phone behind the mask; it counts as verified'),
    mask: option('--mask <number>', 'a number the account owns (default: the main number)'),
    publicUrl: option('--public-url <url>', 'https origin under which Twilio reaches the relay'),
    port: option('--port <number>', 'port to listen on', { parse: port, default: 8000 }),
    host: option('--host <address>', 'address to listen on', { parse: listenAddress, default: '127.0.0.1' }),
    maxTexts: option('--max-texts <number>', 'texts that a mask relays in 30 days', {
      parse: wholeNumber(1_000_000_000),
      default: 75,
    }),
    maxMinutes: option('--max-minutes <number>', 'minutes of calls that a mask relays in 30 days', {
      parse: wholeNumber(1_000_000_000),
      default: 50,
    }),
    prefixes: option('--no-prefixes', 'send every reply unchanged to the last sender'),
    resend: option('--resend', 'send again the texts that were refused or given up'),
    ...showNumbersOptions,
    ...pageOptions,
    showToken: option('--show-token', 'print the token of the user API and exit'),
    buy: option('--buy', 'let the user API buy a mask, which costs money at Twilio'),
    exposeApi: option('--expose-api', 'also answer the user API through the tunnel'),
  },
  examples: [
    'relay-phone serve --sandbox',
    'relay-phone serve --real-number +12025550123 --public-url https://your-name.ngrok.app',
    'relay-phone serve --show-token',
  ],
});

/** The flags of `serve`. */
export type ServeFlags = FlagsOf<typeof serveCommand>;
