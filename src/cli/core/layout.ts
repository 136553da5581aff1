// Lays out lines for a width: wraps text at words, cuts it, and shortens SIDs and URLs so that they stay recognisable.
import { stripVTControlCharacters } from 'node:util';
import measureColumns from 'fast-string-width';
import { showControls } from '../../control-characters.js';

/** How lines about what happened are laid out. */
export interface Layout {
  /** The columns that a line should take at most. */
  readonly columns: number;
  /** Whether a longer line is wrapped; without a terminal there is no edge, and a line is easier to search. */
  readonly isWrapped: boolean;
  /** Whether SIDs, URLs and paths are shown in full. */
  readonly isFull: boolean;
}

/** The fewest columns beside a head in which text is wrapped under its own column. */
const MIN_COLUMN = 32;
/** The indentation below a head that leaves fewer. */
const NARROW_INDENT = 4;

/** Returns how many columns of a terminal a text takes. Emoji and CJK characters take two; colours take none. */
export function measure(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : measureColumns(stripVTControlCharacters(text));
}

/**
 * Returns a text behind `head` as rows that take at most `columns`, with the later rows indented below the text. It breaks at
 * spaces and beside wide characters, never inside a word: a longer word begins a row, further left if that helps. Control characters of the text
 * become visible.
 *
 * @param keepsCommands whether a command such as `relay-phone exec -- npm start` is one word, so that it can be copied
 * @param repeatsHead whether each row has the head, as a mark of quoted text
 */
export function wrap(
  head: string,
  text: string,
  columns: number,
  {
    keepsCommands = false,
    repeatsHead = false,
  }: { readonly keepsCommands?: boolean; readonly repeatsHead?: boolean } = {},
): string[] {
  const shown = showBehind(head, text);
  const start = measure(head);
  if (start + measure(shown) <= columns) return [head + shown];
  const narrow = repeatsHead ? start : Math.min(start, NARROW_INDENT);
  const wide = columns - start < MIN_COLUMN ? narrow : start;
  const rows: string[] = [];
  let [row, width, isStart, isEmpty] = [head, start, true, true];
  for (const { word, columns: own, isAfterSpace } of splitWords(shown, keepsCommands)) {
    const gap = isAfterSpace && !isStart ? 1 : 0;
    if (width + gap + own > columns && (!isEmpty || start > narrow)) {
      rows.push(row.trimEnd());
      // What begins a row may only now be a command to a CI system.
      const indent = repeatsHead ? head : ' '.repeat(wide + own > columns ? narrow : wide);
      row = indent + showBehind(indent, word);
      [width, isStart, isEmpty] = [measure(row), word === '', word === ''];
    } else {
      row += `${gap === 1 ? ' ' : ''}${word}`;
      width += gap + own;
      // Spaces are kept at the start of a text, but not where a row was broken.
      isStart &&= rows.length > 0 && word === '';
      isEmpty &&= word === '';
    }
  }
  return [...rows, row.trimEnd()];
}

/** Only what begins a line can be a command to a CI system, such as `::error::`. */
function showBehind(head: string, text: string): string {
  return head.trim() === '' ? showControls(text) : showControls(`|${text}`).slice(1);
}

interface Word {
  readonly word: string;
  readonly columns: number;
  /** False for what follows a wide character directly. */
  readonly isAfterSpace: boolean;
}

function* splitWords(text: string, keepsCommands: boolean): Generator<Word> {
  const words = (keepsCommands ? joinCommands(text) : text).split(' ');
  for (const word of words) yield* splitWord(word.replaceAll(JOINT, ' '));
}

/** Stands for the spaces of a command; the text itself has no control characters any more. */
const JOINT = '\0';

/** Joins the words of each command, up to the punctuation that ends it. */
function joinCommands(text: string): string {
  const start = /(?:(?:npx|pnpm exec|yarn|bunx) )?relay-phone /.exec(text)?.index;
  if (start === undefined) return text;
  const length = /[,;:.](?= |$)| \(|$/.exec(text.slice(start))?.index ?? 0;
  const end = start + Math.max(length, 'relay-phone '.length);
  return text.slice(0, start) + text.slice(start, end).replaceAll(' ', JOINT) + joinCommands(text.slice(end));
}

/** A word of CJK characters or emoji can be broken anywhere. */
function* splitWord(word: string): Generator<Word> {
  if (/^[ -~]*$/.test(word)) {
    yield { word, columns: word.length, isAfterSpace: true };
    return;
  }
  let part = '';
  let isFirst = true;
  const take = (own: string): Word => {
    const isAfterSpace = isFirst;
    isFirst = false;
    return { word: own, columns: measure(own), isAfterSpace };
  };
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (measure(segment) < 2) part += segment;
    else {
      if (part !== '') yield take(part);
      part = '';
      yield take(segment);
    }
  }
  if (part !== '') yield take(part);
}

/**
 * Lays out one event: the first of `contents` that fits beside `head` in one row, else the last one in several rows if lines
 * are wrapped.
 *
 * @param contents the same content, the longest first
 */
export function layOut(
  head: string,
  contents: readonly [string, ...string[]],
  { columns, isWrapped }: Layout,
): string[] {
  const fitting = findFitting(contents, columns - measure(head));
  return wrap(head, fitting ?? findShortest(contents), isWrapped ? columns : Infinity);
}

/** Returns the first of `contents` that fits into a row of `columns`, else the last one, cut. @param contents as in {@link layOut} */
export function fitRow(contents: readonly [string, ...string[]], columns: number): string {
  return findFitting(contents, columns) ?? cut(findShortest(contents), columns);
}

function findFitting(contents: readonly string[], columns: number): string | undefined {
  return contents.find((content) => measure(showControls(content)) <= columns);
}

function findShortest(contents: readonly [string, ...string[]]): string {
  return contents.at(-1) ?? contents[0];
}

/**
 * Returns the beginning of a text, with its control characters visible, in at most `columns`. What is cut ends in `…`, after a
 * whole word if one ends nearby, and never inside an escape or an emoji.
 */
export function cut(text: string, columns: number): string {
  const whole = showControls(text);
  if (measure(whole) <= columns) return whole;
  let shown = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = showControls(segment);
    width += measure(next);
    if (width >= columns) break;
    shown += next;
  }
  const lastWord = shown.lastIndexOf(' ');
  return `${lastWord > 0 && shown.length - lastWord <= MAX_DROPPED ? shown.slice(0, lastWord) : shown}…`;
}

/** The longest beginning of a word that is left out for the sake of a cut after a whole word. */
const MAX_DROPPED = 6;

/** Returns `SMa1b2…9f0c`; anything but a SID as it is. */
export function shortenSid(sid: string): string {
  return sid.replace(/^([A-Z]{2}[0-9a-f]{4})[0-9a-f]{24}([0-9a-f]{4})$/, '$1…$2');
}

/** Returns the path of a REST request without the version and the account, and with short SIDs. */
export function shortenPath(path: string): string {
  return path
    .replace(/^\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\//, '')
    .split(/([/.?&=])/)
    .map(shortenSid)
    .join('');
}

/** Returns a URL or a path without its query and the middle of its path: `http://127.0.0.1:8137/…/sms?…`. */
export function shortenUrl(url: string, columns: number): string {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(\/[^?#]*)?([?#].*)?$/i.exec(url);
  if (!parts) return cut(url, columns);
  const [, origin = '', path = '', query = ''] = parts;
  const names = path.split('/');
  const end = names.length > 3 ? `/…/${names.at(-1)}` : path;
  return cut(`${origin}${end.length < path.length ? end : path}${query === '' ? '' : '?…'}`, columns);
}
