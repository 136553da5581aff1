// Prints lines for people, with the control characters in them made visible, and JSON documents for scripts.
import type { Writable } from 'node:stream';
import { Chalk } from 'chalk';
import { formatSafeJson, showControls } from '../../control-characters.js';
import type { RelayPhoneError } from '../../errors.js';
import type { SetupOutput } from '../../setup/setup.js';
import { type Layout, wrap } from './layout.js';
import { type CliPorts, isTty } from './ports.js';

/** How something ended: `warning` if it went wrong, but not for good. */
type Outcome = 'done' | 'warning' | 'failed';

/** How long something may take before its progress is shown. */
const SLOW_MS = 500;

/**
 * The screen of one command. Each text is one line, and may quote what strangers wrote: control characters in it, line ends
 * too, are made visible before our colours are added. Nothing else in `cli` writes to a terminal.
 */
export interface Screen extends SetupOutput {
  /** How {@link rows} are to be laid out now: a window may have changed its size. */
  readonly layout: Layout;
  /** Prints what was laid out for {@link layout}, in the colour of what it tells of. */
  rows(rows: readonly string[], outcome?: Outcome): void;
  /** Prints what something came to, laid out as {@link rows} are, behind the sign of the outcome. */
  outcome(text: string, outcome: Outcome): void;
  /** A heading for the lines below it. */
  title(text: string): void;
  /** A fault that was found. */
  fault(text: string): void;
  /** Something that was not checked. */
  skipped(text: string): void;
  /** A detail of the line above. */
  detail(text: string): void;
  /** What to do about the lines above, most promising first. The command that was just typed is left out. */
  advice(ways: readonly string[]): void;
  /** A command to GitHub Actions, such as `::error::` and its message; other lines never are one. */
  workflowCommand(text: `::${string}`): void;
  /** With `--json`, prints the command's one JSON document on stdout. */
  document(value: object): void;
  /** With `--json`, prints one of several JSON documents on a line of its own. */
  record(value: object): void;
}

/** The columns that lines are shortened for where there is no terminal. */
const DEFAULT_COLUMNS = 80;

/**
 * Creates the screen. With `--json`, stdout is for the JSON document and everything for people goes to stderr.
 *
 * On a terminal no line is wider than it, and no word is broken. Elsewhere each message and each event is one line, in which
 * SIDs and URLs are shortened as for 80 columns.
 */
export function createScreen(
  ports: CliPorts,
  flags: { readonly json?: boolean; readonly verbose?: boolean },
): Screen {
  const stream = flags.json ? ports.stderr : ports.stdout;
  const coloured = ports.hasColour(stream);
  const paint = new Chalk({ level: coloured ? 1 : 0 });
  /** Text from outside comes only as `text`: sign and style are ours. */
  const write = (text: string, { sign = '', style = plain, columns = findColumns(stream) } = {}) => {
    const head = sign || findHead(text);
    const start = sign ? text : text.slice(head.length);
    const rows = wrap(head, start, columns, { keepsCommands: true, repeatsHead: BAR.test(head) });
    // Only the text has the style, not the sign.
    const shown = rows.map((row, index) => (index === 0 ? head + style(row.slice(head.length)) : style(row)));
    stream.write(`${shown.join('\n')}\n`);
  };
  const line = (text: string) => write(text);
  const detail = (text: string) => write(text, { sign: '        ', style: paint.dim });
  let busy = false;

  /** Only one at a time is shown: progress of a single request does not replace that of the whole. */
  function progress(text: string): ReturnType<SetupOutput['progress']> {
    if (busy) return { update: () => undefined, end: () => undefined };
    busy = true;
    const shown = coloured && isTty(ports.stderr) ? spin(ports, text) : tellOnce(line, text);
    return {
      update: shown.update,
      end: () => {
        busy = false;
        shown.end();
      },
    };
  }

  const outcomeStyles = { done: plain, warning: paint.yellow, failed: paint.red };
  const { verbose: isFull = false } = flags;

  const signs = {
    done: `    ${paint.green('✓')} `,
    warning: `    ${paint.yellow('!')} `,
    failed: `    ${paint.red('✗')} `,
  };
  const findLayout = (): Layout => {
    const columns = findColumns(stream);
    const isWrapped = columns < Infinity;
    return { columns: isWrapped ? columns : DEFAULT_COLUMNS, isWrapped, isFull };
  };

  return {
    get layout() {
      return findLayout();
    },
    outcome: (text, outcome) => write(text, { sign: signs[outcome], columns: findLayout().columns }),
    rows: (rows, outcome = 'done') => {
      for (const row of rows) stream.write(`${outcomeStyles[outcome](showControls(row))}\n`);
    },
    line,
    step: (number, of, title) => write(`${number}/${of} ${title}`, { style: paint.bold }),
    done: (text) => write(text, { sign: signs.done }),
    planned: ([first = '', ...details]) => {
      write(first, { sign: `    ${paint.cyan('•')} ` });
      for (const one of details) detail(one);
    },
    title: (text) => write(text, { style: paint.bold }),
    fault: (text) => write(text, { sign: signs.failed }),
    skipped: (text) => write(`- ${text}`, { sign: '    ', style: paint.dim }),
    detail,
    advice: (ways) => {
      for (const [mark, way] of formatAdvice(ports, ways)) write(way, { sign: `        ${mark}` });
    },
    warn: (text) => write(text, { sign: signs.warning }),
    workflowCommand: (text) => write(text.slice(2), { sign: '::' }),
    progress,
    document: (value) => {
      if (flags.json) printJson(ports.stdout, value, 2);
    },
    record: (value) => {
      if (flags.json) printJson(ports.stdout, value);
    },
  };
}

/** The columns of a terminal; Infinity for anything else. */
function findColumns(stream: Writable): number {
  return isTty(stream) && 'columns' in stream && typeof stream.columns === 'number' && stream.columns > 0
    ? stream.columns
    : Infinity;
}

/** What stands before each row of quoted text, so that none looks like a line of ours. */
const BAR = /\| +$/;

/** The indentation of a text, and the bar of quoted text, perhaps behind a word that says what is quoted. */
function findHead(text: string): string {
  return /^ {2}[a-z ]{0,7}\| {1,20}|^ */.exec(text)?.[0] ?? '';
}

function plain(text: string): string {
  return text;
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
  let text = showControls(first);
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
      text = showControls(next);
      if (spinner) spinner.text = text;
    },
    end: () => {
      ended = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}

/** An error as it is shown. A report has only the message; an error has its lines too. */
type ShownError = Pick<RelayPhoneError, 'message' | 'tryNext'> & {
  readonly more: string | null | undefined;
  readonly lines?: readonly string[];
};

/** Prints an error on stderr. */
export function showError(ports: CliPorts, { message, lines = [message], tryNext, more }: ShownError): void {
  const columns = findColumns(ports.stderr);
  const wrapLine = (head: string, line: string) => wrap(head, line, columns, { keepsCommands: true });
  printLines(ports.stderr, [
    ...lines.flatMap((line) => wrapLine(findHead(line), line.slice(findHead(line).length))),
    ...formatAdvice(ports, tryNext).flatMap(([mark, way]) => wrapLine(`  ${mark}`, way)),
    ...(more ? [`  More: ${more}`] : []),
  ]);
}

/** Forms the lines of advice, each with what stands before it. The command that was just typed is no advice, whatever is said about it. */
function formatAdvice({ typed }: CliPorts, ways: readonly string[]): [mark: string, way: string][] {
  const own = ['relay-phone', ...typed].join(' ');
  const others = ways.filter((way) => way.replace(/, .*$/s, '') !== own);
  return others.map((way, index) => [index === 0 ? 'Try: ' : '     ', way]);
}

/** Prints lines without a screen. */
export function printLines(stream: Writable, lines: readonly string[]): void {
  stream.write(lines.map((line) => `${showControls(line)}\n`).join(''));
}

/** Prints a JSON document without a screen. @param indent spaces for each level. Default: one line */
export function printJson(stream: Writable, value: unknown, indent?: number): void {
  stream.write(`${formatSafeJson(value, indent)}\n`);
}

/**
 * Prints a text that the command was asked for, such as a pipeline or a story. It should have no control characters but
 * line ends; those it has are shown.
 */
export function printText(stream: Writable, text: string): void {
  printLines(stream, text.replace(/\n$/, '').split('\n'));
}
