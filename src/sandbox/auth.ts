// Lets a request in only with the account's SID and token, and only to the account's own paths.
import { API_2010 } from './answer.js';
import { resourceNotFound, TwilioProblem } from './problem.js';
import type { World } from './world.js';

const ACCOUNTS = `${API_2010}/Accounts/`;
const SID_LENGTH = 34;

/** Checks a request's `Authorization` header and the account in its path. */
export type Gate = (method: string, path: string, authorization: string | undefined) => void;

/**
 * A gate that throws TwilioProblem 20003 for wrong credentials, 20404 for another account's path, and 20005 when an
 * account that is not active is to do more than show things.
 * See https://www.twilio.com/docs/usage/requests-to-twilio.
 */
export function createGate(world: World): Gate {
  const { accountSid, authToken } = world;
  const { status } = world.accounts.fixed;
  const expected = encodeBasic(accountSid, authToken);
  return (method, path, authorization) => {
    // Comparing the whole header spares decoding it; only another spelling of the same needs that.
    if (authorization !== expected) verifyCredentials(authorization, accountSid, authToken);
    verifyOwnPath(accountSid, path);
    if (status !== 'active' && method !== 'GET') throw new TwilioProblem(403, 20005, 'Account not active');
  };
}

/** The `Authorization` header of a name and a password. */
export function encodeBasic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function verifyCredentials(authorization: string | undefined, sid: string, token: string): void {
  const { name, password } = decodeBasic(authorization);
  if (!/^(AC|SK)[0-9a-fA-F]{32}$/.test(name)) {
    throw new TwilioProblem(401, 20003, 'Authentication Error - invalid username');
  }
  if (name !== sid || password !== token) throw new TwilioProblem(401, 20003, 'Authenticate');
}

function decodeBasic(authorization: string | undefined): { name: string; password: string } {
  const [, encoded] = /^Basic +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) {
    throw new TwilioProblem(401, 20003, 'Authentication Error - No credentials provided');
  }
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1
    ? { name: text, password: '' }
    : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Twilio does not say whose a foreign SID is: it is not found. */
function verifyOwnPath(sid: string, path: string): void {
  if (!path.startsWith(ACCOUNTS)) return;
  const end = path.charAt(ACCOUNTS.length + SID_LENGTH);
  if (!path.startsWith(sid, ACCOUNTS.length) || (end !== '/' && end !== '.' && end !== '')) {
    throw resourceNotFound(path);
  }
}
