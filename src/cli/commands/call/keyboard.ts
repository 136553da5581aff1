// Passes keys that are typed during a call on to the phone: on a terminal only, without Enter.
import type { CliPorts } from '../../core/ports.js';
import type { Caller } from './caller.js';

const [CTRL_C, CTRL_D, ESCAPE] = ['\x03', '\x04', '\x1b'];

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
  const read = (chunk: Buffer | string) => {
    // An escape sequence, such as that of an arrow key, is no key of a phone.
    if (String(chunk).startsWith(ESCAPE)) return;
    for (const character of String(chunk)) {
      if (/[0-9*#A-D]/.test(character)) press(character);
      else if (character === 'h' || character === CTRL_D) hangUp();
      else if (character === CTRL_C) process.emit('SIGINT', 'SIGINT');
    }
  };
  terminal.setRawMode(true);
  terminal.on('data', read);
  return () => {
    terminal.off('data', read);
    terminal.setRawMode(false);
    terminal.pause();
  };
}
