// Listens for the key that opens the page, on a terminal, while this process is in its foreground.
import { isInForeground } from '../../programs/foreground.js';
import type { CliPorts } from './ports.js';

/** The key. */
const OPEN_KEY = 'o';
/** Milliseconds between two looks, in the background: `fg` sends no signal to what runs there. */
const FOREGROUND_CHECK_MS = 500;
/** What these keys send while each key is read: the terminal then sends no signals itself. */
const [CTRL_C, CTRL_Z, CTRL_BACKSLASH, ESCAPE] = ['\x03', '\x1a', '\x1c', '\x1b'];

/** True if a person can press a key: there is a terminal, and this process is in its foreground. */
export function canPressKeys({ isTerminal, stdin }: Pick<CliPorts, 'isTerminal' | 'stdin'>): boolean {
  return isTerminal && 'setRawMode' in stdin && isInForeground();
}

/**
 * Calls `onOpen` whenever the key is pressed, until the returned function is called. Ctrl-C, Ctrl-Z and Ctrl-\ do what
 * they do elsewhere. In the background, after Ctrl-Z and `bg`, it neither reads nor changes the terminal, until `fg`.
 */
export function listenForOpenKey(stdin: NodeJS.ReadStream, onOpen: () => void): () => void {
  let isListening = false;
  let foregroundCheck: NodeJS.Timeout | undefined;

  function begin(): void {
    if (isListening || !isInForeground()) return;
    isListening = true;
    stdin.setRawMode(true);
    stdin.on('data', read);
    stdin.resume();
  }

  function end(): void {
    if (!isListening) return;
    isListening = false;
    stdin.off('data', read);
    stdin.pause();
    if (isInForeground()) stdin.setRawMode(false);
  }

  function read(data: Buffer | string): void {
    const typed = data.toString();
    // An arrow or function key sends several characters.
    if (typed.startsWith(ESCAPE)) return;
    for (const key of typed) press(key);
  }

  function press(key: string): void {
    if (key === OPEN_KEY) onOpen();
    else if (key === CTRL_C) process.emit('SIGINT', 'SIGINT');
    else if (key === CTRL_Z) signalGroup('SIGTSTP');
    else if (key === CTRL_BACKSLASH) signalGroup('SIGQUIT');
  }

  /** Sends a signal as the terminal would: to all processes of the group, such as npx above us. */
  function signalGroup(signal: 'SIGTSTP' | 'SIGQUIT'): void {
    if (process.platform === 'win32') return;
    end();
    process.kill(0, signal);
  }

  /** Somebody else may have stopped us, and `bg` or `fg` have let us go on. */
  function resume(): void {
    clearInterval(foregroundCheck);
    end();
    if (isInForeground()) begin();
    else foregroundCheck = setInterval(() => isInForeground() && resume(), FOREGROUND_CHECK_MS).unref();
  }

  if (process.platform !== 'win32') process.on('SIGCONT', resume);
  begin();
  return () => {
    process.off('SIGCONT', resume);
    clearInterval(foregroundCheck);
    end();
  };
}
