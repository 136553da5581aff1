// Asks a person on a terminal.
import type { Prompts } from '../../setup/setup.js';
import type { CliPorts } from './ports.js';

const CTRL_D = '\x04';

/** What every prompt is given besides its question. */
interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** The prompts of a terminal. They are loaded with the first question. */
export function createAsk(ports: CliPorts): Prompts {
  const load = () => import('@inquirer/prompts');
  const validate = (check: (answer: string) => string | undefined) => (raw: string) =>
    check(raw.trim()) ?? true;
  return {
    confirm: async (message) => {
      const { confirm } = await load();
      return unlessLeft(ports, (prompt) => confirm({ message, default: false }, prompt));
    },
    choose: async (message, options) => {
      const { select } = await load();
      const choices = options.map(({ title }, index) => ({ name: title, value: index }));
      const chosen = options[await unlessLeft(ports, (prompt) => select({ message, choices }, prompt))];
      if (!chosen) throw new Error('the prompt gave an answer that was not among its choices');
      return chosen.value;
    },
    text: async (message, check) => {
      const { input } = await load();
      return (
        await unlessLeft(ports, (prompt) => input({ message, validate: validate(check) }, prompt))
      ).trim();
    },
    secret: async (message, check) => {
      const { password } = await load();
      return (
        await unlessLeft(ports, (prompt) => password({ message, validate: validate(check) }, prompt))
      ).trim();
    },
  };
}

/** The prompts know Ctrl-C, but wait for ever when the input ends or Ctrl-D says that it should. */
async function unlessLeft<T>(
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
