// Undoes our edits of an .env file, and keeps what the user changed since.
import { createHash } from 'node:crypto';
import { setKey } from './edit.js';
import { toBytes, toText } from './lines.js';
import { findWithoutOurs, withoutAddedEnding } from './take-back.js';
import { areOthersUnchanged, findAgreed, isUnchanged, readBoth, type Views } from './views.js';

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
