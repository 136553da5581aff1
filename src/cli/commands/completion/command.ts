// `relay-phone completion`: its arguments and help.
import { argument, command, type FlagsOf } from '../../core/command.js';
import { outputOptions } from '../../core/options.js';

/** The shells that have a completion script. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** `relay-phone completion`. */
export const completionCommand = command({
  name: 'completion',
  group: 'Set up',
  summary: 'print the script that completes commands in a shell',
  description: 'print the script that completes commands, options and values in a shell',
  arguments: {
    shell: argument('<shell>', 'the shell', { choices: SHELLS }),
    words: argument('[words...]', 'after --: the words typed so far; prints what may follow, for the script'),
  },
  options: outputOptions,
  examples: [
    'eval "$(relay-phone completion bash)"',
    'relay-phone completion zsh > ~/.zfunc/_relay-phone',
    'relay-phone completion fish > ~/.config/fish/completions/relay-phone.fish',
  ],
});

/** The flags of `completion`. */
export type CompletionFlags = FlagsOf<typeof completionCommand>;
