// Finds the word that somebody most likely meant.
import { diffChars } from 'diff';

/** How many characters may differ, against the length of the word. */
const [SLIP, SHARE] = [2, 0.5];

/** How many characters must be added and taken away to make one text of the other. */
export function countDifferences(one: string, other: string): number {
  return diffChars(one, other, { ignoreCase: true })
    .filter(({ added, removed }) => added || removed)
    .reduce((sum, { count }) => sum + count, 0);
}

/** The one of `words` that `word` is nearest to; undefined when it is near to none. */
export function findNearest(word: string, words: readonly string[]): string | undefined {
  const allowed = Math.max(SLIP, word.length * SHARE);
  const [nearest] = words
    .map((other) => ({ other, distance: countDifferences(word.slice(0, 100), other) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.other;
}

/** The end of a sentence that asks whether the nearest was meant, else lists them all. */
export function suggest(word: string, words: readonly string[]): string {
  const nearest = findNearest(word, words);
  if (nearest !== undefined) return ` (did you mean "${nearest}"?)`;
  return words.length === 0 ? '' : ` (there is ${words.map((one) => `"${one}"`).join(', ')})`;
}
