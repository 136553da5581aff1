// `relay-phone sandbox`: its options and help.
import { command, type FlagsOf, option } from '../../core/command.js';
import { clockOptions, pageOptions, settingsOptions } from '../../core/options.js';
import { hostName, listenAddress, matching, ownOrigin, port } from '../../core/values.js';

/** `relay-phone sandbox`. */
export const sandboxCommand = command({
  name: 'sandbox',
  group: 'Run',
  summary: 'run the local Twilio until Ctrl-C, or show what happened in it',
  description:
    'run the local Twilio as a server until Ctrl-C, or show what happened in it; every option may also be a variable, such as RELAY_PHONE_SANDBOX_PORT=4020',
  arguments: {},
  options: {
    ...settingsOptions,
    port: option(
      '--port <number>',
      'port to listen on; if it is taken the next free one, except with --host (default: 4020)',
      {
        parse: port,
      },
    ),
    host: option(
      '--host <address>',
      'address to listen on (default: 127.0.0.1); with 0.0.0.0 other machines and containers reach it, and need its tokens',
      { parse: listenAddress },
    ),
    allowHost: option(
      '--allow-host <name>',
      'a host that webhooks and media may go to; may be repeated. With --host, they go to no other',
      { parse: hostName, repeated: true },
    ),
    publicOrigin: option(
      '--public-origin <url>',
      'how the app reaches the sandbox, for the URLs of media and recordings (default: the host name of this machine, with --host)',
      { parse: ownOrigin },
    ),
    accountSid: option('--account-sid <sid>', 'the account, with --host (default: the kept one, or random)', {
      parse: matching(/^AC[0-9a-f]{32}$/, 'AC and 32 hex digits'),
    }),
    authTokenFile: option(
      '--auth-token-file <path>',
      'file with the auth token of the account, 32 random hex digits, with --host (default: a new random one)',
    ),
    controlTokenFile: option(
      '--control-token-file <path>',
      'file with the token of the control API, with --host (default: a new random one)',
    ),
    pageHost: option(
      '--page-host <address>',
      'address that the page listens on, for a published port; browsers must still open 127.0.0.1',
      { choices: ['127.0.0.1', '0.0.0.0', '::'] },
    ),
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
    clock: option('--clock <kind>', `${clockOptions.clock.description} (default: real)`, {
      choices: ['real', 'manual'],
    }),
    ...pageOptions,
    follow: option('--follow', 'show every event as it happens; also of a sandbox that is running already'),
  },
  examples: [
    'relay-phone sandbox --open',
    'relay-phone sandbox --follow',
    'relay-phone sandbox --host 0.0.0.0 --allow-host app --public-origin http://twilio:4020',
  ],
});

/** The flags of `sandbox`. */
export type SandboxFlags = FlagsOf<typeof sandboxCommand>;
