// The token of a checkout's user, kept in the state folder for the commands that ask Relay.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { hideSecret } from '../debug.js';
import { findSystemCode } from '../errors.js';
import type { StateFolder } from '../state/folder.js';
import { parseJson } from './json.js';

const FILE = 'relay-checkout.json';
const schema = z.object({ email: z.string(), token: z.string() });

/** A user of a checkout. */
export type KeptToken = z.infer<typeof schema>;

/** What was kept; undefined when nothing was, or the file was damaged. */
export function findKeptToken(folder: StateFolder): KeptToken | undefined {
  try {
    const kept = schema.safeParse(parseJson(readFileSync(folder.file(FILE), 'utf8'))).data;
    hideSecret(kept?.token);
    return kept;
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Keeps it (0600) in place of the one before. */
export function keepToken(folder: StateFolder, kept: KeptToken): void {
  const path = folder.file(FILE);
  // It appears whole, whenever we are killed.
  writeFileSync(`${path}.new`, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The form in which the script tells of a token without telling it. */
export function digestToken({ token }: KeptToken): string {
  return createHash('sha256').update(token).digest('hex');
}
