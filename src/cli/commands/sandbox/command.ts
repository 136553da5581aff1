// `relay-phone sandbox`: its options and help.
import { command, type FlagsOf, option } from '../../core/command.js';
import { clockOptions, pageOptions, settingsOptions } from '../../core/options.js';
import { port } from '../../core/values.js';

/** `relay-phone sandbox`. */
export const sandboxCommand = command({
  name: 'sandbox',
  group: 'Run',
  summary: 'run the local Twilio until Ctrl-C, or show what happened in it',
  description: 'run the local Twilio as a server until Ctrl-C, or show what happened in it',
  arguments: {},
  options: {
    ...settingsOptions,
    port: option('--port <number>', 'port to listen on; the next free one if it is taken', {
      parse: port,
      default: 4020,
    }),
    strict: option(
      '--strict',
      'refuse what Twilio refuses but a laptop needs, such as callback URLs on this machine; exit code 6 if something was asked for that the sandbox lacks, for text, call, phone, exec and play in it too',
    ),
    traceparent: option(
      '--traceparent',
      'send a W3C traceparent with webhooks, so that requests which pass it on are certain to be in the right trace',
    ),
    allowCountry: option(
      '--allow-country <code>',
      'let texts and calls go to a country besides US, CA and those of owned numbers, for good; may be repeated',
      { repeated: true },
    ),
    ...clockOptions,
    ...pageOptions,
    follow: option('--follow', 'show every event as it happens; also of a sandbox that is running already'),
  },
  examples: [
    'relay-phone sandbox --open',
    'relay-phone sandbox --follow',
    'relay-phone sandbox leaks --number +12025550190',
  ],
});

/** The flags of `sandbox`. */
export type SandboxFlags = FlagsOf<typeof sandboxCommand>;
