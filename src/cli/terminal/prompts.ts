// Asks a person on a terminal.
import type { Ask } from '../../setup/setup.js';
import type { Context } from '../context.js';

/** The prompts of a terminal. They are loaded with the first question. */
export function createAsk(context: Context): Ask {
  const streams = { input: context.stdin, output: context.stderr };
  const load = () => import('@inquirer/prompts');
  const validate = (check: (answer: string) => string | undefined) => (raw: string) =>
    check(raw.trim()) ?? true;
  return {
    confirm: async (message) => (await load()).confirm({ message, default: false }, streams),
    choose: async (message, options) => {
      const choices = options.map(({ title }, index) => ({ name: title, value: index }));
      const chosen = options[await (await load()).select({ message, choices }, streams)];
      if (!chosen) throw new Error('the prompt gave an answer that was not among its choices');
      return chosen.value;
    },
    text: async (message, check) => {
      const answer = await (await load()).input({ message, validate: validate(check) }, streams);
      return answer.trim();
    },
    secret: async (message, check) => {
      const answer = await (await load()).password({ message, validate: validate(check) }, streams);
      return answer.trim();
    },
  };
}
