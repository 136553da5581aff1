// Lists the ways to set a key in an .env file, the one that disturbs the file least first.
import {
  countThroughLastMention,
  type EnvLine,
  encodeValue,
  findMainEnding,
  findPlainLine,
  QUOTES,
  splitLines,
} from './lines.js';

/** What was done to the file: a line's value `changed` where it stands, or a line `added`. */
export type EditAction = 'added' | 'changed';

/** A text that may have the key set as wanted; only its readers can tell. */
export interface EditCandidate {
  readonly text: string;
  readonly action: EditAction;
}

/** A value to be set in a text of one character per byte. */
export interface KeyAssignment {
  readonly text: string;
  readonly key: string;
  readonly value: string;
  /** The key's present value, when both readers see the same one. */
  readonly agreed: string | undefined;
}

/** Every text worth trying, lazily. */
export function* listEditCandidates(setting: KeyAssignment): Generator<EditCandidate> {
  const lines = splitLines(setting.text);
  yield* listChanges(setting, lines);
  yield* listAdditions(setting, lines);
}

function* listChanges(
  { text, key, value, agreed }: KeyAssignment,
  lines: readonly EnvLine[],
): Generator<EditCandidate> {
  const plain = agreed === undefined ? undefined : findPlainLine(lines, key, agreed);
  if (!plain) return;
  const { start, content } = plain.line;
  for (const quote of new Set([plain.quote, ...QUOTES])) {
    const line = plain.head + quote + encodeValue(value) + quote + plain.tail;
    yield { text: text.slice(0, start) + line + text.slice(start + content.length), action: 'changed' };
  }
}

function* listAdditions(
  { text, key, value }: KeyAssignment,
  lines: readonly EnvLine[],
): Generator<EditCandidate> {
  // dotenv takes the line after `NAME:` for its value unless a blank one lies between.
  for (const blankLines of [0, 1]) {
    // No place is tried with a quotation mark before all are without: it may end a quoted value further up.
    for (const quote of QUOTES) {
      const line = `${key}=${quote}${encodeValue(value)}${quote}`;
      for (const index of listPlaces(lines, key)) {
        const start = lines[index]?.start ?? text.length;
        const added = formatAddition(line, lines, index, blankLines);
        yield { text: text.slice(0, start) + added + text.slice(start), action: 'added' };
      }
    }
  }
}

/** How many lines stay above the new one: through the key's last mention, all of them, then any other number. */
function* listPlaces(lines: readonly EnvLine[], key: string): Generator<number> {
  const mentioned = countThroughLastMention(lines, key);
  if (mentioned > 0) yield mentioned;
  const first = lines[0]?.content.startsWith('\xef\xbb\xbf') ? 1 : 0;
  for (let index = lines.length; index >= first; index -= 1) yield index;
}

function formatAddition(line: string, lines: readonly EnvLine[], index: number, blankLines: number): string {
  // Beside a blank line the ending to take is the neighbour's: a lone \r before a \n would become one with it.
  const isBeside = index < lines.length || blankLines > 0;
  const neighbour = isBeside ? lines[Math.max(index - 1, 0)]?.ending : '';
  const ending = neighbour || findMainEnding(lines);
  const closing = lines[index - 1]?.ending === '' ? ending : '';
  return closing + ending.repeat(blankLines) + line + ending;
}
