// Explains a wrong signature: finds the URL, parameters and token that give the same one, which proves what differs.
import type { ExchangeFinding } from '../../exchanges/exchange.js';
import { readParameters, readWebhookParameters, splitTarget } from '../../exchanges/parameters.js';
import type { Reason, Verdict } from '../../exchanges/verdict.js';
import { createSignature, isSignedForPython, joinParameters } from '../../twilio/signature.js';
import { listSignedUrlCandidates } from './candidates.js';
import { listSignedForms } from './configured-urls.js';
import { describeProof, describeUnproven, formatSignedUrl } from './describe-signature.js';
import { listParameterChanges } from './parameter-changes.js';
import type { SignatureProof } from './signature-proof.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';
import { listSocketUrls } from './socket-url.js';
import { compareUrls } from './url-difference.js';

/** What was signed instead, and a finding about it for people. */
export interface SignatureExplanation extends Pick<Verdict, 'reasons' | 'signedUrl' | 'token'> {
  readonly finding: ExchangeFinding;
  /** How many signatures were computed. */
  readonly attempts: number;
}

/**
 * How many signatures are computed at most to explain one: some ten milliseconds. The gateway cannot answer anything
 * meanwhile, and strangers choose how often it happens.
 */
export const MAX_ATTEMPTS = 1000;
/** How many bytes are signed at most to explain one: the longer a request is, the less is tried. */
const MAX_SIGNED_BYTES = 4 * 1024 * 1024;
/** The longest body in which changes are looked for: to decode and to sort it takes longer than to sign it. */
const MAX_CHANGED_BYTES = 32 * 1024;
/** What a signature costs besides its bytes, and a parameter, which is copied and sorted. */
const [BYTES_PER_ATTEMPT, BYTES_PER_PARAMETER] = [500, 100] as const;
/** Which share of the attempts goes to other URLs, changed parameters, no parameters, and other tokens. */
const SHARES = { urls: 0.35, changes: 0.35, alone: 0.1, tokens: 0.2 } as const;
/** How many URLs the changes of parameters are tried with, and the share of the first, the requested one. */
const [MAX_BASES, FIRST_SHARE] = [3, 0.6] as const;
/** A signature that Twilio makes with an auth token: HMAC-SHA1 in base64. */
const FORM = /^[A-Za-z0-9+/]{27}=$/;

/**
 * Finds out what was signed. Only a signature that is computed again and is the same proves it; the account that the
 * request names, and the form of the signature, are reported only if nothing is proven.
 *
 * @param computedUrl the requested URL under the public base
 * @param sign computes a signature
 */
export function explainSignature(
  request: SignedRequest,
  signing: SigningKeys,
  computedUrl: string,
  sign: typeof createSignature = createSignature,
): SignatureExplanation {
  let attempts = 0;
  const signOnce: typeof createSignature = (...input) => {
    attempts += 1;
    return sign(...input);
  };
  const isWellFormed = FORM.test(request.signature ?? '');
  const found = isWellFormed
    ? (findSocketProof(request, signing, signOnce) ?? findProof(request, signing, signOnce))
    : undefined;
  if (found === undefined) {
    const reason = isWellFormed ? findUnprovenReason(request, signing) : 'malformed signature';
    const finding = describeUnproven(reason, findAccountSid(request), signing, request.headers);
    return { reasons: [reason], signedUrl: null, token: null, finding, attempts };
  }
  const requested = found.isQueryAsForm ? splitTarget(computedUrl).pathname : computedUrl;
  const differences = compareUrls(found.url, requested);
  const proof: SignatureProof = { ...found, differences };
  return {
    reasons: listReasons(proof),
    signedUrl: formatSignedUrl(proof.url),
    token: proof.token,
    finding: describeProof(proof, request, signing, computedUrl),
    attempts,
  };
}

function listReasons({ token, change, altered, differences, isQueryAsForm }: SignatureProof): Reason[] {
  const reasons: (Reason | undefined)[] = [
    token === null ? undefined : 'other token',
    altered === undefined ? undefined : 'altered body',
    ...differences.map(({ reason }) => reason),
    isQueryAsForm ? 'query as parameters' : undefined,
    change?.reason,
  ];
  return [...new Set(reasons.filter((reason) => reason !== undefined))];
}

type FoundProof = Omit<SignatureProof, 'differences'>;

/** Tries URLs, parameters and tokens, the likeliest first, until the signature is the same. */
function findProof(
  request: SignedRequest,
  signing: SigningKeys,
  sign: typeof createSignature,
): FoundProof | undefined {
  const { signature, parameters } = request;
  const { authToken, otherTokens } = signing;
  const form = joinParameters(parameters);
  const count = countAttempts(request, form);
  const urls = takeFirst(listSignedUrlCandidates(request, signing), Math.ceil(count * SHARES.urls));
  const isOf = (token: string, url: string, text: string) => sign(token, url + text, {}) === signature;

  const found = urls.find((url) => isOf(authToken, url, form));
  if (found !== undefined) return withDigest(request, { url: found, token: null });
  if (form !== '') {
    const isShort = request.body.length <= MAX_CHANGED_BYTES;
    const changed = isShort && findChange(request, signing, Math.ceil(count * SHARES.changes), isOf);
    if (changed) return changed;
    const alone = urls.slice(0, Math.ceil(count * SHARES.alone)).find((url) => isOf(authToken, url, ''));
    if (alone !== undefined) return { url: alone, token: null, altered: 'url alone' };
  } else {
    const asForm = findQueryAsForm(request, signing, isOf);
    if (asForm) return asForm;
  }
  const perToken = Math.floor((count * SHARES.tokens) / Math.max(1, otherTokens.length));
  for (const { name, token } of otherTokens) {
    const own = urls.slice(0, perToken).find((url) => isOf(token, url, form));
    if (own !== undefined) return withDigest(request, { url: own, token: name });
  }
  return undefined;
}

function countAttempts({ target, parameters }: SignedRequest, form: string): number {
  const bytes =
    BYTES_PER_ATTEMPT +
    target.length +
    form.length +
    BYTES_PER_PARAMETER * Object.values(parameters).flat().length;
  return Math.min(MAX_ATTEMPTS, Math.ceil(MAX_SIGNED_BYTES / bytes));
}

function takeFirst<T>(all: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const one of all) {
    if (taken.length >= count) break;
    taken.push(one);
  }
  return taken;
}

/** Returns the URL, and that the body is not the signed one, if it is not. */
function withDigest({ digest, target }: SignedRequest, proof: FoundProof): FoundProof {
  const isOther = digest !== undefined && findBodyDigest(target)?.toLowerCase() !== digest;
  return isOther ? { ...proof, altered: 'digest' } : proof;
}

/** Returns the `bodySHA256` of a request target. */
export function findBodyDigest(target: string): string | undefined {
  return /[?&]bodySHA256=([0-9a-fA-F]*)/.exec(target)?.[1];
}

type SignatureTest = (token: string, url: string, form: string) => boolean;

/** Tries changes of the parameters, with the requested URL and with those that the account holds for this path. */
function findChange(
  request: SignedRequest,
  { authToken, publicBase, configured = [], accountSid }: SigningKeys,
  count: number,
  isOf: SignatureTest,
): FoundProof | undefined {
  const { pathname } = splitTarget(request.target);
  const held = configured.filter(({ url }) => splitTarget(url).pathname.endsWith(pathname));
  const forms = held.flatMap(({ url }) => listSignedForms(url, request.target));
  const bases = [...new Set([publicBase + request.target, ...forms])].slice(0, MAX_BASES);
  const first = bases.length === 1 ? count : Math.ceil(count * FIRST_SHARE);
  const changes = takeFirst(listParameterChanges(request, accountSid), first);
  const texts = changes.map((change) => ({ change, text: joinParameters(change.parameters) }));
  const others = Math.floor((count - first) / Math.max(1, bases.length - 1));
  for (const [at, url] of bases.entries()) {
    const found = texts.slice(0, at === 0 ? first : others).find(({ text }) => isOf(authToken, url, text));
    if (found) return { url, token: null, change: found.change };
  }
  return undefined;
}

/** Finds out whether the query of a GET was signed as the parameters of a form: a redirect makes a POST a GET. */
function findQueryAsForm(
  { target, body }: SignedRequest,
  { authToken, publicBase }: SigningKeys,
  isOf: SignatureTest,
): FoundProof | undefined {
  const { pathname, query } = splitTarget(target);
  if (query === '' || body.length > 0) return undefined;
  const url = publicBase + pathname;
  const form = joinParameters(readParameters(query.slice(1)));
  return isOf(authToken, url, form) ? { url, token: null, isQueryAsForm: true } : undefined;
}

/** Tries the URLs that Twilio may have signed for a WebSocket, with each token. */
function findSocketProof(
  { isSocket, target, signature = '' }: SignedRequest,
  signing: SigningKeys,
  sign: typeof createSignature,
): FoundProof | undefined {
  if (!isSocket) return undefined;
  for (const { name, token } of [{ name: null, token: signing.authToken }, ...signing.otherTokens]) {
    const found = listSocketUrls(target, signing).find(({ url, parameters }) =>
      isSignedForPython(token, signature, url, parameters, sign),
    );
    const isQueryAsForm = found?.reasons.includes('query as parameters') ?? false;
    if (found) return { url: found.url, token: name, isQueryAsForm };
  }
  return undefined;
}

function findUnprovenReason(request: SignedRequest, { accountSid }: SigningKeys): Reason {
  const named = findAccountSid(request);
  return named === undefined || accountSid === undefined || named === accountSid
    ? 'altered body or unknown token'
    : 'another account';
}

/** Returns the account that the request says it is of; undefined if it names none. */
function findAccountSid({ target, parameters }: SignedRequest): string | undefined {
  const value = readWebhookParameters(target, parameters).AccountSid;
  const named = typeof value === 'object' ? value.at(-1) : value;
  return named !== undefined && /^AC[0-9a-f]{32}$/i.test(named) ? named : undefined;
}
