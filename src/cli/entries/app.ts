// The commands about the app behind the webhooks: `send-test`, `checkout`, `serve`, `tunnel`, `requests`, `replay`.
import { type Command, Option } from 'commander';
import type {
  CheckoutCommandFlags,
  CheckoutPrepareFlags,
  ReplayFlags,
  RequestsExportFlags,
  RequestsFlags,
  SendTestFlags,
  ServeFlags,
  TunnelFlags,
} from '../flags.js';
import type { CommandEntry, Runs } from './entry.js';
import { collect, withCheckout, withCommon, withPhoneUser, withTarget } from './options.js';

/** In the order of `--help`. */
export const APP_ENTRIES: readonly CommandEntry[] = [
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
        .action(runs<SendTestFlags>(() => import('../commands/send-test.js'))),
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
        .action(runs<ServeFlags>(() => import('../commands/serve.js'))),
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
        .action(runs<TunnelFlags>(() => import('../commands/tunnel.js'))),
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
        .action(runs<ReplayFlags>(() => import('../commands/replay.js'))),
  },
];

function declareCheckout(command: Command, runs: Runs): Command {
  withPhoneUser(command.command('prepare'))
    .description('migrate the database, and make the flags and a user with phones, by a script that is shown')
    .option('-y, --yes', 'ask nothing and run the script')
    .option('--multi-replies', 'also switch on the flag for replies to any of several senders')
    .option('--outbound-phone', 'also switch on the flag for texts and calls that the user begins')
    .action(runs<CheckoutPrepareFlags>(() => import('../commands/checkout-prepare.js')));
  withPhoneUser(command.command('status'))
    .description('show what is there and what is missing; ends with 3 when something is')
    .action(runs<CheckoutCommandFlags>(() => import('../commands/checkout-status.js')));
  return command;
}

function declareRequests(command: Command, runs: Runs): Command {
  withCommon(command.command('export'))
    .description('write a story of a recorded conversation, its numbers replaced, for relay-phone play')
    .argument('<id>', 'a webhook of the conversation, as relay-phone requests shows it')
    .option('--pair', 'only what came between the same two numbers')
    .action(runs<RequestsExportFlags>(() => import('../commands/requests-export.js')));
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
    .action(runs<RequestsFlags>(() => import('../commands/requests.js')));
}
