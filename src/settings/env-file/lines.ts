// Splits an .env file into lines without losing a byte, and finds the line of a key.

/** One line of a text that holds one character per byte (latin1), so that any bytes survive a round trip. */
export interface EnvLine {
  /** Its offset in the text. */
  readonly start: number;
  readonly content: string;
  /** `\n`, `\r\n`, `\r`, or empty for an unterminated last line. */
  readonly ending: string;
}

/** A quotation mark that both readers remove from a value, or none. */
export type Quote = '' | '"' | "'";

/** A one-line assignment, split into the value and the parts around it that an edit keeps. */
export interface PlainLine {
  readonly line: EnvLine;
  /** The part before the value. */
  readonly head: string;
  readonly quote: Quote;
  /** The blanks after the value. */
  readonly tail: string;
}

/** The quotation marks to try around a value, best first. */
export const QUOTES: readonly Quote[] = ['', '"', "'"];

const HEAD = /^[ \t]*([\w.-]+)[ \t]*=[ \t]*/;
const MENTION = /^(?:\xef\xbb\xbf)?[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:]/;

/** Returns a file's bytes as a text of one character per byte. */
export function toText(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** Returns the bytes of a text from {@link toText}. */
export function toBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Returns a value as such a text holds it: UTF-8, one character per byte. */
export function encodeValue(value: string): string {
  return toText(Buffer.from(value, 'utf8'));
}

/** Returns all lines of a text; joined, they are the text again. An empty text has none. */
export function splitLines(text: string): EnvLine[] {
  return [...text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)]
    .filter((match) => match[0] !== '')
    .map((match) => ({ start: match.index, content: match[1] ?? '', ending: match[2] ?? '' }));
}

/** Returns the most frequent line ending; `\n` unless another one is more frequent. */
export function findMainEnding(lines: readonly EnvLine[]): string {
  const count = (ending: string) => lines.filter((line) => line.ending === ending).length;
  return ['\r\n', '\r'].reduce((best, ending) => (count(ending) > count(best) ? ending : best), '\n');
}

/** Returns the last line that assigns the key, if it is plain and has exactly this value; else undefined. */
export function findPlainLine(lines: readonly EnvLine[], key: string, value: string): PlainLine | undefined {
  const line = lines.findLast((candidate) => HEAD.exec(candidate.content)?.[1] === key);
  if (!line) return undefined;
  const [head = ''] = HEAD.exec(line.content) ?? [];
  const end = Math.max(head.length, findTail(line.content));
  const [spelled, tail] = [line.content.slice(head.length, end), line.content.slice(end)];
  const quote = QUOTES.find((mark) => spelled === mark + encodeValue(value) + mark);
  return quote === undefined ? undefined : { line, head, quote, tail };
}

/** Returns where the blanks at the end of a line begin. A pattern would take long for blanks in the middle. */
function findTail(content: string): number {
  let end = content.length;
  while (' \t'.includes(content[end - 1] ?? 'x')) end -= 1;
  return end;
}

/** Returns the number of lines up to and including the last one that names the key; 0 if none does. */
export function countThroughLastMention(lines: readonly EnvLine[], key: string): number {
  return lines.findLastIndex((line) => MENTION.exec(line.content)?.[1] === key) + 1;
}
