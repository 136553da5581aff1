// Answers HTTP authentication challenges (Basic and Digest) with the user name and password of a webhook's URL.
import { createHash, randomBytes } from 'node:crypto';
import { type AnswerHead, readTarget } from './http-request.js';

/** A challenge that can be answered. See https://www.rfc-editor.org/rfc/rfc7617 and https://www.rfc-editor.org/rfc/rfc7616. */
export type Challenge = { readonly scheme: 'basic' } | DigestChallenge;

interface DigestChallenge {
  readonly scheme: 'digest';
  readonly hash: 'md5' | 'sha256';
  /** Whether the hash of the password covers the two nonces (`MD5-sess`, `SHA-256-sess`). */
  readonly isSession: boolean;
  /** False for a server that follows RFC 2069, without `qop`. */
  readonly hasQop: boolean;
  readonly realm: string;
  readonly nonce: string;
  /** As the server wrote them; undefined if it did not. */
  readonly algorithm: string | undefined;
  readonly opaque: string | undefined;
}

/** The request that needs an authorization. */
interface SecuredRequest {
  readonly url: string;
  readonly method: string;
}

/**
 * Returns the strongest challenge in a 401 answer that can be answered: Digest with SHA-256, Digest with MD5, Basic.
 * Undefined if there is none: Twilio needs the scheme and a realm. See https://www.twilio.com/docs/usage/security.
 */
export function findChallenge({ status, headers }: AnswerHead): Challenge | undefined {
  if (status !== 401) return undefined;
  const challenges = splitChallenges(headers['www-authenticate'] ?? '').flatMap(
    (written) => readChallenge(written) ?? [],
  );
  const strength = (challenge: Challenge) =>
    challenge.scheme === 'basic' ? 0 : challenge.hash === 'md5' ? 1 : 2;
  return challenges.toSorted((one, other) => strength(other) - strength(one))[0];
}

/**
 * Returns the `Authorization` header that answers a challenge; undefined if the URL has no user name and password.
 *
 * @param count how many requests have answered this challenge, this one included
 */
export function formatAuthorization(
  challenge: Challenge,
  request: SecuredRequest,
  count = 1,
): string | undefined {
  const { username, password } = new URL(request.url);
  if (username + password === '') return undefined;
  if (challenge.scheme === 'basic') {
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  return formatDigest(challenge, request, { username, password }, count);
}

/**
 * Returns a request that was answered with 401, with the authorization that the answer asks for. Undefined if the answer
 * asks for none, the URL has no user name and password, or the request had an authorization already.
 */
export function answerChallenge<
  Request extends SecuredRequest & { readonly headers: Readonly<Record<string, string>> },
>(request: Request, answer: AnswerHead): Request | undefined {
  const challenge = findChallenge(answer);
  const isAuthorized = Object.keys(request.headers).some((name) => name.toLowerCase() === 'authorization');
  const authorization = isAuthorized ? undefined : challenge && formatAuthorization(challenge, request);
  if (authorization === undefined) return undefined;
  return { ...request, headers: { ...request.headers, Authorization: authorization } };
}

function formatDigest(
  { hash, isSession, hasQop, realm, nonce, algorithm, opaque }: DigestChallenge,
  { url, method }: SecuredRequest,
  { username, password }: { readonly username: string; readonly password: string },
  count: number,
): string {
  const digest = (...parts: string[]) => createHash(hash).update(parts.join(':')).digest('hex');
  const uri = readTarget(url);
  const nc = count.toString(16).padStart(8, '0');
  const cnonce = randomBytes(16).toString('hex');
  const secret = digest(username, realm, password);
  const key = isSession ? digest(secret, nonce, cnonce) : secret;
  const covered = hasQop ? [nonce, nc, cnonce, 'auth'] : [nonce];
  const response = digest(key, ...covered, digest(method, uri));
  const fields = [
    `username=${quote(username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(hasQop ? ['qop=auth', `nc=${nc}`] : []),
    ...(hasQop || isSession ? [`cnonce="${cnonce}"`] : []),
  ];
  return `Digest ${fields.join(', ')}`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A challenge as it is written: its scheme and parameters, the names in lower case. */
interface WrittenChallenge {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** A scheme, or a parameter of the scheme before it. */
const WORD = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+)))?/y;

/** Splits the header `WWW-Authenticate`, which may have several challenges. Ends at what is not one. */
function splitChallenges(header: string): WrittenChallenge[] {
  const challenges: WrittenChallenge[] = [];
  WORD.lastIndex = 0;
  for (let word = WORD.exec(header); word; word = WORD.exec(header)) {
    const [, name = '', quoted, plain] = word;
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return challenges;
}

const HASHES: Readonly<Record<string, DigestChallenge['hash']>> = { md5: 'md5', 'sha-256': 'sha256' };

function readChallenge({ scheme, parameters }: WrittenChallenge): Challenge | undefined {
  const [realm, nonce] = [parameters.get('realm'), parameters.get('nonce')];
  if (realm === undefined) return undefined;
  if (scheme === 'basic') return { scheme };
  const algorithm = parameters.get('algorithm');
  const [name = '', session] = /^(.*?)(-sess)?$/.exec((algorithm ?? 'MD5').toLowerCase())?.slice(1) ?? [];
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  const qop = parameters
    .get('qop')
    ?.toLowerCase()
    .split(/[\s,]+/);
  if (scheme !== 'digest' || nonce === undefined || !hash || qop?.includes('auth') === false)
    return undefined;
  return {
    scheme,
    hash,
    isSession: session !== undefined,
    hasQop: qop !== undefined,
    realm,
    nonce,
    algorithm,
    opaque: parameters.get('opaque'),
  };
}
