// Asks questions on a terminal. Control characters in a question are made visible, as on the screen.
import { showControls } from '../../control-characters.js';
import { type ErrorParts, RelayPhoneError } from '../../errors.js';
import type { Prompts } from '../../setup/setup.js';
import type { CliPorts } from './ports.js';

const CTRL_D = '\x04';

/** What every prompt gets besides its question. */
interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Returns the prompts of the terminal; undefined without a terminal, or if `--yes` answers every question. */
export function findPrompts(ports: CliPorts, yes = false): Prompts | undefined {
  return ports.isTerminal && !yes ? createPrompts(ports) : undefined;
}

/**
 * Asks for the user's consent before something is changed.
 *
 * @throws RelayPhoneError `needsUser` if the answer is no, or if there are no prompts.
 */
export async function verifyConfirmed(
  prompts: Prompts | undefined,
  question: string,
  { task, tryNext }: Pick<ErrorParts, 'task' | 'tryNext'>,
): Promise<void> {
  if (await prompts?.confirm(question)) return;
  const reason = prompts ? 'the answer was no' : 'it needs your consent, and this run cannot ask for it';
  throw new RelayPhoneError({ kind: 'needsUser', task, reason, ...(tryNext && { tryNext }) });
}

/** The prompts are loaded with the first question. */
function createPrompts(ports: CliPorts): Prompts {
  const load = () => import('@inquirer/prompts');
  const validate = (check: (answer: string) => string | undefined) => (raw: string) => {
    const fault = check(raw.trim());
    return fault === undefined || showControls(fault);
  };
  return {
    confirm: async (question) => {
      const message = showControls(question);
      const { confirm } = await load();
      return withEndOfInput(ports, (prompt) => confirm({ message, default: false }, prompt));
    },
    choose: async (question, options) => {
      const message = showControls(question);
      const { select } = await load();
      const choices = options.map(({ title }, index) => ({ name: showControls(title), value: index }));
      const chosen = options[await withEndOfInput(ports, (prompt) => select({ message, choices }, prompt))];
      if (!chosen) throw new Error('the prompt gave an answer that was not among its choices');
      return chosen.value;
    },
    text: async (question, check) => {
      const message = showControls(question);
      const { input } = await load();
      return (
        await withEndOfInput(ports, (prompt) => input({ message, validate: validate(check) }, prompt))
      ).trim();
    },
    secret: async (question, check) => {
      const message = showControls(question);
      const { password } = await load();
      return (
        await withEndOfInput(ports, (prompt) => password({ message, validate: validate(check) }, prompt))
      ).trim();
    },
  };
}

/** Ends a prompt when the input ends or Ctrl-D is pressed; by themselves prompts only know Ctrl-C. */
async function withEndOfInput<T>(
  { stdin, stderr }: CliPorts,
  ask: (prompt: PromptContext) => Promise<T>,
): Promise<T> {
  const left = new AbortController();
  const leave = () => left.abort();
  const watch = (chunk: Buffer | string) => {
    if (chunk.toString().includes(CTRL_D)) leave();
  };
  stdin.on('data', watch).once('end', leave);
  try {
    return await ask({ input: stdin, output: stderr, signal: left.signal });
  } finally {
    stdin.off('data', watch).off('end', leave);
  }
}
