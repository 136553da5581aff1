// The API tokens of an app's users: where to find one, and those we saved for the users of a checkout.
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
const userSchema = z.object({ email: z.string(), token: z.string() });

/** The user of the last `checkout prepare`, and those of earlier runs; an older file has only the first. */
const schema = userSchema.extend({ others: z.array(userSchema).default([]) });

/** A user of a checkout, with their API token. */
export type SavedToken = z.infer<typeof userSchema>;

/**
 * Returns the saved token of a user; undefined without one, or if the file is damaged.
 *
 * @param email of the user; upper and lower case are the same. Default: the user of the last `checkout prepare`
 */
export function findSavedToken(folder: StateFolder, email?: string): SavedToken | undefined {
  const users = listSavedTokens(folder);
  const saved = email === undefined ? users[0] : users.find((user) => isSame(user.email, email));
  hideSecret(saved?.token);
  return saved;
}

/** Saves the token of a user (mode 0600), replaces their previous one, and makes them the default user. */
export function saveToken(folder: StateFolder, { email, token }: SavedToken): void {
  const others = listSavedTokens(folder).filter((user) => !isSame(user.email, email));
  const content = { email, token, ...(others.length > 0 && { others }) };
  writePrivateFile(folder.file(FILE), `${JSON.stringify(content)}\n`);
}

/** Lists the users, that of the last `checkout prepare` first. */
function listSavedTokens(folder: StateFolder): readonly SavedToken[] {
  try {
    const { data } = schema.safeParse(parseJson(readFileSync(folder.file(FILE), 'utf8')));
    return data ? [{ email: data.email, token: data.token }, ...data.others] : [];
  } catch (error) {
    if (findSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Relay finds a user the same way. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
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
