// Compares two texts line by line, for the answers of a webhook before and now.

/** A line of both texts, or of one of them. */
export interface ComparedLine {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** The cells of the largest table that is filled; of larger texts, all lines between the equal ends differ. */
const MAX_CELLS = 1_000_000;

/** Returns the lines of both texts in their order: removed ones with `-`, added ones with `+`, as few as possible. */
export function compareLines(before: string, now: string): readonly ComparedLine[] {
  const [old, fresh] = [splitLines(before), splitLines(now)];
  const most = Math.min(old.length, fresh.length);
  let start = 0;
  while (start < most && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < most - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  return [
    ...sign(' ', old.slice(0, start)),
    ...compareMiddle(old.slice(start, old.length - end), fresh.slice(start, fresh.length - end)),
    ...sign(' ', old.slice(old.length - end)),
  ];
}

function splitLines(text: string): readonly string[] {
  return text === '' ? [] : text.split(/\r?\n/);
}

function sign(one: ComparedLine['sign'], lines: readonly string[]): ComparedLine[] {
  return lines.map((line) => ({ sign: one, line }));
}

/** By the longest common subsequence. */
function compareMiddle(old: readonly string[], fresh: readonly string[]): ComparedLine[] {
  if (old.length * fresh.length > MAX_CELLS) return [...sign('-', old), ...sign('+', fresh)];
  const width = fresh.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const lengthAt = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = fresh.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        old[row] === fresh[column]
          ? lengthAt(row + 1, column + 1) + 1
          : Math.max(lengthAt(row + 1, column), lengthAt(row, column + 1));
    }
  }
  const compared: ComparedLine[] = [];
  let [row, column] = [0, 0];
  while (row < old.length && column < fresh.length) {
    if (old[row] === fresh[column]) {
      compared.push({ sign: ' ', line: old[row] ?? '' });
      row += 1;
      column += 1;
    } else if (lengthAt(row + 1, column) >= lengthAt(row, column + 1)) {
      compared.push({ sign: '-', line: old[row] ?? '' });
      row += 1;
    } else {
      compared.push({ sign: '+', line: fresh[column] ?? '' });
      column += 1;
    }
  }
  return [...compared, ...sign('-', old.slice(row)), ...sign('+', fresh.slice(column))];
}
