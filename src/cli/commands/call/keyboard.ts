// Passes keys that are typed during a call on to the phone: on a terminal only, without Enter.
import { emitKeypressEvents, type Key } from 'node:readline';
import type { CliPorts } from '../../core/ports.js';
import type { Caller } from './caller.js';

/** What can be typed, for the line at the start of a call. */
export const KEYBOARD_HELP = 'Type 0-9, * and # to press keys, and h to hang up.';

/** True if a person can type during the call. */
export function hasKeys({ isTerminal, stdin }: Pick<CliPorts, 'isTerminal' | 'stdin'>): boolean {
  return isTerminal && 'setRawMode' in stdin;
}

/**
 * Passes typed keys on, until the returned function is called. Ctrl-C interrupts the command, as it does elsewhere: a
 * terminal sends no signal while each key is read.
 */
export function passKeys({ stdin }: Pick<CliPorts, 'stdin'>, { press, hangUp }: Caller): () => void {
  const terminal = stdin as NodeJS.ReadStream;
  const read = (typed: string | undefined, { name, ctrl }: Key) => {
    if (ctrl && name === 'c') process.emit('SIGINT', 'SIGINT');
    else if (typed === 'h' || (ctrl && name === 'd')) hangUp();
    else if (typed !== undefined && /^[0-9*#A-D]$/.test(typed)) press(typed);
  };
  emitKeypressEvents(terminal);
  terminal.setRawMode(true);
  terminal.on('keypress', read);
  terminal.resume();
  return () => {
    terminal.off('keypress', read);
    terminal.setRawMode(false);
    terminal.pause();
  };
}
