// Authentication of REST requests: by the account's SID and token, or an API key; only for the account's own paths.

import { describeUnsupported } from '../platform/events/unsupported.js';
import { API_2010 } from './paths.js';
import { resourceNotFound, TwilioProblem } from './problem.js';

const ACCOUNTS = `${API_2010}/Accounts/`;
const SID_LENGTH = 34;

/** Checks a request's `Authorization` header and the account in its path; throws if either is wrong. */
export type Authenticator = (method: string, path: string, authorization: string | undefined) => void;

/** The credentials that are accepted. */
export interface AuthenticatorDeps {
  readonly account: { readonly sid: string; readonly authToken: string; readonly status: string };
  /** True if `secret` belongs to the API key `sid`. */
  readonly isKeySecret: (sid: string, secret: string) => boolean;
}

/**
 * Creates the check. It throws TwilioProblem 20003 for wrong credentials, 20404 for the path of another account,
 * 90002 for one with the SID of something else, and 20005 for anything but GET if the account is not active. The sandbox
 * lacks OAuth, so an access token is refused by name.
 * See https://www.twilio.com/docs/usage/requests-to-twilio.
 */
export function createAuthenticator({ account, isKeySecret }: AuthenticatorDeps): Authenticator {
  const { sid: accountSid, authToken, status } = account;
  const expected = encodeBasic(accountSid, authToken);
  return (method, path, authorization) => {
    // Most requests have exactly this header: comparing it saves decoding.
    if (authorization !== expected && !isPublic(method, path, authorization)) {
      const { name, password } = readCredentials(authorization);
      if (name.startsWith('SK') && isKeySecret(name, password)) verifyKeyAllowed(path);
      else if (name !== accountSid || password !== authToken) throw wrongCredentials();
    }
    verifyOwnPath(accountSid, path);
    if (status !== 'active' && method !== 'GET') throw new TwilioProblem(403, 20005, 'Account not active');
  };
}

/** Returns the `Authorization` header for a name and a password. */
export function encodeBasic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function readCredentials(authorization: string | undefined): { name: string; password: string } {
  const credentials = decodeBasic(authorization);
  if (/^(AC|SK)[0-9a-fA-F]{32}$/.test(credentials.name)) return credentials;
  throw new TwilioProblem(401, 20003, 'Authentication Error - invalid username');
}

/** A standard API key cannot access accounts or keys. */
function verifyKeyAllowed(path: string): void {
  if (/^\/[^./]+\/Accounts(\/AC[0-9a-f]{32})?((\.\w+)?$|\/(Signing)?Keys([./]|$))/.test(path))
    throw wrongCredentials();
}

/** The files of messages and recordings need no credentials, nor do a few operations of IAM and OAuth. */
function isPublic(method: string, path: string, authorization: string | undefined): boolean {
  // Where a client has none, Twilio's SDK for Node.js sends an empty header.
  if (authorization) return false;
  return OPEN_OPERATIONS.test(path) || (['GET', 'HEAD'].includes(method) && FILES.test(path));
}

/** What Twilio's SDKs ask for without credentials. The sandbox has none of it, and says so where it looks for a route. */
const OPEN_OPERATIONS = /^\/v\d\/(?:token|authorize|Roles\/[^/]+\/Permissions)$/;
const FILES = /\/(Messages\/[^/]+\/Media\/[^/.]+|Recordings\/[^/.]+(\.wav|\.mp3)?)$|^\/media\//;

const OAUTH = { what: 'parameter', name: 'Authorization: Bearer', host: 'oauth.twilio.com' } as const;

function wrongCredentials(): TwilioProblem {
  return new TwilioProblem(401, 20003, 'Authenticate');
}

function decodeBasic(authorization: string | undefined): { name: string; password: string } {
  const [, encoded] = /^Basic +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (/^Bearer +\S/i.test(authorization ?? ''))
    throw new TwilioProblem(401, 20003, describeUnsupported(OAUTH), OAUTH);
  if (encoded === undefined) {
    throw new TwilioProblem(401, 20003, 'Authentication Error - No credentials provided');
  }
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon === -1
    ? { name: text, password: '' }
    : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Twilio answers 404 for another account's SID, without saying whose it is, and 400 for the SID of another resource. */
function verifyOwnPath(sid: string, path: string): void {
  if (!path.startsWith(ACCOUNTS)) return;
  const end = path.charAt(ACCOUNTS.length + SID_LENGTH);
  if (path.startsWith(sid, ACCOUNTS.length) && (end === '/' || end === '.' || end === '')) return;
  const [named] = OTHER_SID.exec(path.slice(ACCOUNTS.length)) ?? [];
  if (named !== undefined) throw new TwilioProblem(400, 90002, `AccountSid ${named} is invalid`);
  throw resourceNotFound(path);
}

/** The SID of an API key, say, where the account's belongs: SDKs without the option for the account send it. */
const OTHER_SID = /^(?!AC)[A-Z]{2}[0-9a-fA-F]{32}(?=[/.]|$)/;
