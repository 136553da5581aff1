// Shows the error that a command threw, and returns the exit code of the process.
import { readLines } from '../../control-characters.js';
import { ExitCode, findSystemCode, RelayPhoneError } from '../../errors.js';
import { explainMachineFault } from '../../machine-fault.js';
import { findNearest } from '../../nearest.js';
import { version } from '../../version.js';
import type { UsageHints } from './command.js';
import type { CliPorts } from './ports.js';
import { printJson, printLines, showError } from './screen.js';
import { mapStack } from './source-places.js';

/**
 * Shows an error on stderr, and with `--json` prints it as the one document on stdout. An error that is neither a
 * RelayPhoneError nor a fault of the machine is a bug of ours: it is shown with its stack.
 *
 * @returns the exit code of the error; 1 for a bug
 */
export function endWithError(ports: CliPorts, raw: unknown, json: boolean): number {
  if (findSystemCode(raw) === 'commander.help') return ExitCode.usage;
  const error = translate(raw);
  const known = error instanceof RelayPhoneError;
  try {
    if (known) showError(ports, error);
    else printLines(ports.stderr, describeBug(error));
    if (json) printJson(ports.stdout, { error: known ? error : bugReport(error) });
  } catch {
    // Nothing can be printed any more; the exit code still says how the command ended.
  }
  return known ? error.exitCode : ExitCode.bug;
}

function translate(error: unknown): unknown {
  if (error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name)) {
    return new RelayPhoneError({
      kind: 'interrupted',
      task: 'continue',
      reason: 'the question was not answered',
    });
  }
  if (error instanceof Error && 'output' in error) return unwritable(String(error.output), error);
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') return noFolder(error);
  // Recognised by its code, because dist/cli.cjs has its own copy of commander's classes.
  if (!(error instanceof Error && findSystemCode(error)?.startsWith('commander.')))
    return error instanceof RelayPhoneError ? error : (explainMachineFault(error) ?? error);
  const { help = 'relay-phone --help', typed, accepted = [] } = error as Partial<UsageHints>;
  // Commander puts a suggestion of its own on a second line.
  const reason = error.message.replace(/^error: /, '').replace(/\n\(Did you mean [^\n]*$/, '');
  const nearest = typed === undefined ? undefined : findNearest(typed, accepted);
  const suggestion = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  return new RelayPhoneError({
    kind: 'usage',
    task: 'understand the command',
    reason: `${reason.replace(/\.$/, '')}${suggestion}`,
    tryNext: [help],
  });
}

function unwritable(output: string, cause: Error): RelayPhoneError {
  const code = findSystemCode(cause);
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `write to ${output}`,
    reason:
      code === 'ENOSPC' ? 'no space is left where it leads (ENOSPC)' : `the system reports ${code ?? cause}`,
    tryNext: [`send ${output} to a file on a disk with free space, or to the terminal`],
    cause,
  });
}

function noFolder(cause: Error): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'use the working folder',
    reason: `it does not exist any more, or may not be read (${findSystemCode(cause)})`,
    tryNext: ['cd "$PWD", if the folder was made again', 'cd to your project, then the same command'],
    cause,
  });
}

/** The stack stands behind a bar, because its message may have lines that look like ours. */
function describeBug(error: unknown): string[] {
  const stack = error instanceof Error && error.stack ? mapStack(error.stack) : String(error);
  return [
    'This is a bug in relay-phone, not a mistake of yours.',
    '  Please report it with the lines below: https://www.npmjs.com/package/relay-phone',
    `  relay-phone ${version}, Node.js ${process.version}, ${process.platform} ${process.arch}`,
    ...readLines(stack).map((line) => `  | ${line}`),
  ];
}

function bugReport(error: unknown): object {
  return {
    kind: 'bug',
    message: String(error),
    tryNext: [],
    more: null,
    twilioCode: null,
    exitCode: ExitCode.bug,
  };
}
