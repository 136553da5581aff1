// The flags that several commands share.
import { type Command, Option } from 'commander';

/** Adds how the command speaks. */
export function withOutput(command: Command): Command {
  return command
    .option('--json', 'print one JSON document; what is for people goes to stderr')
    .option('--no-color', 'no colour');
}

/** Adds the flags of every command that reads settings. */
export function withCommon(command: Command): Command {
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

/** Adds those of every command that talks to Twilio or the sandbox. */
export function withTarget(command: Command): Command {
  return withCommon(command)
    .addOption(new Option('--sandbox', 'use the local Twilio').conflicts('live'))
    .addOption(new Option('--live', "use Twilio's own service"))
    .option('--account-sid <sid>', 'the Twilio account')
    .option('--auth-token-file <path>', 'file that holds the auth token; - for standard input')
    .option('--timeout <seconds>', 'how long to wait for one answer (default: 15)');
}

/** Adds which Relay checkout it works for. */
export function withCheckout(command: Command): Command {
  return command.option(
    '--checkout <path>',
    'the Relay checkout to work for (default: the working directory)',
  );
}

/** Adds those of the `checkout` commands. */
export function withPhoneUser(command: Command): Command {
  return withCheckout(withCommon(command))
    .option(
      '--python <path>',
      "the checkout's Python (default: the active virtual environment, .venv, env, venv)",
    )
    .option('--email <address>', 'the user with phones (default: one of our own)');
}

/** Which clock a sandbox gets that is started here. */
export function createClockOption(): Option {
  return new Option('--clock <kind>', 'manual: the time stands still until the control API advances it')
    .choices(['real', 'manual'])
    .default('real');
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
