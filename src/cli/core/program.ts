// Builds the command line of all commands and runs the command that was typed.
import { Command } from 'commander';
import { version } from '../../version.js';
import { type CommandSpec, declare, type FlagsOf } from './command.js';
import type { CliPorts } from './ports.js';

/** A command and the module that runs it. */
export interface RunnableCommand {
  readonly spec: CommandSpec;
  /** Runs the command and returns its exit code; undefined for one that only has subcommands. */
  readonly run?: (ports: CliPorts, flags: object) => Promise<number>;
}

/** What a `run.ts` below `commands/` exports. */
export interface CommandModule<Flags> {
  /** Runs the command and returns its exit code. */
  run(ports: CliPorts, flags: Flags): Promise<number>;
}

/** Joins a command with the module that runs it, which is loaded when the command is called. */
export function runnable<C extends CommandSpec>(
  spec: C,
  load: () => Promise<CommandModule<FlagsOf<C>>>,
): RunnableCommand {
  return { spec, run: async (ports, flags) => (await load()).run(ports, flags as FlagsOf<C>) };
}

const CLOSING = `
relay-phone COMMAND --help shows the options and examples of a command.
RELAY_PHONE_DEBUG=1, or areas such as http,locks, logs every request, lock and started program on stderr.`;

/** Builds the program. `finish` gets the exit code of the command that ran. */
export function createProgram(
  commands: readonly RunnableCommand[],
  ports: CliPorts,
  finish: (exitCode: number) => void,
): Command {
  const program = new Command('relay-phone')
    .description('Sets up and tests phone masking over Twilio, with an account or with a local Twilio')
    .version(version, '-V, --version')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => void ports.stdout.write(text),
      writeErr: (text) => void ports.stderr.write(text),
      // main shows every error in one form.
      outputError: () => undefined,
    })
    .exitOverride()
    .addHelpText('after', CLOSING);

  function add(parent: Command, { spec, run }: RunnableCommand): Command {
    const added = parent.command(spec.name.split(' ').at(-1) ?? '').description(spec.summary);
    if (spec.group) added.helpGroup(`${spec.group}:`);
    // A subcommand merges with its parents: `sandbox --json phones` is `sandbox phones --json`.
    if (run) added.action(async () => finish(await run(ports, readFlags(spec, added))));
    return added;
  }

  for (const one of commands) if (!one.spec.name.includes(' ')) add(program, one);
  // Only what was typed gets its options and subcommands: they would slow every start.
  return program.hook('preSubcommand', (_program, typed) => {
    for (const one of commands) {
      if (one.spec.name === typed.name()) declare(typed, one.spec);
      else if (one.spec.name.startsWith(`${typed.name()} `)) declare(add(typed, one), one.spec);
    }
  });
}

/** The flags under their keys; those of a parent command too. */
function readFlags(spec: CommandSpec, command: Command): object {
  const keys = Object.keys(spec.arguments);
  const words = keys.map((key, index) => [key, command.processedArgs[index]]);
  return { ...command.optsWithGlobals(), ...Object.fromEntries(words) };
}
