// `relay-phone tunnel`: its arguments, options and help.
import { type Asked, argument, command, type FlagsOf, option } from '../../core/command.js';
import { pageOptions, showNumbersOptions, targetOptions } from '../../core/options.js';
import { age, appOrigin, port } from '../../core/values.js';

/** The value of `--keep` without one, its older meaning. */
const KEEPS_SETTINGS = 'settings';

/** `relay-phone tunnel`. */
export const tunnelCommand = command({
  name: 'tunnel',
  group: 'Run',
  summary: 'give the app a public address, and record every webhook',
  description: 'give the app a public address until Ctrl-C, point Twilio at it, and record every webhook',
  arguments: {
    command: argument('[command...]', 'after --: a program to run meanwhile, such as the app'),
  },
  options: {
    ...targetOptions,
    yes: option('-y, --yes', 'answer yes to everything'),
    to: option('--to <address>', 'where the app is: a port, host:port, or an http or https origin', {
      parse: appOrigin,
      default: 'http://127.0.0.1:8000',
    }),
    url: option('--url <url>', 'https origin of another tunnel that leads to the port of the gateway'),
    domain: option('--domain <name>', "the ngrok domain to use (default: the account's dev domain)"),
    authtokenFile: option('--authtoken-file <path>', "file with ngrok's authtoken, or - for standard input"),
    port: option('--port <number>', 'port of the gateway', { parse: port, default: 8010 }),
    expose: option('--expose <what>', 'what the internet can reach: what Twilio signs, or all of the app', {
      choices: ['webhooks', 'all'],
      default: 'webhooks',
    }),
    keep: option(
      '--keep [age]',
      'remove recorded requests after this time, such as 1h or 30d (default: 7d); without a time, as --keep-settings',
      { preset: KEEPS_SETTINGS, parse: readKeep },
    ),
    keepSettings: option('--keep-settings', 'leave the TwiML app and .env as they are at the end'),
    ...showNumbersOptions,
    ...pageOptions,
  },
  examples: [
    'relay-phone tunnel --to 3000 -- npm start',
    'relay-phone tunnel --keep 1d',
    'relay-phone tunnel --url https://my-tunnel.example.com --port 8010',
  ],
});

/** The flags of `tunnel`. */
export type TunnelFlags = FlagsOf<typeof tunnelCommand>;

/** Reads how long recorded requests are kept, or that settings are. */
function readKeep(text: string, asked: Asked): { readonly ageMs: number } | typeof KEEPS_SETTINGS {
  return text === KEEPS_SETTINGS ? text : { ageMs: age(text, asked) };
}

/** True if the TwiML app and `.env` stay as they are at the end. */
export function keepsSettings({ keep, keepSettings = false }: TunnelFlags): boolean {
  return keepSettings || keep === KEEPS_SETTINGS;
}

/** How long recorded requests are kept, in milliseconds; undefined if the flags do not say. */
export function findKeptAgeMs({ keep }: TunnelFlags): number | undefined {
  return typeof keep === 'object' ? keep.ageMs : undefined;
}
