// Describes a command in one place: arguments, options, help, examples. The types of its flags follow from that.
import { Argument, type Command, CommanderError, Option } from 'commander';

/** The groups of `relay-phone --help`. */
export type CommandGroup = 'Set up' | 'Run' | 'Act as a phone' | 'Look' | 'Check';

/** A command as the command line and the help know it; `commands/index.ts` says which module runs it. */
export interface CommandSpec<
  A extends Readonly<Record<string, ArgumentSpec>> = Readonly<Record<string, ArgumentSpec>>,
  O extends Readonly<Record<string, OptionSpec>> = Readonly<Record<string, OptionSpec>>,
> {
  /** As it is typed, a subcommand after its parent: `requests export`. */
  readonly name: string;
  /** Where `relay-phone --help` lists it. A subcommand has none: its parent's help lists it. */
  readonly group?: CommandGroup;
  /** One clause for the list of commands, of at most 64 characters: a command takes one line there. */
  readonly summary: string;
  /** The first lines of the command's own help. Default: the summary. */
  readonly description?: string;
  /** In the order in which they are typed. */
  readonly arguments: A;
  readonly options: O;
  /** Complete command lines for the end of the command's help. */
  readonly examples: readonly string[];
}

/** An argument of a command; `F` is its form as the help shows it, such as `<id>`, `[number]` or `[body...]`. */
export interface ArgumentSpec<F extends string = string, S extends ValueSettings = ValueSettings> {
  readonly form: F;
  readonly description: string;
  readonly settings: S | undefined;
}

/** An option of a command; `F` is its form as the help shows it, such as `-e, --env-file <path>`. */
export interface OptionSpec<F extends string = string, S extends OptionSettings = OptionSettings> {
  readonly form: F;
  readonly description: string;
  readonly settings: S | undefined;
}

/** How a value is read. */
export interface ValueSettings {
  /** Reads the text that was given; throws {@link wrongValue} for a malformed one. Default: the text itself. */
  readonly parse?: (text: string, asked: Asked) => unknown;
  /** The accepted values. */
  readonly choices?: readonly string[];
}

/** What an option may have besides its form and description. */
export interface OptionSettings extends ValueSettings {
  /** The value when the option is absent; the help shows it. */
  readonly default?: string | number;
  /** The value when the option is given without one. */
  readonly preset?: string;
  readonly required?: true;
  /** The option may be given several times, each time with one value. */
  readonly repeated?: true;
  /** Keys of the options that exclude this one. */
  readonly conflicts?: readonly string[];
}

/** The argument or option that a text was given for. */
export interface Asked {
  /** `--port` or `<id>`. */
  readonly name: string;
  /** The command, such as `requests export`. */
  readonly command: string;
}

type Parsed<S> = S extends { readonly parse: (text: string, asked: Asked) => infer T }
  ? T
  : S extends { readonly choices: readonly (infer T)[] }
    ? T
    : string;

type ArgumentValue<A> =
  A extends ArgumentSpec<infer F, infer S>
    ? F extends `${string}...${string}`
      ? readonly Parsed<S>[]
      : F extends `[${string}`
        ? Parsed<S> | undefined
        : Parsed<S>
    : never;

type OptionValue<O> =
  O extends OptionSpec<infer F, infer S>
    ? F extends `${string}<${string}` | `${string}[${string}`
      ? F extends `${string}...>`
        ? readonly Parsed<S>[]
        : S extends { readonly repeated: true }
          ? readonly Parsed<S>[]
          : Parsed<S>
      : boolean
    : never;

/** Keys of the options that always have a value. */
type AlwaysSet<O> = {
  [K in keyof O]: O[K] extends
    | OptionSpec<`--no-${string}`>
    | OptionSpec<string, { readonly default: string | number }>
    | OptionSpec<string, { readonly required: true }>
    ? K
    : never;
}[keyof O];

/** The values of a set of options. An absent option without a default has no key. */
export type OptionFlags<O> = { readonly [K in AlwaysSet<O>]: OptionValue<O[K]> } & {
  readonly [K in Exclude<keyof O, AlwaysSet<O>>]?: OptionValue<O[K]>;
};

/** What a command's `run` gets: each argument and each option under its key. */
export type FlagsOf<C> =
  C extends CommandSpec<infer A, infer O>
    ? { readonly [K in keyof A]: ArgumentValue<A[K]> } & OptionFlags<O>
    : never;

/**
 * Describes a command.
 *
 * @example
 * export const textCommand = command({
 *   name: 'text',
 *   group: 'Act as a phone',
 *   summary: 'send a text from a sandbox phone',
 *   arguments: { body: argument('[body...]', 'what the text says') },
 *   options: { from: option('--from <number>', 'sending phone', { required: true }) },
 *   examples: ['relay-phone text --from +13015550195 Hello'],
 * });
 * export type TextFlags = FlagsOf<typeof textCommand>; // { body: readonly string[]; from: string }
 */
export function command<
  A extends Readonly<Record<string, ArgumentSpec>>,
  O extends Readonly<Record<string, OptionSpec>>,
>(spec: CommandSpec<A, O>): CommandSpec<A, O> {
  return spec;
}

/** Describes an argument. */
export function argument<const F extends string, const S extends ValueSettings = Record<never, never>>(
  form: F,
  description: string,
  settings?: S,
): ArgumentSpec<F, S> {
  return { form, description, settings };
}

/** Describes an option. Its key in the command must be its name in camel case. */
export function option<const F extends string, const S extends OptionSettings = Record<never, never>>(
  form: F,
  description: string,
  settings?: S,
): OptionSpec<F, S> {
  return { form, description, settings };
}

/** The error for a malformed value: "--port takes a number from 0 to 65535", where `form` is what it takes. */
export function wrongValue({ name, command }: Asked, form: string): Error {
  return withHelp(new CommanderError(2, 'commander.wrongValue', `${name} takes ${form}`), command);
}

/** What an error of the command line knows besides its message; all of it is optional. */
export interface UsageHints {
  /** The command line whose help explains it. */
  readonly help: string;
  /** What was typed, and what may be typed in its place. */
  readonly typed?: string;
  readonly accepted?: readonly string[];
}

/** Adds to an error of the command line which command's help explains it, and what may have been meant. */
export function withHelp(
  error: CommanderError,
  command: string,
  hints: Omit<UsageHints, 'help'> = {},
): CommanderError {
  return Object.assign(error, { help: `relay-phone ${command} --help`, ...hints } satisfies UsageHints);
}

const COMMON = 'Options of every command:';
/** Keys of the options that the help lists last, because most commands have them. */
const COMMON_KEYS = ['envFile', 'stateDir', 'adopt', 'json', 'verbose'];

/** Adds the arguments, options and examples to commander's command. @param subcommands the names of its subcommands */
export function declare(command: Command, spec: CommandSpec, subcommands: readonly string[] = []): void {
  for (const one of Object.values(spec.arguments))
    command.addArgument(createArgument(one, spec.name, subcommands));
  const options = Object.entries(spec.options);
  for (const [key, one] of options)
    if (!COMMON_KEYS.includes(key)) command.addOption(createOption(one, spec.name));
  // A command that asks nothing takes --yes in silence, so that a script may pass it to all.
  if (!('yes' in spec.options)) command.addOption(new Option('-y, --yes').hideHelp());
  for (const [key, one] of options)
    if (COMMON_KEYS.includes(key)) command.addOption(createOption(one, spec.name).helpGroup(COMMON));
  command.addOption(new Option('--no-color', NO_COLOUR).helpGroup(COMMON));
  command.addHelpOption(new Option('-h, --help', 'show this help').helpGroup(COMMON));
  command.exitOverride((error) => {
    throw withHelp(error, spec.name, findMisspelt(error, command, subcommands));
  });
  command.addHelpText('after', ['\nExamples:', ...spec.examples].join('\n  '));
}

const NO_COLOUR = 'no colour, as with NO_COLOR=1; FORCE_COLOR=1 has colour without a terminal';

/** Returns what was typed in place of a known option or subcommand, and the known ones; nothing for another error. */
export function findMisspelt(
  { code, message }: CommanderError,
  command: Command,
  subcommands: readonly string[],
): Omit<UsageHints, 'help'> {
  const typed = /'(.*)'/.exec(message)?.[1];
  if (code === 'commander.unknownOption' && typed !== undefined) {
    // Those of the program are in its usage.
    const options = command.options.filter((one) => !one.hidden || command.parent === null);
    return { typed, accepted: options.flatMap(({ long }) => long ?? []) };
  }
  // A command without arguments counts its words; one of subcommands names the word.
  if (code === 'commander.unknownCommand' && typed !== undefined) return { typed, accepted: subcommands };
  const [word] = command.args;
  if (code === 'commander.excessArguments' && word !== undefined && subcommands.length > 0)
    return { typed: word, accepted: subcommands };
  return {};
}

function createArgument(
  { form, description, settings = {} }: ArgumentSpec,
  command: string,
  subcommands: readonly string[],
): Argument {
  const made = new Argument(form, description);
  const { parse, choices } = settings;
  const asked = { name: form, command };
  if (choices) made.choices(choices).argParser((text) => readChoice(text, choices, asked));
  if (parse) made.argParser((text) => readArgument(text, parse, asked, subcommands));
  return made;
}

function createOption({ form, description, settings = {} }: OptionSpec, command: string): Option {
  const made = new Option(form, description);
  const { parse, choices, repeated } = settings;
  const asked = { name: made.long ?? form, command };
  const read = (text: string) => (parse ? parse(text, asked) : text);
  if (choices) made.choices(choices).argParser((text) => readChoice(text, choices, asked));
  else if (repeated) made.argParser((text, earlier: readonly unknown[] = []) => [...earlier, read(text)]);
  else if (parse) made.argParser(read);
  if (settings.default !== undefined) made.default(settings.default, String(settings.default));
  if (settings.preset !== undefined) made.preset(settings.preset);
  if (settings.conflicts) made.conflicts([...settings.conflicts]);
  return made.makeOptionMandatory(settings.required ?? false);
}

function readChoice(text: string, choices: readonly string[], asked: Asked): string {
  if (choices.includes(text)) return text;
  const form = `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not "${text}"`;
  throw Object.assign(wrongValue(asked, form), { typed: text, accepted: choices });
}

/** A malformed argument may be a misspelt subcommand. */
function readArgument(
  text: string,
  parse: NonNullable<ValueSettings['parse']>,
  asked: Asked,
  subcommands: readonly string[],
): unknown {
  try {
    return parse(text, asked);
  } catch (error) {
    throw error instanceof Error && subcommands.length > 0
      ? Object.assign(error, { typed: text, accepted: subcommands })
      : error;
  }
}
