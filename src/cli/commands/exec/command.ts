// `relay-phone exec`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import {
  checkoutOptions,
  clockOptions,
  remoteSandboxOptions,
  settingsOptions,
  yesOptions,
} from '../../core/options.js';

/** `relay-phone exec`. */
export const execCommand = command({
  name: 'exec',
  group: 'Run',
  summary: 'run a program whose requests to Twilio go to the sandbox',
  description: 'run a program whose requests to Twilio go to the sandbox; nothing else about it changes',
  arguments: {
    command: argument('[command...]', 'after --: the program, as it is typed into a shell'),
  },
  options: {
    ...settingsOptions,
    ...checkoutOptions,
    ...yesOptions,
    publicUrl: option(
      '--public-url <url>',
      'where the sandbox reaches the app (default: SITE_ORIGIN if it is on this machine, else the port of the app, or 8000)',
    ),
    printEnv: option(
      '--print-env [form]',
      'run nothing; print the variables for a running sandbox, with its secrets',
      { choices: ['shell', 'powershell', 'compose'], preset: 'shell' },
    ),
    page: option('--page', 'serve the page of the sandbox, for a browser, while the program runs', {
      conflicts: ['printEnv'],
    }),
    strict: option(
      '--strict',
      'exit code 6 if the program asked for something of Twilio that the sandbox lacks',
    ),
    ...remoteSandboxOptions,
    ...clockOptions,
    timeout: option('--timeout <seconds>', 'how long to wait for one answer of the sandbox (default: 15)'),
  },
  examples: [
    'relay-phone exec -- .venv/bin/python manage.py runserver 8000',
    'relay-phone exec --sandbox-url http://twilio:4020 --public-url http://app:8000 -- npm start',
    'eval "$(relay-phone exec --print-env)"',
  ],
});

/** The flags of `exec`. */
export type ExecFlags = FlagsOf<typeof execCommand>;
