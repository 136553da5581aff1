// Finds the known word that is closest to a misspelt one, for "did you mean" hints.
import { diffChars } from 'diff';

/** A word is close if at most two characters, or half of its length, differ. */
const [MAX_DIFFERENCES, MAX_SHARE] = [2, 0.5];

/** Returns how many characters must be added and removed to turn one text into the other, ignoring case. */
export function countDifferences(one: string, other: string): number {
  return diffChars(one, other, { ignoreCase: true })
    .filter(({ added, removed }) => added || removed)
    .reduce((sum, { count }) => sum + count, 0);
}

/** Returns the entry of `words` closest to `word`, or undefined if none is close. */
export function findNearest(word: string, words: readonly string[]): string | undefined {
  const allowed = Math.max(MAX_DIFFERENCES, word.length * MAX_SHARE);
  const [nearest] = words
    .map((other) => ({ other, distance: countDifferences(word.slice(0, 100), other) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.other;
}

/** Returns a hint to append to a sentence: ` (did you mean "x"?)`, else all `words`, else an empty text. */
export function suggest(word: string, words: readonly string[]): string {
  const nearest = findNearest(word, words);
  if (nearest !== undefined) return ` (did you mean "${nearest}"?)`;
  return words.length === 0 ? '' : ` (there is ${words.map((one) => `"${one}"`).join(', ')})`;
}
