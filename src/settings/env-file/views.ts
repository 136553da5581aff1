// Compares what the two readers of an .env file see: with each other, and before and after a change.
import { toBytes } from './lines.js';
import { type EnvValues, readWithDecouple, readWithDotenv } from './read.js';

/** What each of the two readers sees in one file. */
export type Views = readonly [dotenv: EnvValues, decouple: EnvValues];

/** Reads a text of one character per byte with both readers. */
export function readBoth(text: string): Views {
  const bytes = toBytes(text);
  return [readWithDotenv(bytes), readWithDecouple(bytes)];
}

/** The value of a key when both readers see the same one. */
export function findAgreed([dotenv, decouple]: Views, key: string): string | undefined {
  const value = dotenv.get(key);
  return value === decouple.get(key) ? value : undefined;
}

/** Whether each reader sees the key in `now` as it did in `then`. */
export function isUnchanged(then: Views, now: Views, key: string): boolean {
  return then[0].get(key) === now[0].get(key) && then[1].get(key) === now[1].get(key);
}

/** Whether each reader sees every key but this one in `now` as it did in `then`. */
export function areOthersUnchanged(then: Views, now: Views, key: string): boolean {
  const keys = new Set([then, now].flat().flatMap((values) => [...values.keys()]));
  keys.delete(key);
  return [...keys].every((other) => isUnchanged(then, now, other));
}
