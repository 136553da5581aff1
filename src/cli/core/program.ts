// Builds the command line of all commands and runs the command that was typed.
import { Command, CommanderError, Option } from 'commander';
import { version } from '../../version.js';
import { type CommandSpec, declare, type FlagsOf, findMisspelt, type UsageHints } from './command.js';
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
Examples:
  relay-phone init --sandbox --yes
RELAY_PHONE_DEBUG=1 logs requests, locks and started programs on stderr.`;

/** Builds the program. `finish` gets the exit code of the command that ran. */
export function createProgram(
  commands: readonly RunnableCommand[],
  ports: CliPorts,
  finish: (exitCode: number) => void,
): Command {
  const program = new Command('relay-phone')
    .usage('[-V | --version] [-h | --help] <command>')
    .description('Sets up and tests phone masking, with a Twilio account or with a local Twilio.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .addHelpOption(new Option('-h, --help').hideHelp())
    .configureOutput({
      writeOut: (text) => void ports.stdout.write(text),
      writeErr: (text) => void ports.stderr.write(text),
      // main shows every error in one form.
      outputError: () => undefined,
    })
    .addHelpText('after', CLOSING);

  // The usage has them: a section of their own would take four lines.
  for (const one of program.options) one.hideHelp();

  function add(parent: Command, { spec, run }: RunnableCommand): Command {
    const added = parent
      .command(spec.name.split(' ').at(-1) ?? '')
      .summary(spec.summary)
      .description(spec.description ?? spec.summary);
    if (spec.group) added.helpGroup(`${spec.group}:`);
    // A subcommand merges with its parents: `sandbox --json phones` is `sandbox phones --json`.
    if (run) added.action(async () => finish(await run(ports, readFlags(spec, added))));
    return added;
  }

  program.exitOverride((error) => {
    throw explainUsage(error, program, commands);
  });
  for (const one of commands) if (!one.spec.name.includes(' ')) add(program, one);
  addHelpCommand(program, commands);
  // Only what was typed gets its options and subcommands: they would slow every start.
  return program.hook('preSubcommand', (_program, typed) => {
    const prefix = `${typed.name()} `;
    const subcommands = commands.filter(({ spec }) => spec.name.startsWith(prefix));
    const names = subcommands.map(({ spec }) => spec.name.slice(prefix.length));
    for (const one of commands) if (one.spec.name === typed.name()) declare(typed, one.spec, names);
    for (const one of subcommands) declare(add(typed, one), one.spec);
  });
}

/** `relay-phone help init` is `relay-phone init --help`. */
function addHelpCommand(program: Command, commands: readonly RunnableCommand[]): void {
  program
    .command('help', { hidden: true })
    .allowExcessArguments()
    .allowUnknownOption()
    .description('show the commands, or the help of one')
    .action(async (_flags: object, { args }: Command) => {
      const words = args.filter((word) => !word.startsWith('-'));
      const known = commands.map(({ spec }) => spec.name);
      if (words.length > 0 && !known.includes(words.join(' '))) throw unknownTopic(words.join(' '), known);
      await program.parseAsync([...words, '--help'], { from: 'user' });
    });
}

function unknownTopic(typed: string, accepted: readonly string[]): Error {
  const error = new CommanderError(2, 'commander.unknownCommand', `unknown command '${typed}'`);
  return Object.assign(error, { help: HELP, typed, accepted } satisfies UsageHints);
}

const HELP = 'relay-phone --help';

/** Adds to an error about the words before a command what may have been meant. */
function explainUsage(error: CommanderError, program: Command, commands: readonly RunnableCommand[]): Error {
  const names = program.commands.map((one) => one.name());
  const hints = findMisspelt(error, program, names);
  const { typed = '' } = hints;
  if (!commands.some(({ spec }) => hasOption(spec, typed)))
    return Object.assign(error, { help: HELP, ...hints } satisfies UsageHints);
  const reason = `${typed} stands before the command; options stand after it`;
  return Object.assign(new CommanderError(error.exitCode, error.code, reason), { help: HELP });
}

function hasOption({ options }: CommandSpec, name: string): boolean {
  return Object.values(options).some(({ form }) => form.split(/[ ,]+/).includes(name));
}

/** The flags under their keys; those of a parent command too. */
function readFlags(spec: CommandSpec, command: Command): object {
  const keys = Object.keys(spec.arguments);
  const words = keys.map((key, index) => [key, command.processedArgs[index]]);
  return { ...command.optsWithGlobals(), ...Object.fromEntries(words) };
}
