// Reads what is typed at a phone: on a terminal with a prompt that stays below what arrives, else line by line from a pipe.

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { showControls } from '../../../control-characters.js';
import type { CliPorts } from '../../core/ports.js';
import { completePhoneCommand } from './typed-line.js';

/** A terminal with a prompt. */
export interface PromptedTerminal {
  /** The ports with which a screen prints above the prompt; the words that are typed stay. */
  readonly ports: CliPorts;
  setPrompt(prompt: string): void;
  /** Resolves with how the person left: with Ctrl-D, Ctrl-C, or because `close` was called. Rejects after `fail`. */
  readonly left: Promise<'end' | 'interrupt'>;
  fail(error: unknown): void;
  close(): void;
}

/** Opens the prompt. @param onLine takes each line that was typed */
export function openPromptedTerminal(ports: CliPorts, onLine: (line: string) => void): PromptedTerminal {
  const output = ports.stdout as NodeJS.WriteStream;
  const reader = createInterface({
    input: ports.stdin,
    output,
    terminal: true,
    completer: (line: string) => [completePhoneCommand(line), line],
  });
  let [prompt, isOpen] = ['', true];

  /** Removes the prompt and the typed words from the terminal: an empty prompt removes all rows of the old one. */
  function removePrompt(): void {
    // Node.js does not keep the row while words are added.
    const { rows } = reader.getCursorPos();
    Object.assign(reader, { line: '', cursor: 0, prevRows: rows });
    reader.setPrompt('');
    reader.prompt(true);
  }

  /** Prints in place of the prompt and the typed words, and then shows these again. */
  function printAbove(text: string): void {
    if (!isOpen) return void output.write(text);
    const { line, cursor } = reader;
    removePrompt();
    output.write(text);
    Object.assign(reader, { line, cursor });
    reader.setPrompt(prompt);
    reader.prompt(true);
  }

  let fail: PromptedTerminal['fail'] = () => undefined;
  const left = new Promise<'end' | 'interrupt'>((resolve, reject) => {
    fail = reject;
    reader.on('SIGINT', () => resolve('interrupt'));
    reader.on('close', () => {
      // Ctrl-D leaves the prompt where it was.
      if (isOpen) output.write('\n');
      isOpen = false;
      resolve('end');
    });
  });
  reader.on('line', (line) => {
    onLine(line);
    if (isOpen) reader.prompt();
  });
  return {
    ports: { ...ports, stdout: createPrinter(output, printAbove) },
    setPrompt: (next) => {
      const shown = showControls(next);
      if (shown === prompt || !isOpen) return;
      prompt = shown;
      printAbove('');
    },
    left,
    fail,
    close: () => {
      if (!isOpen) return;
      removePrompt();
      isOpen = false;
      reader.close();
    },
  };
}

/** A stream for a screen. It counts as the terminal that it prints on. */
function createPrinter(output: NodeJS.WriteStream, print: (text: string) => void): Writable {
  const printer = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      print(text);
      done();
    },
  });
  Object.defineProperty(printer, 'columns', { get: () => output.columns });
  return Object.assign(printer, { isTTY: output.isTTY });
}

/**
 * Reads a pipe line by line, exactly as the lines came; the line end of Windows is removed too. What stands after the last
 * line end is a line.
 */
export async function* readPipedLines(input: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
