// Takes our values out of an .env file again, and leaves alone what the user changed since.
import { createHash } from 'node:crypto';
import { setKey } from './edit.js';
import { toBytes, toText } from './lines.js';
import { findWithoutOurs, withoutAddedEnding } from './take-back.js';
import { areOthersUnchanged, findAgreed, isUnchanged, readBoth, type Views } from './views.js';

/**
 * `restored` the key has its earlier line back · `removed` our line is gone and there was none before ·
 * `changed-since` somebody else's value stands there now, and stays · `already-back` nothing of ours was left.
 */
export type RestoreOutcome = 'restored' | 'removed' | 'changed-since' | 'already-back';

/** What became of one key. */
export interface KeyOutcome {
  readonly key: string;
  readonly outcome: RestoreOutcome;
}

/** The outcome of {@link restoreEnv}. */
export interface EnvRestore {
  /** The file as it should be now; undefined when it is ours alone and should be deleted. */
  readonly bytes: Buffer | undefined;
  /** One entry per written key, in the order given. */
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

/** The SHA-256 of a value in hex, by which we know later that a value is ours without keeping a secret. */
export function hashValue(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('hex');
}

/**
 * Undoes one `editEnv`. When nothing else in the file changed since, the result is `before` byte for byte.
 * Doing it again changes nothing.
 *
 * @param before the file as it was before the edit; undefined when there was none
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

/** Whether the file is exactly what our edit made of `start`. */
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
