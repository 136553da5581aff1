// Prints lines for people (steps, results, warnings, progress) and JSON documents for scripts.
import { Chalk } from 'chalk';
import type { RelayPhoneError } from '../../errors.js';
import type { SetupOutput } from '../../setup/setup.js';
import type { CliPorts } from './ports.js';

/** How long something may take before its progress is shown. */
const SLOW_MS = 500;

/** The screen of one command. */
export interface Screen extends SetupOutput {
  /** A heading for the lines below it. */
  title(text: string): void;
  /** A fault that was found. */
  fault(text: string): void;
  /** Something that was not checked. */
  skipped(text: string): void;
  /** A detail of the line above. */
  detail(text: string): void;
  /** With `--json`, prints the command's one JSON document on stdout. */
  document(value: object): void;
  /** With `--json`, prints one of several JSON documents on a line of its own. */
  record(value: object): void;
}

/** Creates the screen. With `--json`, stdout is for the JSON document and everything for people goes to stderr. */
export function createScreen(ports: CliPorts, flags: { readonly json?: boolean }): Screen {
  const stream = flags.json ? ports.stderr : ports.stdout;
  const coloured = ports.hasColour(stream);
  const paint = new Chalk({ level: coloured ? 1 : 0 });
  const line = (text: string) => void stream.write(`${text}\n`);
  const detail = (text: string) => line(`        ${paint.dim(text)}`);
  let busy = false;

  /** Only one at a time is shown: progress of a single request does not replace that of the whole. */
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

/** Without a terminal: a line for each new state, but only once it takes long. */
function tellOnce(line: (text: string) => void, first: string): ReturnType<SetupOutput['progress']> {
  let text = first;
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    line(`    … ${text}`);
  }, SLOW_MS);
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
  }, SLOW_MS);
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

/** Prints an error on stderr. */
export function showError(
  ports: CliPorts,
  error: Pick<ReturnType<RelayPhoneError['toJSON']>, 'message' | 'tryNext' | 'more'>,
): void {
  const lines = [
    error.message,
    ...error.tryNext.map((what, index) => `${index === 0 ? '  Try: ' : '       '}${what}`),
    ...(error.more ? [`  More: ${error.more}`] : []),
  ];
  ports.stderr.write(`${lines.join('\n')}\n`);
}
