// Decides what the secret key in a Relay's .env should be: the user's own one, or a fresh one.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readWithDecouple, readWithDotenv } from '../../settings/env-file/read.js';
import { findStarter } from '../../settings/env-file/starter.js';

/** The setting that Django signs sessions with. */
export const SECRET_KEY = 'SECRET_KEY';

/**
 * The key to write; undefined when Relay reads one of the user's own. The placeholder of `.env-dist` is nobody's own.
 *
 * @param bytes the `.env` file, or what it is made from
 * @param folder the checkout
 */
export function planSecretKey(bytes: Buffer, folder: string): string | undefined {
  const placeholder = findPlaceholder(folder);
  const isOwn = (key: string | undefined) => Boolean(key) && key !== placeholder;
  if (isOwn(readWithDecouple(bytes).get(SECRET_KEY))) return undefined;
  // As in `export SECRET_KEY=…`, which Relay does not read.
  const forOthers = readWithDotenv(bytes).get(SECRET_KEY);
  return isOwn(forOthers) ? forOthers : randomBytes(32).toString('hex');
}

function findPlaceholder(folder: string): string | undefined {
  const starter = findStarter(folder);
  return starter && readWithDecouple(readFileSync(starter)).get(SECRET_KEY);
}
