// The API token of an app's user: where to find one, and the one we saved for a checkout.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { hideSecret } from '../debug.js';
import { findSystemCode } from '../errors.js';
import type { StateFolder } from '../state/folder.js';
import { writePrivateFile } from '../state/private-file.js';
import type { CheckoutContext } from './checkout.js';
import { parseJson } from './json.js';

const FILE = 'relay-checkout.json';
const schema = z.object({ email: z.string(), token: z.string() });

/** A user of a checkout, with their API token. */
export type SavedToken = z.infer<typeof schema>;

/** Returns the saved token; undefined without one, or if the file is damaged. */
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

/** Saves a token (mode 0600), and replaces the previous one. */
export function saveToken(folder: StateFolder, saved: SavedToken): void {
  writePrivateFile(folder.file(FILE), `${JSON.stringify(saved)}\n`);
}

/** Returns the SHA-256 of a token, in hex. The script reports tokens in this form. */
export function digestToken({ token }: SavedToken): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Returns advice on where a user of the app at `origin` finds their token, and how to pass it to us. */
export function listTokenAdvice(origin: string): string[] {
  return [
    'in a checkout of Firefox Relay: relay-phone checkout prepare, which creates a user and saves the token',
    `for another Relay: sign in to it in a browser, open ${origin}/api/v1/profiles/ there, and copy api_token`,
    'write it to a file: relay-phone send-test --api-token-file PATH, or - for standard input',
    'or set RELAY_PHONE_API_TOKEN, in the environment or in .env',
    'for relay-phone serve: pass its --state-dir; then no token is needed',
  ];
}

/** The user that is created by default. */
const DEFAULT_EMAIL = 'phone-user@relay.localhost';

/** Returns the e-mail address of the user with phones; see {@link CheckoutContext.email}. */
export function chooseEmail({ email, folder }: CheckoutContext): string {
  return email ?? (folder && findSavedToken(folder)?.email) ?? DEFAULT_EMAIL;
}
