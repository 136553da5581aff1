// Lists the possible edits that set a key in an .env file, the smallest change first.
import {
  countThroughLastMention,
  type EnvLine,
  encodeValue,
  findMainEnding,
  findPlainLine,
  QUOTES,
  splitLines,
} from './lines.js';

/** How a file was edited: the value of a line `changed` in place, or a line `added`. */
export type EditAction = 'added' | 'changed';

/** An edited text. The caller has to check that both readers see the wanted value. */
export interface EditCandidate {
  readonly text: string;
  readonly action: EditAction;
}

/** An assignment to make in a text of one character per byte. */
export interface KeyAssignment {
  readonly text: string;
  readonly key: string;
  readonly value: string;
  /** The current value of the key, if both readers see the same one. */
  readonly agreed: string | undefined;
}

/** Yields every candidate, best first. */
export function* listEditCandidates(assignment: KeyAssignment): Generator<EditCandidate> {
  const lines = splitLines(assignment.text);
  yield* listChanges(assignment, lines);
  yield* listAdditions(assignment, lines);
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
  // dotenv takes the line after `NAME:` as its value, unless a blank line separates them.
  for (const blankLines of [0, 1]) {
    // Try every position without quotation marks first: a mark may end a quoted value further up.
    for (const quote of QUOTES) {
      const line = `${key}=${quote}${encodeValue(value)}${quote}`;
      for (const index of listPositions(lines, key)) {
        const start = lines[index]?.start ?? text.length;
        const added = formatAddition(line, lines, index, blankLines);
        yield { text: text.slice(0, start) + added + text.slice(start), action: 'added' };
      }
    }
  }
}

/** Yields the positions to try, as the count of lines above: below the key's last mention, then from the end up. */
function* listPositions(lines: readonly EnvLine[], key: string): Generator<number> {
  const mentioned = countThroughLastMention(lines, key);
  if (mentioned > 0) yield mentioned;
  const first = lines[0]?.content.startsWith('\xef\xbb\xbf') ? 1 : 0;
  for (let index = lines.length; index >= first; index -= 1) yield index;
}

function formatAddition(line: string, lines: readonly EnvLine[], index: number, blankLines: number): string {
  // Beside a blank line use the neighbour's line ending: a lone \r before a \n would merge with it.
  const isBeside = index < lines.length || blankLines > 0;
  const neighbour = isBeside ? lines[Math.max(index - 1, 0)]?.ending : '';
  const ending = neighbour || findMainEnding(lines);
  const closing = lines[index - 1]?.ending === '' ? ending : '';
  return closing + ending.repeat(blankLines) + line + ending;
}
