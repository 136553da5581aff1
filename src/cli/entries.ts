// What exists: every command with its flags. What a command does is loaded only when it is run.
import { Argument, type Command, Option } from 'commander';
import { CI_SYSTEM_NAMES } from '../ci/system.js';
import type { Context } from './context.js';
import {
  type CallFlags,
  type CheckoutCommandFlags,
  type CheckoutPrepareFlags,
  type CiFlags,
  type CommonFlags,
  type DoctorFlags,
  ENV_FORMS,
  type ExecFlags,
  type InitFlags,
  type LeaksFlags,
  type PlayFlags,
  type ReplayFlags,
  type RequestsExportFlags,
  type RequestsFlags,
  type SandboxFlags,
  type SendTestFlags,
  type ServeFlags,
  type SmokeFlags,
  type TargetFlags,
  type TextFlags,
  type TunnelFlags,
  type UndoFlags,
} from './flags.js';

/** What a command module under `commands/` exports. */
export interface CommandModule<Flags> {
  /** Runs the command, with the words that are no flags, and gives its exit code. */
  run(context: Context, flags: Flags, words: readonly string[]): Promise<number>;
}

/** A command as the program knows it before it is chosen. */
export interface Entry {
  readonly name: string;
  readonly description: string;
  /** Adds flags and subcommands. Done only for the command that was chosen: start-up counts. */
  declare(command: Command, runs: Runs): Command;
}

/** Makes a command's action from the module that holds it. */
export type Runs = <Flags>(load: () => Promise<CommandModule<Flags>>) => Parameters<Command['action']>[0];

/** Every command, in the order of `--help`. */
export const ENTRIES: readonly Entry[] = [
  {
    name: 'init',
    description: 'set up account, main number, public base, TwiML app and .env, and send a verification text',
    declare: (command, runs) =>
      withCheckout(withTarget(command))
        .option('-y, --yes', 'ask nothing and say yes, but for spending money at Twilio')
        .option('--buy', 'with --yes: also buy a number at Twilio')
        .option('--dry-run', 'show the plan and what it costs, and change nothing')
        .option('--main-number <number>', 'a number the account owns, to use as the main number')
        .option('--country <code>', 'country to search a number in', 'US')
        .option('--area-code <digits>', 'area code to search in')
        .option('--contains <pattern>', 'pattern the number must match, such as 555 or +1202*******')
        .option('--locality <name>', 'town to search in')
        .option('--public-url <url>', 'https origin under which Twilio reaches the app')
        .option('--real-number <number>', 'your own phone, for the verification text')
        .action(runs<InitFlags>(() => import('./commands/init.js'))),
  },
  {
    name: 'status',
    description: 'show what is set up in the account, in .env and on this machine, and what it costs',
    declare: (command, runs) =>
      withTarget(command).action(runs<TargetFlags>(() => import('./commands/status.js'))),
  },
  {
    name: 'doctor',
    description: 'find what is wrong, from the files to the app, and say what mends it',
    declare: (command, runs) =>
      withCheckout(withTarget(command))
        .option('--fix', 'mend what costs nothing and takes nothing from anybody, then look again')
        .option(
          '--app <url>',
          'where the app is (default: a running serve of this state folder, else http://127.0.0.1:8000)',
        )
        .option('--python <path>', "the checkout's Python, or its virtual environment (default: as found)")
        .action(runs<DoctorFlags>(() => import('./commands/doctor.js'))),
  },
  {
    name: 'smoke',
    description: 'check in CI: a Twilio test account, the signatures of an app, and the whole story offline',
    declare: (command, runs) =>
      withCommon(command)
        .argument('[command...]', 'behind --: a program to run meanwhile, such as the app')
        .option('--test-account', 'ask the test account, and end with 3 when there are no credentials for it')
        .option('--allow-missing', 'skip the test account loudly when there are none, as for a fork')
        .option('--sandbox', 'play the story in the sandbox (default when nothing else is asked for)')
        .option(
          '--app <url>',
          'where the app is, to try its signatures (default with a command: http://127.0.0.1:8000)',
        )
        .option('--public-url <url>', 'what the app takes for its address (default: SITE_ORIGIN, else --app)')
        .option(
          '--signing-token-file <path>',
          "file that holds the app's auth token (default: TWILIO_AUTH_TOKEN)",
        )
        .option('--only <check>', 'only this check or part, with what it needs; may be repeated', collect)
        .option('--skip <check>', 'not this check or part; may be repeated', collect)
        .option('--list', 'show every check and what it looks at')
        .option('--junit <file>', 'also write JUnit XML')
        .option('--timeout <seconds>', 'how long all of it may take (default: 60)')
        .action(runs<SmokeFlags>(() => import('./commands/smoke.js'))),
  },
  {
    name: 'undo',
    description: 'take back every change made to the account and to files, newest first',
    declare: (command, runs) =>
      withTarget(command)
        .option('-y, --yes', 'ask nothing and say yes, but for releasing a number')
        .option('--release-number', 'also give up the number that was bought')
        .option('--dry-run', 'show what would be taken back')
        .action(runs<UndoFlags>(() => import('./commands/undo.js'))),
  },
  {
    name: 'send-test',
    description: 'have the app text a verification code, and follow the text to its final status',
    declare: (command, runs) =>
      withCheckout(withTarget(command))
        .argument('[number]', 'the phone (default: --real-number; in the sandbox a phone of its own)')
        .option('-y, --yes', 'ask nothing and say yes, but for spending money at Twilio')
        .option('--buy', 'with --yes: also buy a number at Twilio, for the mask')
        .option('--real-number <number>', 'the phone, as elsewhere')
        .option(
          '--app <url>',
          'where the app is (default: a running serve of this state folder, else http://127.0.0.1:8000)',
        )
        .option('--api-token-file <path>', "file that holds the token of the app's API; - for standard input")
        .option('--verify', 'also give the code back to the app; in the sandbox it is read off the phone')
        .option('--code <digits>', 'the code on the phone, when nobody can be asked; implies --verify')
        .option('--mask', 'also take a mask, which buys a number; implies --verify')
        .addOption(
          new Option('--direct', 'send the text through Twilio without an app').conflicts([
            'app',
            'apiTokenFile',
            'verify',
            'code',
            'mask',
          ]),
        )
        .action(runs<SendTestFlags>(() => import('./commands/send-test.js'))),
  },
  {
    name: 'checkout',
    description: 'prepare a Firefox Relay checkout for phones, or show what it lacks',
    declare: declareCheckout,
  },
  {
    name: 'serve',
    description: 'run a small Relay until Ctrl-C: texts and calls to a mask reach the phone behind it',
    declare: (command, runs) =>
      withTarget(command)
        .option('-y, --yes', 'ask nothing and say yes')
        .option('--real-number <number>', 'the phone to put behind a mask; it counts as verified')
        .option('--mask <number>', 'a number the account owns (default: the main number)')
        .option('--public-url <url>', 'https origin under which Twilio reaches the relay')
        .option('--port <number>', 'port to listen on', '8000')
        .option('--host <address>', 'address to listen on', '127.0.0.1')
        .option('--max-texts <number>', 'how many texts a mask relays in 30 days', '75')
        .option('--max-minutes <number>', 'how many minutes of calls', '50')
        .option('--no-prefixes', 'send every reply, as it is, to the last sender')
        .option('--resend', 'send again what was refused or given up')
        .option('--show-numbers', 'show phone numbers whole')
        .option('--show-token', 'print the token of the user API, and nothing else')
        .option('--buy', 'let the user API buy a mask, which costs money at Twilio')
        .option('--expose-api', 'answer the user API through the tunnel too')
        .action(runs<ServeFlags>(() => import('./commands/serve.js'))),
  },
  {
    name: 'tunnel',
    description: 'give the app a public address until Ctrl-C, lead Twilio to it, and record every webhook',
    declare: (command, runs) =>
      withTarget(command)
        .argument('[command...]', 'behind --: a program to run meanwhile, such as the app')
        .option('-y, --yes', 'ask nothing and say yes')
        .option('--to <address>', 'where the app is', '127.0.0.1:8000')
        .option('--url <url>', 'the https origin of another tunnel, which leads to our port')
        .option('--domain <name>', "the domain to ask ngrok for (default: the account's dev domain)")
        .option('--authtoken-file <path>', "file that holds ngrok's authtoken; - for standard input")
        .option('--port <number>', 'port of the gateway', '8010')
        .addOption(
          new Option('--expose <what>', 'what can be reached from outside: the webhooks, or all of the app')
            .choices(['webhooks', 'all'])
            .default('webhooks'),
        )
        .option('--keep', 'leave the TwiML app and .env as they are at the end')
        .option('--show-numbers', 'show phone numbers whole')
        .action(runs<TunnelFlags>(() => import('./commands/tunnel.js'))),
  },
  {
    name: 'requests',
    description: 'show the webhooks that came through the tunnel, or one of them in full',
    declare: declareRequests,
  },
  {
    name: 'replay',
    description: 'send a recorded webhook to the app again, as it was or edited, signed anew',
    declare: (command, runs) =>
      withCommon(command)
        .argument('<id>', 'as relay-phone requests shows it')
        .option('--to <origin>', 'where the app is (default: where it was)')
        .option('--set <name=value>', 'another value of a parameter; may be repeated', collect)
        .option('--to-path <path>', 'another path')
        .option('--without-signature', 'leave the signature out')
        .option('--public-url <url>', 'the public base to sign for (default: the one it came under)')
        .option('--auth-token-file <path>', 'file that holds the auth token; - for standard input')
        .option('--timeout <seconds>', 'how long to wait for the answer (default: 15)')
        .option('--conversation', 'send all that came between the same two numbers, in its order and pace')
        .option('--fast', 'with --conversation: without its pace')
        .option('--show-numbers', 'show phone numbers whole')
        .action(runs<ReplayFlags>(() => import('./commands/replay.js'))),
  },
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
        .action(runs<ExecFlags>(() => import('./commands/exec.js'))),
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
        .action(runs<TextFlags>(() => import('./commands/text.js'))),
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
        .action(runs<CallFlags>(() => import('./commands/call.js'))),
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
        .action(runs<PlayFlags>(() => import('./commands/play.js'))),
  },
  {
    name: 'ci',
    description: 'write a pipeline that runs the checks, for GitHub Actions, GitLab CI or CircleCI',
    declare: (command, runs) =>
      withOutput(command)
        .addArgument(new Argument('<system>', 'whose pipeline').choices(CI_SYSTEM_NAMES))
        .option('-y, --yes', 'ask nothing, and replace a file of an older relay-phone that nobody changed')
        .option('--dry-run', 'show what would be written where, and write nothing')
        .option('--stdout', 'print the file, and write nothing')
        .option('--app-command <command>', 'what starts the app, in one line for a shell; checks the app too')
        .option('--app-setup <command>', 'what has to be run before that, such as npm ci')
        .action(runs<CiFlags>(() => import('./commands/ci.js'))),
  },
];

function declareCheckout(command: Command, runs: Runs): Command {
  withPhoneUser(command.command('prepare'))
    .description('migrate the database, and make the flags and a user with phones, by a script that is shown')
    .option('-y, --yes', 'ask nothing and run the script')
    .option('--multi-replies', 'also switch on the flag for replies to any of several senders')
    .option('--outbound-phone', 'also switch on the flag for texts and calls that the user begins')
    .action(runs<CheckoutPrepareFlags>(() => import('./commands/checkout-prepare.js')));
  withPhoneUser(command.command('status'))
    .description('show what is there and what is missing; ends with 3 when something is')
    .action(runs<CheckoutCommandFlags>(() => import('./commands/checkout-status.js')));
  return command;
}

function declareRequests(command: Command, runs: Runs): Command {
  withCommon(command.command('export'))
    .description('write a story of a recorded conversation, its numbers replaced, for relay-phone play')
    .argument('<id>', 'a webhook of the conversation, as relay-phone requests shows it')
    .option('--pair', 'only what came between the same two numbers')
    .action(runs<RequestsExportFlags>(() => import('./commands/requests-export.js')));
  return withCommon(command)
    .argument('[id]', 'the one to show in full')
    .option('-f, --follow', 'show those that come, as they come, until Ctrl-C')
    .option('--path <part>', 'only those with this in their path')
    .option('--status <code>', 'only those answered so, such as 404 or 5xx')
    .option('--sid <sid>', 'only those about this text or call')
    .option('--number <number>', 'only those from or to this number')
    .option('--since <when>', 'only those since then, such as 10m, 2h, 1d, or an ISO 8601 time')
    .option('--failed', 'only those that something went wrong with')
    .option('--refused', 'those that were refused, and never reached the app')
    .option('--limit <count>', 'how many, the newest', '20')
    .option('--show-numbers', 'show phone numbers whole')
    .action(runs<RequestsFlags>(() => import('./commands/requests.js')));
}

function declareSandbox(command: Command, runs: Runs): Command {
  withCommon(command)
    .option('--port <number>', 'port to listen on; the next free one when taken', '4020')
    .option('--strict', 'refuse what Twilio refuses and a laptop needs, such as loopback callback URLs')
    .addOption(createClockOption())
    .option('--follow', 'show all that happens, as it happens; also in the sandbox that runs already')
    .action(runs<SandboxFlags>(() => import('./commands/sandbox.js')));
  withCommon(command.command('phones'))
    .description('show the phones of the sandbox, the texts they received and their calls')
    .action(runs<CommonFlags>(() => import('./commands/sandbox-phones.js')));
  withCommon(command.command('leaks'))
    .description('show which phones were ever shown a number; ends with 6 when one was')
    .requiredOption('--number <number>', 'the number that nobody should see')
    .option('--allow <number...>', 'phones that may')
    .action(runs<LeaksFlags>(() => import('./commands/sandbox-leaks.js')));
  return command;
}

function createClockOption(): Option {
  return new Option('--clock <kind>', 'manual: the time stands still until the control API advances it')
    .choices(['real', 'manual'])
    .default('real');
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function withOutput(command: Command): Command {
  return command
    .option('--json', 'print one JSON document; what is for people goes to stderr')
    .option('--no-color', 'no colour');
}

function withCommon(command: Command): Command {
  return withOutput(
    command
      .option(
        '-e, --env-file <path>',
        'the .env file (default: .env here); write -e for one that is to be made',
      )
      .option(
        '--state-dir <path>',
        'where relay-phone keeps its state (default: .relay-phone beside the .env file)',
      ),
  ).option('--verbose', 'say where each setting came from');
}

function withTarget(command: Command): Command {
  return withCommon(command)
    .addOption(new Option('--sandbox', 'use the local Twilio').conflicts('live'))
    .addOption(new Option('--live', "use Twilio's own service"))
    .option('--account-sid <sid>', 'the Twilio account')
    .option('--auth-token-file <path>', 'file that holds the auth token; - for standard input')
    .option('--timeout <seconds>', 'how long to wait for one answer (default: 15)');
}

function withCheckout(command: Command): Command {
  return command.option(
    '--checkout <path>',
    'the Relay checkout to work for (default: the working directory)',
  );
}

function withPhoneUser(command: Command): Command {
  return withCheckout(withCommon(command))
    .option(
      '--python <path>',
      "the checkout's Python (default: the active virtual environment, .venv, env, venv)",
    )
    .option('--email <address>', 'the user with phones (default: one of our own)');
}
