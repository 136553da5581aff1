// What the program knows of a command before it is chosen.
import type { Command } from 'commander';
import type { CliPorts } from '../context.js';

/** What a command module under `commands/` exports. */
export interface CommandModule<Flags> {
  /** Runs the command, with the words that are no flags, and gives its exit code. */
  run(context: CliPorts, flags: Flags, words: readonly string[]): Promise<number>;
}

/** A command as the program knows it before it is chosen. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Adds flags and subcommands. Done only for the command that was chosen: start-up counts. */
  declare(command: Command, runs: Runs): Command;
}

/** Makes a command's action from the module that holds it. */
export type Runs = <Flags>(load: () => Promise<CommandModule<Flags>>) => Parameters<Command['action']>[0];
