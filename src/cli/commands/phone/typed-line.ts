// Reads a line that was typed at a phone: a text, or a command that begins with a slash.
import { findNearest } from '../../../nearest.js';

/** What a typed line asks for. */
export type TypedLine =
  /** The line is empty. */
  | { readonly kind: 'nothing' }
  /** A text with exactly these words. */
  | { readonly kind: 'text'; readonly body: string }
  | { readonly kind: 'command'; readonly name: PhoneCommand; readonly rest: string }
  /** A command that does not exist. @see nearest the one that may have been meant */
  | { readonly kind: 'unknown'; readonly typed: string; readonly nearest: string | undefined };

/** The commands, as `/help` lists them: how each is typed, and what it does. */
export const PHONE_COMMANDS = {
  to: ['/to [+1…]', 'text and call this number; without one: list them'],
  media: ['/media URL [words]', 'send a picture: its URL, or a data URL'],
  call: ['/call [+1…]', 'call'],
  answer: ['/answer', 'answer the call that rings'],
  decline: ['/decline', 'decline it'],
  press: ['/press 1#', 'press keys in the call, once it is answered'],
  say: ['/say words', 'speak in the call, once it is answered'],
  hangup: ['/hangup', 'end the call, or decline it while it rings'],
  busy: ['/busy', 'be busy: refuse calls, also the one that rings'],
  off: ['/off', 'be off: texts fail with 30003, calls stay unanswered'],
  on: ['/on', 'be reached again, after /busy and /off'],
  block: ['/block +1…', 'block it: texts fail with 30004, calls are declined'],
  unblock: ['/unblock +1…', 'unblock it'],
  wait: ['/wait [5s]', 'wait for the next text, or for a time'],
  help: ['/help', 'show this list'],
  quit: ['/quit', 'hang up and end'],
} as const satisfies Readonly<Record<string, readonly [form: string, summary: string]>>;

/** The name of a command, without its slash. */
export type PhoneCommand = keyof typeof PHONE_COMMANDS;

/** Other names that people try. */
const ALIASES: ReadonlyMap<string, PhoneCommand> = new Map([
  ['hang-up', 'hangup'],
  ['reject', 'decline'],
  ['exit', 'quit'],
  ['?', 'help'],
]);

const NAMES = Object.keys(PHONE_COMMANDS) as PhoneCommand[];

/** Reads a line. A text that begins with a slash is typed with two. */
export function readTypedLine(line: string): TypedLine {
  if (line === '') return { kind: 'nothing' };
  if (line.startsWith('//')) return { kind: 'text', body: line.slice(1) };
  if (!line.startsWith('/')) return { kind: 'text', body: line };
  const [typed = ''] = line.slice(1).split(/\s/, 1);
  const rest = line.slice(1 + typed.length).trim();
  const word = typed.toLowerCase();
  const name = ALIASES.get(word) ?? NAMES.find((one) => one === word);
  if (name) return { kind: 'command', name, rest };
  const nearest = word === '' ? undefined : findNearest(word, NAMES);
  return { kind: 'unknown', typed: `/${typed}`, nearest: nearest && `/${nearest}` };
}

/** Returns the lines of `/help`. */
export function describePhoneCommands(): string[] {
  const rows = Object.values(PHONE_COMMANDS);
  const width = Math.max(...rows.map(([form]) => form.length));
  return [
    'What you type is sent as a text; //hi sends /hi.',
    ...rows.map(([form, summary]) => `  ${form.padEnd(width)}  ${summary}`),
  ];
}

/** Completes the name of a command, for the Tab key. @returns the commands that begin with the line */
export function completePhoneCommand(line: string): string[] {
  if (!/^\/[a-z]*$/.test(line)) return [];
  return NAMES.map((name) => `/${name}`).filter((command) => command.startsWith(line));
}
