// Writes what is for people: steps, what was done, warnings, and progress of what takes long.
import { Chalk } from 'chalk';
import type { SetupOutput } from '../../setup/setup.js';
import type { CliPorts } from './ports.js';

/** Milliseconds after which something that still goes on is shown. */
const SLOW = 500;

/** The screen of one command. */
export interface Screen extends SetupOutput {
  /** What the lines below it are about. */
  title(text: string): void;
  /** Something that is wrong. */
  fault(text: string): void;
  /** Something that was not looked at. */
  skipped(text: string): void;
  /** More about the line above. */
  detail(text: string): void;
  /** Prints the command's one JSON document under `--json`; nothing otherwise. */
  document(value: object): void;
  /** Prints one of many JSON documents under `--json`, on a line of its own; nothing otherwise. */
  record(value: object): void;
}

/** Under `--json` stdout belongs to the document, and everything for people goes to stderr. */
export function createScreen(ports: CliPorts, flags: { readonly json?: boolean }): Screen {
  const stream = flags.json ? ports.stderr : ports.stdout;
  const coloured = ports.hasColour(stream);
  const paint = new Chalk({ level: coloured ? 1 : 0 });
  const line = (text: string) => void stream.write(`${text}\n`);
  const detail = (text: string) => line(`        ${paint.dim(text)}`);
  let busy = false;

  /** One at a time: what waits for a request does not speak over what waits for the whole. */
  function progress(text: string): ReturnType<SetupOutput['progress']> {
    if (busy) return { update: () => undefined, end: () => undefined };
    busy = true;
    const shown = coloured ? spin(ports, text) : tellOnce(line, text);
    return {
      update: shown.update,
      end: () => {
        busy = false;
        shown.end();
      },
    };
  }

  return {
    line,
    step: (number, of, title) => line(paint.bold(`${number}/${of} ${title}`)),
    done: (text) => line(`    ${paint.green('✓')} ${text}`),
    planned: ([first = '', ...details]) => {
      line(`    ${paint.cyan('•')} ${first}`);
      for (const one of details) detail(one);
    },
    title: (text) => line(paint.bold(text)),
    fault: (text) => line(`    ${paint.red('✗')} ${text}`),
    skipped: (text) => line(`    ${paint.dim(`- ${text}`)}`),
    detail,
    warn: (text) => line(`    ${paint.yellow('!')} ${text}`),
    progress,
    document: (value) => {
      if (flags.json) ports.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    record: (value) => {
      if (flags.json) ports.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** Without a terminal each new state gets a line, once it has taken long enough to matter. */
function tellOnce(line: (text: string) => void, first: string): ReturnType<SetupOutput['progress']> {
  let text = first;
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    line(`    … ${text}`);
  }, SLOW);
  return {
    update: (next) => {
      if (slow && next !== text) line(`    … ${next}`);
      text = next;
    },
    end: () => clearTimeout(timer),
  };
}

function spin(ports: CliPorts, first: string): ReturnType<SetupOutput['progress']> {
  let text = first;
  let ended = false;
  let spinner: { text: string; stop(): unknown } | undefined;
  const timer = setTimeout(async () => {
    const { default: createSpinner } = await import('yocto-spinner');
    const stream = ports.stderr as NodeJS.WriteStream;
    if (ended) return;
    spinner = createSpinner({ text, stream, handleSignals: false }).start();
    ports.onInterrupt(async () => void spinner?.stop());
  }, SLOW);
  return {
    update: (next) => {
      text = next;
      if (spinner) spinner.text = next;
    },
    end: () => {
      ended = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}
