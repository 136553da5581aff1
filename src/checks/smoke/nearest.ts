// Finds what somebody may have meant who mistyped a name.

/** The name of `known` that takes the fewest changed letters to make of `typed`. */
export function findNearest(typed: string, known: readonly string[]): string | undefined {
  return known.toSorted((one, other) => countChanges(typed, one) - countChanges(typed, other))[0];
}

/** How many letters have to be put in, taken out or replaced. https://en.wikipedia.org/wiki/Levenshtein_distance */
function countChanges(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [place, letter] of [...from].entries()) {
    const next = [place + 1];
    for (const [index, other] of [...to].entries()) {
      const [left = 0, above = 0, corner = 0] = [next[index], row[index + 1], row[index]];
      next.push(Math.min(left + 1, above + 1, corner + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
