// The options that several commands share.
import { option } from './command.js';
import { appOrigin, sandboxOrigin } from './values.js';

/** How a command prints its result. */
export const outputOptions = {
  json: option('--json', 'print one JSON document on stdout and everything else on stderr'),
} as const;

/** Options of every command that reads settings. */
export const settingsOptions = {
  envFile: option(
    '-e, --env-file <path>',
    'the .env file (default: .env in the working directory); write -e for a file that does not exist yet, because Node.js itself refuses --env-file then',
  ),
  stateDir: option(
    '--state-dir <path>',
    'folder where relay-phone keeps its state (default: .relay-phone beside the .env file)',
  ),
  adopt: option(
    '--adopt',
    'use a state folder that relay-phone does not know as yours: one you copied, or an older one',
  ),
  ...outputOptions,
  verbose: option('--verbose', 'show where each setting came from, and SIDs and URLs in full'),
} as const;

/** Options of every command that talks to Twilio or to the sandbox. */
export const targetOptions = {
  ...settingsOptions,
  sandbox: option('--sandbox', 'use the local Twilio', { conflicts: ['live'] }),
  live: option('--live', "use Twilio's own service"),
  accountSid: option('--account-sid <sid>', 'the Twilio account'),
  authTokenFile: option('--auth-token-file <path>', 'file with the auth token, or - for standard input'),
  timeout: option('--timeout <seconds>', 'how long to wait for one answer (default: 15)'),
} as const;

/** The option of commands whose questions all have the same answer. */
export const yesOptions = {
  yes: option('-y, --yes', 'answer yes to every question'),
} as const;

/** The option of every command that may work on a Relay checkout. */
export const checkoutOptions = {
  checkout: option('--checkout <path>', 'the Relay checkout to work on (default: the working directory)'),
} as const;

/** The option of every command that may run the Python of a Relay checkout. */
export const trustOptions = {
  trustCheckout: option('--trust-checkout', "let the checkout's Python run, now and later, without asking"),
} as const;

/** How a command finds the app and its user API. */
export const appOptions = {
  app: option(
    '--app <url>',
    'origin of the app (default: a running serve of this state folder, else SITE_ORIGIN if it is on this machine, else port 8000)',
    { parse: appOrigin },
  ),
  apiTokenFile: option(
    '--api-token-file <path>',
    "file with the token of the app's API, or - for standard input",
  ),
} as const;

/** How a command names a sandbox in another container or on another machine; see `findRemoteSandbox`. */
export const remoteSandboxOptions = {
  sandboxUrl: option(
    '--sandbox-url <url>',
    'join the sandbox there, which was started with --host (also RELAY_PHONE_SANDBOX_URL)',
    { parse: sandboxOrigin },
  ),
  controlTokenFile: option(
    '--control-token-file <path>',
    'file with the token of its control API (also RELAY_PHONE_SANDBOX_CONTROL_TOKEN)',
  ),
} as const;

/** The clock of a sandbox that the command starts. */
export const clockOptions = {
  clock: option('--clock <kind>', 'manual: time stands still until the control API advances it', {
    choices: ['real', 'manual'],
    default: 'real',
  }),
} as const;

/** The browser page of a command that runs until Ctrl-C. */
export const pageOptions = {
  open: option('--open', 'open the page in the browser'),
  page: option('--no-page', 'do not serve the page'),
} as const;

/** Whether phone numbers are printed in full. */
export const showNumbersOptions = {
  showNumbers: option('--show-numbers', 'print phone numbers in full'),
} as const;
