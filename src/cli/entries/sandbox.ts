// The commands around the local Twilio: `sandbox`, `exec`, `text`, `call`, `play`.
import { type Command, Option } from 'commander';
import {
  type CallFlags,
  type CommonFlags,
  ENV_FORMS,
  type ExecFlags,
  type LeaksFlags,
  type PlayFlags,
  type SandboxFlags,
  type TextFlags,
} from '../flags.js';
import type { CommandEntry, Runs } from './entry.js';
import { collect, createClockOption, withCheckout, withCommon } from './options.js';

/** In the order of `--help`. */
export const SANDBOX_ENTRIES: readonly CommandEntry[] = [
  {
    name: 'sandbox',
    description: 'run the local Twilio as a server until Ctrl-C, or look at what happened in it',
    declare: declareSandbox,
  },
  {
    name: 'exec',
    description: 'run a program with its Twilio traffic going into the sandbox, and nothing else changed',
    declare: (command, runs) =>
      withCheckout(withCommon(command))
        .argument('[command...]', 'behind --: the program, as it is typed into a shell')
        .option(
          '--public-url <url>',
          'where the sandbox reaches the app (default: SITE_ORIGIN if it is this machine, else http://127.0.0.1:8000)',
        )
        .addOption(
          new Option(
            '--print-env [form]',
            'run nothing, and print the variables for a running sandbox, secrets among them',
          )
            .choices(ENV_FORMS)
            .preset('shell'),
        )
        .addOption(createClockOption())
        .option('--timeout <seconds>', 'how long to wait for one answer of the sandbox (default: 15)')
        .action(runs<ExecFlags>(() => import('../commands/exec.js'))),
  },
  {
    name: 'text',
    description: 'send a text as a phone of the sandbox, and show every hop it makes',
    declare: (command, runs) =>
      withCommon(command)
        .argument('[body...]', 'what the text says')
        .requiredOption('--from <number>', 'the phone; any number the account does not own')
        .requiredOption('--to <number>', 'a number of the account')
        .option('--media <url>', 'a picture it shows: where it is, or a data URL; may be repeated', collect)
        .action(runs<TextFlags>(() => import('../commands/text.js'))),
  },
  {
    name: 'call',
    description: 'call a number as a phone of the sandbox, and show every hop it makes',
    declare: (command, runs) =>
      withCommon(command)
        .requiredOption('--from <number>', 'the phone; any number the account does not own')
        .requiredOption('--to <number>', 'a number of the account')
        .option('--press <keys>', 'keys to press once it is answered, when the app asks for some')
        .option('--say <words>', 'what to say once it is answered, when somebody listens')
        .option('--hang-up-after <seconds>', 'how long nothing may happen before the phone hangs up', '2')
        .action(runs<CallFlags>(() => import('../commands/call.js'))),
  },
  {
    name: 'play',
    description:
      'play a story of texts and calls against the sandbox and the app, and check what comes of it',
    declare: (command, runs) =>
      withCheckout(withCommon(command))
        .argument('<file>', 'the story, YAML or JSON')
        .argument('[command...]', 'behind --: the app, to be started first as exec starts it')
        .option(
          '--app <url>',
          'where the app is (default: a running serve of this state folder, else http://127.0.0.1:8000)',
        )
        .option('--api-token-file <path>', "file that holds the token of the app's API; - for standard input")
        .option('--watch', 'play it again whenever the file changes, until Ctrl-C')
        .option('--timeout <seconds>', 'how long to wait for one answer of the app (default: 30)')
        .action(runs<PlayFlags>(() => import('../commands/play.js'))),
  },
];

function declareSandbox(command: Command, runs: Runs): Command {
  withCommon(command)
    .option('--port <number>', 'port to listen on; the next free one when taken', '4020')
    .option('--strict', 'refuse what Twilio refuses and a laptop needs, such as loopback callback URLs')
    .addOption(createClockOption())
    .option('--follow', 'show all that happens, as it happens; also in the sandbox that runs already')
    .action(runs<SandboxFlags>(() => import('../commands/sandbox.js')));
  withCommon(command.command('phones'))
    .description('show the phones of the sandbox, the texts they received and their calls')
    .action(runs<CommonFlags>(() => import('../commands/sandbox-phones.js')));
  withCommon(command.command('leaks'))
    .description('show which phones were ever shown a number; ends with 6 when one was')
    .requiredOption('--number <number>', 'the number that nobody should see')
    .option('--allow <number...>', 'phones that may')
    .action(runs<LeaksFlags>(() => import('../commands/sandbox-leaks.js')));
  return command;
}
