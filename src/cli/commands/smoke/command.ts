// `relay-phone smoke`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import { settingsOptions, yesOptions } from '../../core/options.js';
import { appOrigin } from '../../core/values.js';

/** `relay-phone smoke`. */
export const smokeCommand = command({
  name: 'smoke',
  group: 'Check',
  summary: 'quick and free checks for CI: Twilio, the app, a story',
  description:
    'CI checks, quick and free: a Twilio test account, the signatures of an app, a story in the sandbox',
  arguments: {
    command: argument('[command...]', 'after --: a program to run meanwhile, such as the app'),
  },
  options: {
    ...settingsOptions,
    ...yesOptions,
    testAccount: option('--test-account', 'check the test account; exit code 3 without credentials for it'),
    allowMissing: option(
      '--allow-missing',
      'skip the test account if it has no credentials, and say so, as in a fork',
    ),
    sandbox: option('--sandbox', 'play the story in the sandbox (default if no other check is chosen)'),
    app: option(
      '--app <url>',
      'origin of the app whose signatures are checked (default with a command: SITE_ORIGIN if it is on this machine, else http://127.0.0.1:8000)',
      { parse: appOrigin },
    ),
    publicUrl: option(
      '--public-url <url>',
      'the public origin for which the app checks signatures (default: SITE_ORIGIN, else --app)',
    ),
    signingTokenFile: option(
      '--signing-token-file <path>',
      "file with the app's auth token (default: TWILIO_AUTH_TOKEN)",
    ),
    strict: option(
      '--strict',
      'fail too if no sandbox of this folder runs, which would show whether the app asks for something that it lacks',
    ),
    only: option('--only <check>', 'only this check or part, with what it needs; may be repeated', {
      repeated: true,
    }),
    skip: option('--skip <check>', 'not this check or part; may be repeated', { repeated: true }),
    list: option('--list', 'list the checks and what each one expects'),
    junit: option('--junit <file>', 'also write JUnit XML'),
    timeout: option('--timeout <seconds>', 'time limit for all checks together (default: 60)'),
  },
  examples: [
    'relay-phone smoke',
    'relay-phone smoke --test-account --junit smoke.xml',
    'relay-phone smoke --app http://127.0.0.1:8000 -- python manage.py runserver',
  ],
});

/** The flags of `smoke`. */
export type SmokeFlags = FlagsOf<typeof smokeCommand>;
