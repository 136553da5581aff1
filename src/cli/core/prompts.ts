// Asks questions on a terminal. Control characters in a question are made visible, as on the screen.
import { showControls } from '../../control-characters.js';
import { type ErrorParts, RelayPhoneError } from '../../errors.js';
import type { Prompts } from '../../setup/setup.js';
import type { CliPorts } from './ports.js';
import { printLines } from './screen.js';

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

/** What needs the user's consent. */
interface Consent extends Pick<ErrorParts, 'task' | 'tryNext'> {
  /** Shows more, for the answer `s`; the question is then asked again. */
  readonly show?: () => void;
  /** Whether this run has changed something already. */
  readonly hasChanged?: boolean;
}

/**
 * Asks for the user's consent before something is changed.
 *
 * @throws RelayPhoneError `needsUser` if the answer is no, or if there are no prompts.
 */
export async function verifyConfirmed(
  prompts: Prompts | undefined,
  question: string,
  { task, tryNext, show, hasChanged }: Consent,
): Promise<void> {
  if (!prompts) {
    const reason = 'it needs your consent, and this run cannot ask for it';
    throw new RelayPhoneError({ kind: 'needsUser', task, reason, ...(tryNext && { tryNext }) });
  }
  if (show ? await confirmAfterReading(prompts, question, show) : await prompts.confirm(question)) return;
  throw declined(task, hasChanged);
}

/** The error after an answer of no. @param task what was not done, as the rest of "Declined: …, nothing was changed" */
export function declined(task: string, hasChanged = false): RelayPhoneError {
  const reason = hasChanged ? 'nothing more was changed' : 'nothing was changed';
  return new RelayPhoneError({ kind: 'needsUser', isDeclined: true, task, reason });
}

async function confirmAfterReading(prompts: Prompts, question: string, show: () => void): Promise<boolean> {
  for (;;) {
    const answer = await prompts.text(`${question} (y/N, or s to see all of it)`, (raw) =>
      /^(y|yes|n|no|s|)$/i.test(raw) ? undefined : 'answer y, n or s',
    );
    if (!/^s$/i.test(answer)) return /^y/i.test(answer);
    show();
  }
}

/** The prompts are loaded with the first question. */
function createPrompts(ports: CliPorts): Prompts {
  const load = () => import('@inquirer/prompts');
  const validate = (check: (answer: string) => string | undefined) => (raw: string) => {
    const fault = check(raw.trim());
    return fault === undefined || showControls(fault);
  };
  return {
    confirm: async (question, byDefault = false) => {
      const message = showControls(question);
      const { confirm } = await load();
      return withEndOfInput(ports, (prompt) => confirm({ message, default: byDefault }, prompt));
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
      // The prompt itself would keep a refused entry, to which nobody can see that more is added.
      for (;;) {
        const ask = (prompt: PromptContext) => password({ message, toggleMask: false }, prompt);
        const answer = (await withEndOfInput(ports, ask)).trim();
        const fault = check(answer);
        if (fault === undefined) return answer;
        printLines(ports.stderr, [`  ${fault}; type it again`]);
      }
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
