// Builds the program of all commands, and runs the one that is asked for.
import { Command } from 'commander';
import { version } from '../version.js';
import type { Context } from './context.js';
import type { CommandModule, Runs } from './entries/entry.js';
import { ENTRIES } from './entries.js';

const ENVIRONMENT = `
Environment:
  RELAY_PHONE_DEBUG         1, or areas such as http,locks: log on stderr what is sent, locked and started
`;

/** Builds the program. `finish` is told the exit code of the command that was run. */
export function createProgram(context: Context, finish: (exitCode: number) => void): Command {
  const program = new Command('relay-phone')
    .description(
      'Sets up and tests phone masking over Twilio, with an account or with a local stand-in for it',
    )
    .version(version, '-V, --version')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      // Errors are shown by main, in one form.
      outputError: () => undefined,
    })
    .exitOverride()
    .addHelpText('after', ENVIRONMENT);

  const runs: Runs =
    <Flags>(load: () => Promise<CommandModule<Flags>>) =>
    async (...received: unknown[]) => {
      // Commander puts the words and the flags before it, and both are in it.
      const command = received.at(-1) as Command;
      const module = await load();
      finish(await module.run(context, command.optsWithGlobals<Flags & object>(), command.args));
    };
  for (const { name, description } of ENTRIES) program.command(name).description(description);
  return program.hook('preSubcommand', (_program, chosen) => {
    ENTRIES.find(({ name }) => name === chosen.name())?.declare(chosen, runs);
  });
}
