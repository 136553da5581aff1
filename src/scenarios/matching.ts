// Whether words are the expected ones, and in what they differ.
import { diffWordsWithSpace } from 'diff';
import { countDifferences } from '../nearest.js';
import type { Cast } from './cast.js';

/** What words are expected; with nothing in it, any. */
export interface ExpectedWords {
  readonly is?: string;
  readonly contains?: string;
  readonly matches?: string;
}

/** An expectation of words, with its numbers filled in. */
export interface Matcher {
  matches(words: string): boolean;
  /** As the rest of "a text …": empty for any. */
  readonly description: string;
  /** How far words are from the expected ones; 0 where nothing can be said. */
  distance(words: string): number;
  /** The words, with what differs from the expected ones marked as `[-missing-]` and `{+added+}`. */
  compare(words: string): string;
}

/** Characters of a text that are compared. */
const LONGEST = 2000;

/** Makes one. */
export function createMatcher({ is, contains, matches }: ExpectedWords, cast: Cast): Matcher {
  if (matches !== undefined) return createPatternMatcher(cast.fill(matches, escapePattern));
  const [wanted, how] = is === undefined ? [contains, 'that contains'] : [is, 'that is'];
  if (wanted === undefined) return ANYTHING;
  const text = cast.fill(wanted);
  return {
    matches: (words) => (is === undefined ? words.includes(text) : words === text),
    description: `${how} ${JSON.stringify(text)}`,
    distance: (words) => countDifferences(text.slice(0, LONGEST), words.slice(0, LONGEST)),
    compare: (words) => markDifferences(text.slice(0, LONGEST), words.slice(0, LONGEST), is === undefined),
  };
}

const ANYTHING: Matcher = {
  matches: () => true,
  description: '',
  distance: () => 0,
  compare: (words) => JSON.stringify(words),
};

function createPatternMatcher(source: string): Matcher {
  const pattern = new RegExp(source, 'u');
  return { ...ANYTHING, matches: (words) => pattern.test(words), description: `that matches /${source}/` };
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** @param isPart whether words before and behind the wanted ones are none of its business */
function markDifferences(wanted: string, words: string, isPart: boolean): string {
  const parts = diffWordsWithSpace(wanted, words);
  const marked = parts.map(({ value, added, removed }, index) => {
    const isEdge = index === 0 || index === parts.length - 1;
    if (added) return isPart && isEdge ? value : `{+${value}+}`;
    return removed ? `[-${value}-]` : value;
  });
  return JSON.stringify(marked.join(''));
}
