// Finds our line in an .env file by its value, and removes it or restores the earlier line.
import { setKey } from './edit.js';
import { type EnvLine, findPlainLine, splitLines } from './lines.js';
import { findAgreed, readBoth } from './views.js';

/** A key that an edit of `start` had set to `value`; texts hold one character per byte. */
export interface OurSetting {
  readonly start: string;
  readonly key: string;
  readonly value: string;
}

/** Returns the text with the changed line restored, or the added line removed; undefined if our line is not found. */
export function findWithoutOurs(text: string, { start, key, value }: OurSetting): string | undefined {
  const lines = splitLines(text);
  const ours = findPlainLine(lines, key, value)?.line;
  const edit = setKey(start, key, value);
  if (!ours || !edit) return undefined;
  const end = ours.start + ours.content.length;
  if (edit.action === 'changed') {
    const earlier = findEarlierLine(start, key);
    return earlier && text.slice(0, ours.start) + earlier.content + text.slice(end);
  }
  const from = findAdditionStart(lines, ours, countLines(edit.text) - countLines(start));
  return text.slice(0, from) + text.slice(end + ours.ending.length);
}

/** Removes the line ending that an added line had needed, if the line above it is the last one again. */
export function withoutAddedEnding(text: string, start: string): string {
  const last = splitLines(text).at(-1);
  const earlier = splitLines(start).at(-1);
  const isAdded = earlier?.ending === '' && last?.content === earlier.content;
  return isAdded ? text.slice(0, last.start + last.content.length) : text;
}

function findEarlierLine(start: string, key: string): EnvLine | undefined {
  const value = findAgreed(readBoth(start), key);
  return value === undefined ? undefined : findPlainLine(splitLines(start), key, value)?.line;
}

/** The added line may have needed a blank line above it. */
function findAdditionStart(lines: readonly EnvLine[], ours: EnvLine, added: number): number {
  const above = lines[lines.indexOf(ours) - 1];
  return added === 2 && above?.content === '' ? above.start : ours.start;
}

function countLines(text: string): number {
  return splitLines(text).length;
}
