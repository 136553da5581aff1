// Cuts an .env file into lines, and finds a key's line among them, without losing a byte.

/** One line. Its text holds one character per byte (latin1), so that any bytes survive a round trip. */
export interface EnvLine {
  /** Where it starts in the text. */
  readonly start: number;
  readonly content: string;
  /** `\n`, `\r\n`, `\r`, or empty for a last line without one. */
  readonly ending: string;
}

/** A quotation mark both readers take off a value, or none. */
export type Quote = '' | '"' | "'";

/** A one-line assignment, in the pieces that an edit keeps around the value. */
export interface PlainLine {
  readonly line: EnvLine;
  /** The line up to its value. */
  readonly head: string;
  readonly quote: Quote;
  /** The spaces after the value. */
  readonly tail: string;
}

/** The quotation marks a value may be written in, best first. */
export const QUOTES: readonly Quote[] = ['', '"', "'"];

const PLAIN = /^([ \t]*([\w.-]+)[ \t]*=[ \t]*)(.*?)([ \t]*)$/;
const MENTION = /^(?:\xef\xbb\xbf)?[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:]/;

/** The file's bytes as text of one character per byte. */
export function toText(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** The bytes of a text from {@link toText}. */
export function toBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A value as it stands in such a text: UTF-8, one character per byte. */
export function encodeValue(value: string): string {
  return toText(Buffer.from(value, 'utf8'));
}

/** All lines of a text; joined again they are the text. An empty text has none. */
export function splitLines(text: string): EnvLine[] {
  return [...text.matchAll(/([^\r\n]*)(\r\n|\r|\n|$)/g)]
    .filter((match) => match[0] !== '')
    .map((match) => ({ start: match.index, content: match[1] ?? '', ending: match[2] ?? '' }));
}

/** The line ending most lines have; `\n` when no other leads. */
export function findMainEnding(lines: readonly EnvLine[]): string {
  const count = (ending: string) => lines.filter((line) => line.ending === ending).length;
  return ['\r\n', '\r'].reduce((best, ending) => (count(ending) > count(best) ? ending : best), '\n');
}

/** The last line that assigns exactly this value to the key and holds nothing else. */
export function findPlainLine(lines: readonly EnvLine[], key: string, value: string): PlainLine | undefined {
  const line = lines.findLast((candidate) => PLAIN.exec(candidate.content)?.[2] === key);
  const [, head = '', , spelled, tail = ''] = (line && PLAIN.exec(line.content)) ?? [];
  const quote = QUOTES.find((mark) => spelled === mark + encodeValue(value) + mark);
  return line && quote !== undefined ? { line, head, quote, tail } : undefined;
}

/** How many lines there are up to the last one that names the key in any way; 0 when none does. */
export function countThroughLastMention(lines: readonly EnvLine[], key: string): number {
  return lines.findLastIndex((line) => MENTION.exec(line.content)?.[1] === key) + 1;
}
