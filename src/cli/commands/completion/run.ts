// `relay-phone completion`: prints the script of a shell, or what may follow the words typed so far.
import { ExitCode } from '../../../errors.js';
import type { CommandSpec } from '../../core/command.js';
import type { CliPorts } from '../../core/ports.js';
import { printLines, printText } from '../../core/screen.js';
import type { CompletionFlags } from './command.js';
import { complete, FILES } from './complete.js';
import { COMPLETION_SCRIPTS } from './scripts.js';

/** Creates the `run` of the command, which prints the script; with words, a line for each candidate and its description. */
export function createCompletion(commands: readonly CommandSpec[]) {
  return async ({ stdout }: CliPorts, { shell, words }: CompletionFlags): Promise<number> => {
    if (words.length === 0) printText(stdout, COMPLETION_SCRIPTS[shell]);
    else printLines(stdout, formatCandidates(complete(commands, words)));
    return ExitCode.done;
  };
}

/** A candidate has no spaces, so the description is what follows the first one. */
function formatCandidates(found: ReturnType<typeof complete>): string[] {
  return found === FILES ? [FILES] : found.map(({ word, description }) => `${word} ${description}`);
}
