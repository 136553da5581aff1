// The API token of an app's user: where to find one, and the one we saved for a checkout.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { hideSecret } from '../debug.js';
import { findSystemCode } from '../errors.js';
import type { StateFolder } from '../state/folder.js';
import type { CheckoutContext } from './checkout.js';
import { parseJson } from './json.js';

const FILE = 'relay-checkout.json';
const schema = z.object({ email: z.string(), token: z.string() });

/** A user of a checkout. */
export type SavedToken = z.infer<typeof schema>;

/** What was kept; undefined when nothing was, or the file was damaged. */
export function findSavedToken(folder: StateFolder): SavedToken | undefined {
  try {
    const saved = schema.safeParse(parseJson(readFileSync(folder.file(FILE), 'utf8'))).data;
    hideSecret(saved?.token);
    return saved;
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Keeps it (0600) in place of the one before. */
export function saveToken(folder: StateFolder, saved: SavedToken): void {
  const path = folder.file(FILE);
  // It appears whole, whenever we are killed.
  writeFileSync(`${path}.new`, `${JSON.stringify(saved)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The form in which the script tells of a token without telling it. */
export function digestToken({ token }: SavedToken): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Where a user of the app at `origin` finds their token. */
export function listTokenAdvice(origin: string): string[] {
  return [
    'in a checkout of Firefox Relay: relay-phone checkout prepare, which makes a user and keeps the token',
    `for another Relay: sign in to it in a browser, open ${origin}/api/v1/profiles/ there, and copy api_token`,
    'put it into a file: relay-phone send-test --api-token-file PATH, or - for standard input',
    'or set RELAY_PHONE_API_TOKEN, in the environment or in .env',
    'for relay-phone serve: give the --state-dir it runs with; then no token is needed',
  ];
}

/** The user that is made when none was named. */
const DEFAULT_EMAIL = 'phone-user@relay.localhost';

/** The e-mail address of the user with phones. */
export function chooseEmail({ email, folder }: CheckoutContext): string {
  return email ?? (folder && findSavedToken(folder)?.email) ?? DEFAULT_EMAIL;
}
