// Checks a webhook's signature, and explains a wrong one by trying other URLs, tokens and parameters.

import type { Reason, Verdict } from '../../exchanges/verdict.js';
import { formatWithoutPassword } from '../../origin.js';
import {
  createSignature,
  isSigned,
  isSignedForPython,
  type SignedParameters,
} from '../../twilio/signature.js';
import { listSignedUrlCandidates, type SignedUrlCandidate } from './candidates.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';
import { listSocketUrls, type SocketUrl, toSocketKeys } from './socket-url.js';

/**
 * How a signature matches the expected URL: exactly, only as normalized by the Node.js SDK, or not at all. For a WebSocket
 * `normalized` is any other of {@link listSocketUrls}.
 */
export type SignatureMatch = 'exact' | 'normalized' | 'none';

const NO_REASONS: readonly Reason[] = [];

/** Compares the signature with the one for the public base and the raw target. */
export function matchSignature(request: SignedRequest, signing: SigningKeys): SignatureMatch {
  const { signature, target, parameters } = request;
  const { authToken, publicBase } = signing;
  if (signature === undefined || !hasRightDigest(request)) return 'none';
  if (request.isSocket) {
    const found = findSocketUrl(request, signing, authToken);
    return found === undefined ? 'none' : found.reasons.length === 0 ? 'exact' : 'normalized';
  }
  const url = publicBase + target;
  // First, because it nearly always matches, for half the work.
  if (isSignedForPython(authToken, signature, url, parameters)) return 'exact';
  return isSigned(authToken, signature, url, parameters) ? 'normalized' : 'none';
}

/**
 * Returns the verdict on a request.
 *
 * @param match the result of {@link matchSignature}
 * @param mayExplain true to explain a wrong signature, which takes some milliseconds
 */
export function verifyExchangeSignature(
  request: SignedRequest,
  keys: SigningKeys,
  match: SignatureMatch,
  mayExplain = true,
): Verdict {
  const signing = request.isSocket ? toSocketKeys(keys) : keys;
  const computedUrl = signing.publicBase + request.target;
  if (match === 'exact') {
    return { result: 'valid', reasons: NO_REASONS, signedUrl: computedUrl, computedUrl, token: null };
  }
  const none = { signedUrl: null, computedUrl, token: null };
  if (request.signature === undefined) return { result: 'unsigned', reasons: ['no signature'], ...none };
  const result = match === 'none' ? 'invalid' : 'valid';
  if (!mayExplain) return { result, reasons: ['not looked into'], ...none };
  return { result, computedUrl, ...explainSignature(request, signing) };
}

function hasRightDigest({ digest, target }: SignedRequest): boolean {
  return digest === undefined || findBodyDigest(target)?.toLowerCase() === digest;
}

/** Returns the `bodySHA256` of a request target. */
function findBodyDigest(target: string): string | undefined {
  return /[?&]bodySHA256=([0-9a-fA-F]*)/.exec(target)?.[1];
}

interface SignatureAttempt {
  readonly reasons: readonly Reason[];
  readonly parameters: SignedParameters;
  readonly authToken: string;
  readonly name: string | null;
}

/** Finds out what was signed: the reasons why that is wrong, the URL, and the token's name. */
function explainSignature(
  request: SignedRequest,
  signing: SigningKeys,
): Pick<Verdict, 'reasons' | 'signedUrl' | 'token'> {
  const count = Math.ceil(MAX_SIGNED_BYTES / measureSigning(request.parameters));
  const candidates = listSignedUrlCandidates(request, signing).slice(0, count);
  for (const { reasons, parameters, authToken, name } of listAttempts(request, signing)) {
    const socket = request.isSocket ? findSocketUrl(request, signing, authToken) : undefined;
    if (socket) return { reasons: [...reasons, ...socket.reasons], signedUrl: socket.url, token: name };
    const found = candidates.find(({ url }) => isSignatureOf(request, url, authToken, parameters));
    if (found) return describeCandidate(request, found, reasons, name);
  }
  return { reasons: ['altered body or unknown token'], signedUrl: null, token: null };
}

/** How many bytes are signed to explain one signature, per token: the longer a request is, the fewer URLs are tried. */
const MAX_SIGNED_BYTES = 1024 * 1024;
/** What a URL costs, and the sorting of one parameter. */
const [BYTES_PER_URL, BYTES_PER_PARAMETER] = [500, 100] as const;

function measureSigning(parameters: SignedParameters): number {
  let bytes = BYTES_PER_URL;
  for (const name in parameters) bytes += BYTES_PER_PARAMETER + name.length + String(parameters[name]).length;
  return bytes;
}

/** Lists the expected token before others, and with parameters before without: Twilio signs a GET without parameters. */
function* listAttempts(
  { parameters }: SignedRequest,
  { authToken, otherTokens }: SigningKeys,
): Iterable<SignatureAttempt> {
  const tokens = [{ name: null, token: authToken }, ...otherTokens];
  for (const { name, token } of tokens) {
    const reasons: Reason[] = name === null ? [] : ['other token'];
    yield { reasons, parameters, authToken: token, name };
    if (Object.keys(parameters).length === 0) continue;
    yield { reasons: [...reasons, 'altered body'], parameters: {}, authToken: token, name };
  }
}

function findSocketUrl(
  { signature = '', target }: SignedRequest,
  signing: SigningKeys,
  authToken: string,
): SocketUrl | undefined {
  return listSocketUrls(target, signing).find(({ url, parameters }) =>
    isSignedForPython(authToken, signature, url, parameters),
  );
}

function isSignatureOf(
  { signature }: SignedRequest,
  url: string,
  authToken: string,
  parameters: SignedParameters,
): boolean {
  return createSignature(authToken, url, parameters) === signature;
}

function describeCandidate(
  { digest, target }: SignedRequest,
  { url, reasons }: SignedUrlCandidate,
  more: readonly Reason[],
  token: string | null,
): Pick<Verdict, 'reasons' | 'signedUrl' | 'token'> {
  const isAltered = digest !== undefined && findBodyDigest(target)?.toLowerCase() !== digest;
  const all: Reason[] = [...more, ...reasons, ...(isAltered ? (['altered body'] as const) : [])];
  return { reasons: all, signedUrl: formatWithoutPassword(url), token };
}
