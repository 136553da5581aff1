// Compares texts with the text that a story expects, and marks the differences.
import { diffWordsWithSpace } from 'diff';
import { countDifferences } from '../nearest.js';
import type { AssignedNumbers } from './assigned-numbers.js';

/** The expected text, by one of three ways of matching. Without any of them, every text matches. */
export interface ExpectedText {
  readonly is?: string;
  readonly contains?: string;
  readonly matches?: string;
}

/** A matcher of one expected text, with its numbers filled in. */
export interface TextMatcher {
  matches(text: string): boolean;
  /** The rest of the phrase "a text …"; empty if every text matches. */
  readonly description: string;
  /** Returns the edit distance to the expected text; 0 for a pattern. */
  distance(text: string): number;
  /** Returns the text, with its differences marked as `[-missing-]` and `{+added+}`. */
  compare(text: string): string;
}

/** In characters; the rest of a text is not compared. */
const MAX_COMPARED_LENGTH = 2000;

/** Creates a matcher. */
export function createTextMatcher(
  { is, contains, matches }: ExpectedText,
  assigned: AssignedNumbers,
): TextMatcher {
  if (matches !== undefined) return createPatternMatcher(assigned.fill(matches, escapePattern));
  const [wanted, how] = is === undefined ? [contains, 'that contains'] : [is, 'that is'];
  if (wanted === undefined) return ANY_TEXT;
  const text = assigned.fill(wanted);
  return {
    matches: (words) => (is === undefined ? words.includes(text) : words === text),
    description: `${how} ${JSON.stringify(text)}`,
    distance: (words) =>
      countDifferences(text.slice(0, MAX_COMPARED_LENGTH), words.slice(0, MAX_COMPARED_LENGTH)),
    compare: (words) =>
      markDifferences(
        text.slice(0, MAX_COMPARED_LENGTH),
        words.slice(0, MAX_COMPARED_LENGTH),
        is === undefined,
      ),
  };
}

const ANY_TEXT: TextMatcher = {
  matches: () => true,
  description: '',
  distance: () => 0,
  compare: (words) => JSON.stringify(words),
};

function createPatternMatcher(source: string): TextMatcher {
  const pattern = new RegExp(source, 'u');
  return { ...ANY_TEXT, matches: (words) => pattern.test(words), description: `that matches /${source}/` };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** @param isPart true if text before and after the wanted part does not count as a difference */
function markDifferences(wanted: string, words: string, isPart: boolean): string {
  const parts = diffWordsWithSpace(wanted, words);
  const marked = parts.map(({ value, added, removed }, index) => {
    const isEdge = index === 0 || index === parts.length - 1;
    if (added) return isPart && isEdge ? value : `{+${value}+}`;
    return removed ? `[-${value}-]` : value;
  });
  return JSON.stringify(marked.join(''));
}
