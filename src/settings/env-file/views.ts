// Compares the values that the two readers of an .env file see: with each other, and before and after an edit.
import { toBytes } from './lines.js';
import { type EnvValues, readWithDecouple, readWithDotenv } from './read.js';

/** The values that each of the two readers sees in one file. */
export type Views = readonly [dotenv: EnvValues, decouple: EnvValues];

/** Reads a text of one character per byte with both readers. */
export function readBoth(text: string): Views {
  const bytes = toBytes(text);
  return [readWithDotenv(bytes), readWithDecouple(bytes)];
}

/** Returns the value of a key if both readers see the same one, else undefined. */
export function findAgreed([dotenv, decouple]: Views, key: string): string | undefined {
  const value = dotenv.get(key);
  return value === decouple.get(key) ? value : undefined;
}

/** True if each reader sees the same value of the key in `then` and `now`. */
export function isUnchanged(then: Views, now: Views, key: string): boolean {
  return then[0].get(key) === now[0].get(key) && then[1].get(key) === now[1].get(key);
}

/** True if each reader sees the same value of every other key in `then` and `now`. */
export function areOthersUnchanged(then: Views, now: Views, key: string): boolean {
  const keys = new Set([then, now].flat().flatMap((values) => [...values.keys()]));
  keys.delete(key);
  return [...keys].every((other) => isUnchanged(then, now, other));
}
