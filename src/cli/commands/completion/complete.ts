// Finds what may follow the words of a command line, in the same descriptions of the commands as the help.
import type { ArgumentSpec, CommandSpec, OptionSpec } from '../../core/command.js';

/** One way to complete the last word. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** Stands for the files of the shell's folder in place of candidates. */
export const FILES = ':files';

/** The options that every command has, and those of the program itself. */
const HELP: Candidate = { word: '--help', description: 'show this help' };
/** The command that takes the words of another one. */
const HELP_COMMAND: Candidate = { word: 'help', description: 'show the commands, or the help of one' };
const OF_EVERY_COMMAND: readonly Candidate[] = [HELP, { word: '--no-color', description: 'no colour' }];
const OF_PROGRAM: readonly Candidate[] = [HELP, { word: '--version', description: 'print the version' }];

/**
 * Finds the candidates for the last word.
 *
 * @param words those after `relay-phone`; the last is the one to complete, and may be empty
 * @returns the candidates that begin with the last word, or {@link FILES}
 */
export function complete(
  commands: readonly CommandSpec[],
  words: readonly string[],
): readonly Candidate[] | typeof FILES {
  const { typed, current, prefix } = joinEqualSigns(words);
  // Behind -- stands a program with its own options.
  if (typed.includes('--')) return FILES;
  if (typed[0] === HELP_COMMAND.word) return complete(commands, [...typed.slice(1), current]);
  const { spec, option, positions, given } = walk(commands, typed);
  const candidates =
    option === undefined || current.startsWith('-')
      ? listWords(commands, { spec, positions, given, current })
      : listValues(option);
  if (candidates === FILES) return FILES;
  const own = candidates.filter(({ word }) => word.startsWith(current));
  return own.map((one) => ({ ...one, word: prefix + one.word }));
}

/** The words before the last one, and the part of the last one that is completed. */
interface Typed {
  readonly typed: readonly string[];
  readonly current: string;
  /** What stands before it in the same word, such as `--clock=`. */
  readonly prefix: string;
}

/** Reads `--clock=manual` as an option and its value; bash gives the equals sign as a word of its own. */
function joinEqualSigns(words: readonly string[]): Typed {
  const before = words.slice(0, -1).filter((word) => word !== '=');
  const last = words.at(-1) ?? '';
  if (last === '=') return { typed: before, current: '', prefix: '' };
  const [, name, value] = /^(--[a-z-]+)=(.*)$/s.exec(last) ?? [];
  return name === undefined || value === undefined
    ? { typed: before, current: last, prefix: '' }
    : { typed: [...before, name], current: value, prefix: `${name}=` };
}

/** What the words so far name. */
interface Walked {
  /** Undefined before a command was typed. */
  readonly spec: CommandSpec | undefined;
  /** The option whose value is the next word. */
  readonly option: OptionSpec | undefined;
  /** How many arguments were given. */
  readonly positions: number;
  /** The options that were given. */
  readonly given: readonly OptionSpec[];
}

function walk(commands: readonly CommandSpec[], words: readonly string[]): Walked {
  let spec: CommandSpec | undefined;
  let option: OptionSpec | undefined;
  let positions = 0;
  const given: OptionSpec[] = [];
  for (const word of words) {
    const isValue = option !== undefined && !word.startsWith('-');
    // A value ends its option, unless the option takes several.
    if (isValue && !option?.form.includes('...')) option = undefined;
    if (isValue) continue;
    const found = findOption(spec, word);
    if (found) given.push(found);
    option = found && takesValue(found) && !word.includes('=') ? found : undefined;
    if (word.startsWith('-')) continue;
    const name = spec === undefined ? word : `${spec.name} ${word}`;
    const next: CommandSpec | undefined =
      positions === 0 ? commands.find((one) => one.name === name) : undefined;
    if (next) spec = next;
    else positions += 1;
  }
  return { spec, option, positions, given };
}

function findOption(spec: CommandSpec | undefined, word: string): OptionSpec | undefined {
  const [name = ''] = word.split('=');
  return Object.values(spec?.options ?? {}).find((one) => listNames(one).includes(name));
}

/** `-e` and `--env-file` of `-e, --env-file <path>`. */
function listNames({ form }: OptionSpec): string[] {
  return form.split(/[ ,]+/).filter((part) => part.startsWith('-'));
}

function takesValue({ form }: OptionSpec): boolean {
  return /[<[]/.test(form);
}

/** The values of an option, or of an argument. */
function listValues({ form, description, settings }: OptionSpec | ArgumentSpec): Candidate[] | typeof FILES {
  if (settings?.choices) return settings.choices.map((word) => ({ word, description }));
  return /[<[](?:path|file)/.test(form) ? FILES : [];
}

interface Place extends Omit<Walked, 'option'> {
  readonly current: string;
}

function listWords(
  commands: readonly CommandSpec[],
  { spec, positions, given, current }: Place,
): Candidate[] | typeof FILES {
  if (current.startsWith('-')) return spec === undefined ? [...OF_PROGRAM] : listOptions(spec, given);
  const arguments_ = Object.values(spec?.arguments ?? {});
  const next = arguments_[positions] ?? arguments_.find(({ form }) => form.includes('...'));
  const values = next === undefined ? [] : listValues(next);
  if (positions > 0 || values === FILES) return values;
  return [...listCommands(commands, spec), ...(spec === undefined ? [HELP_COMMAND] : values)];
}

/** The options that may still be given. */
function listOptions(spec: CommandSpec, given: readonly OptionSpec[]): Candidate[] {
  const own = Object.values(spec.options)
    .filter((one) => !given.includes(one) || one.settings?.repeated)
    .map((one) => ({ word: listNames(one).at(-1) ?? '', description: one.description }));
  const names = own.map(({ word }) => word);
  const taken = given.flatMap(listNames);
  return [...own, ...OF_EVERY_COMMAND.filter(({ word }) => !names.includes(word) && !taken.includes(word))];
}

/** The commands, or the subcommands of one. */
function listCommands(commands: readonly CommandSpec[], parent: CommandSpec | undefined): Candidate[] {
  const prefix = parent === undefined ? '' : `${parent.name} `;
  return commands
    .filter(({ name }) => name.startsWith(prefix) && !name.slice(prefix.length).includes(' '))
    .map(({ name, summary }) => ({ word: name.slice(prefix.length), description: summary }))
    .filter(({ word }) => word !== '');
}
