// `relay-phone completion`: prints the script of a shell, or what may follow the words typed so far.
import { ExitCode } from '../../../errors.js';
import type { CommandSpec } from '../../core/command.js';
import type { CliPorts } from '../../core/ports.js';
import { printJson, printLines, printText } from '../../core/screen.js';
import type { CompletionFlags } from './command.js';
import { complete, FILES } from './complete.js';
import type { CompletionReport } from './report.js';
import { COMPLETION_SCRIPTS } from './scripts.js';

/** Creates the `run` of the command, which prints the script; with words, a line for each candidate and its description. */
export function createCompletion(commands: readonly CommandSpec[]) {
  return async ({ stdout }: CliPorts, { shell, words: given, json }: CompletionFlags): Promise<number> => {
    const words = shell === 'powershell' ? readPowerShellWords(given) : given;
    const script = words.length === 0 ? COMPLETION_SCRIPTS[shell] : null;
    const found = script === null ? complete(commands, words) : [];
    const files = found === FILES;
    const candidates = files ? [] : [...found];
    if (json) {
      const report: CompletionReport = { command: 'completion', shell, script, candidates, files };
      printJson(stdout, report, 2);
    } else if (script !== null) printText(stdout, script);
    // A candidate has no spaces, so its description is what follows the first one.
    else printLines(stdout, files ? [FILES] : candidates.map((one) => `${one.word} ${one.description}`));
    return ExitCode.done;
  };
}

/** Windows PowerShell drops an empty word, so its script writes two quotation marks, which PowerShell 7.3 passes on. */
function readPowerShellWords(words: readonly string[]): readonly string[] {
  return words.at(-1) === '""' ? words.with(-1, '') : words;
}
