// `relay-phone play`: its arguments, options and help.
import { argument, command, type FlagsOf, option } from '../../core/command.js';
import { appOptions, checkoutOptions, settingsOptions, yesOptions } from '../../core/options.js';

/** `relay-phone play`. */
export const playCommand = command({
  name: 'play',
  group: 'Act as a phone',
  summary: 'play a story of texts and calls, and check the outcome',
  description: 'play a story of texts and calls against the sandbox and the app, and check the outcome',
  arguments: {
    file: argument('<file>', 'the story, YAML or JSON'),
    command: argument('[command...]', 'after --: the app, which is started first, as exec starts it'),
  },
  options: {
    ...settingsOptions,
    ...checkoutOptions,
    ...yesOptions,
    ...appOptions,
    strict: option(
      '--strict',
      'exit code 6 if the app asked for something of Twilio that the sandbox lacks, and no step expects it',
    ),
    watch: option('--watch', 'play it again whenever the file changes, until Ctrl-C'),
    timeout: option('--timeout <seconds>', 'how long to wait for one answer of the app (default: 30)'),
  },
  examples: [
    'relay-phone play story.yaml',
    'relay-phone play story.yaml --watch',
    'relay-phone play story.yaml -- python manage.py runserver',
  ],
});

/** The flags of `play`. */
export type PlayFlags = FlagsOf<typeof playCommand>;
