// Undoes our edits of an .env file, and keeps what the user changed since.
import { createHash } from 'node:crypto';
import { setKey } from './edit.js';
import { type EnvLine, findPlainLine, splitLines, toBytes, toText } from './lines.js';
import { areOthersUnchanged, findAgreed, isUnchanged, readBoth, type Views } from './read.js';

/**
 * `restored` the earlier line is back · `removed` our line is gone, and there was none before ·
 * `changed-since` the value is not ours any more, so it stays · `already-back` nothing of ours was left.
 */
export type RestoreOutcome = 'restored' | 'removed' | 'changed-since' | 'already-back';

/** The outcome for one key. */
export interface KeyOutcome {
  readonly key: string;
  readonly outcome: RestoreOutcome;
}

/** The result of {@link restoreEnv}. */
export interface EnvRestore {
  /** The new content of the file; undefined if only our keys were in it, so that it should be deleted. */
  readonly bytes: Buffer | undefined;
  /** One entry per written key, in the given order. */
  readonly keys: readonly KeyOutcome[];
}

interface Restored {
  readonly text: string;
  readonly keys: readonly KeyOutcome[];
}

interface RestoredKey {
  readonly text: string;
  readonly outcome: RestoreOutcome;
}

/** Returns the hex SHA-256 of a value: it identifies our value later without storing a secret. */
export function hashValue(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('hex');
}

/**
 * Undoes one `editEnv`. If nothing else in the file changed since, the result is `before` byte for byte. Undoing the
 * result again changes nothing.
 *
 * @param before the file before the edit; undefined if there was none
 * @param written the {@link hashValue} of each value set, by key, in the order they were set
 */
export function restoreEnv(
  current: Buffer,
  before: Buffer | undefined,
  written: ReadonlyMap<string, string>,
): EnvRestore {
  const start = toText(before ?? Buffer.alloc(0));
  const text = toText(current);
  const restored = isOurEditAlone(text, start, written)
    ? { text: start, keys: listOutcomes(text, start, [...written.keys()]) }
    : restoreEach(text, start, written);
  const isOursAlone = before === undefined && restored.text.trim() === '';
  return { bytes: isOursAlone ? undefined : toBytes(restored.text), keys: restored.keys };
}

function listOutcomes(text: string, start: string, keys: readonly string[]): KeyOutcome[] {
  const [then, now] = [readBoth(start), readBoth(text)];
  return keys.map((key) => ({ key, outcome: findOutcome(then, now, key) }));
}

function findOutcome(then: Views, now: Views, key: string): RestoreOutcome {
  if (isUnchanged(then, now, key)) return 'already-back';
  return then.some((view) => view.has(key)) ? 'restored' : 'removed';
}

function restoreEach(text: string, start: string, written: ReadonlyMap<string, string>): Restored {
  const keys: KeyOutcome[] = [];
  let rest = text;
  for (const [key, hash] of written) {
    const next = restoreKey(rest, start, key, hash);
    keys.push({ key, outcome: next.outcome });
    rest = next.text;
  }
  return { text: rest === text ? text : withoutAddedEnding(rest, start), keys };
}

function restoreKey(text: string, start: string, key: string, hash: string): RestoredKey {
  const [then, now] = [readBoth(start), readBoth(text)];
  const outcome = findOutcome(then, now, key);
  if (outcome === 'already-back') return { text, outcome };
  const value = findAgreed(now, key);
  const isOurs = value !== undefined && hashValue(value) === hash;
  const next = isOurs ? findWithoutOurs(text, { start, key, value }) : undefined;
  const isSafe = next !== undefined && areOthersUnchanged(now, readBoth(next), key);
  return isSafe ? { text: next, outcome } : { text, outcome: 'changed-since' };
}

/** True if the file is exactly the result of our edit of `start`. */
function isOurEditAlone(text: string, start: string, written: ReadonlyMap<string, string>): boolean {
  const views = readBoth(text);
  let edited: string | undefined = start;
  for (const [key, hash] of written) {
    const value = findAgreed(views, key);
    if (value === undefined || hashValue(value) !== hash) return false;
    edited = edited === undefined ? undefined : setKey(edited, key, value)?.text;
  }
  return edited === text;
}

/** A key that an edit of `start` had set to `value`; texts hold one character per byte. */
interface OurSetting {
  readonly start: string;
  readonly key: string;
  readonly value: string;
}

/** Returns the text with the changed line restored, or the added line removed; undefined if our line is not found. */
function findWithoutOurs(text: string, { start, key, value }: OurSetting): string | undefined {
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
function withoutAddedEnding(text: string, start: string): string {
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
