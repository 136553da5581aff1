// Checks a signature; why one is wrong is found out by `explain.ts`, which takes longer.
import {
  createSignature,
  isSigned,
  isSignedForPython,
  type SignedParameters,
} from '../../twilio/signature.js';
import { listSignedUrlCandidates, type SignedUrlCandidate } from './candidates.js';
import type { Reason, SignedRequest, SigningKeys, Verdict } from './verdict.js';

/** Whether a signature fits: `as it stands` the URL that was expected, or only `rewritten` as the SDK also tries it. */
export type SignatureMatch = 'as it stands' | 'rewritten' | 'no';

const NO_REASONS: readonly Reason[] = [];

/** Whether Twilio signed this request, made of the public base and the target as it came. */
export function matchSignature(
  request: SignedRequest,
  { authToken, publicBase }: SigningKeys,
): SignatureMatch {
  const { signature, target, parameters } = request;
  if (signature === undefined || !hasRightDigest(request)) return 'no';
  const url = publicBase + target;
  // First, because it is what nearly always fits, and half the work.
  if (isSignedForPython(authToken, signature, url, parameters)) return 'as it stands';
  return isSigned(authToken, signature, url, parameters) ? 'rewritten' : 'no';
}

/**
 * The verdict on a request.
 *
 * @param match what {@link matchSignature} said of it
 * @param mayExplain whether there is time to find out why it is wrong: some milliseconds
 */
export function verifyExchangeSignature(
  request: SignedRequest,
  signing: SigningKeys,
  match: SignatureMatch,
  mayExplain = true,
): Verdict {
  const computedUrl = signing.publicBase + request.target;
  if (match === 'as it stands') {
    return { result: 'valid', reasons: NO_REASONS, signedUrl: computedUrl, computedUrl, token: null };
  }
  const none = { signedUrl: null, computedUrl, token: null };
  if (request.signature === undefined) return { result: 'unsigned', reasons: ['no signature'], ...none };
  const result = match === 'no' ? 'invalid' : 'valid';
  if (!mayExplain) return { result, reasons: ['not looked into'], ...none };
  return { result, computedUrl, ...explainSignature(request, signing) };
}

function hasRightDigest({ digest, target }: SignedRequest): boolean {
  return digest === undefined || findBodyDigest(target)?.toLowerCase() === digest;
}

/** The digest of the body that a target bears. */
function findBodyDigest(target: string): string | undefined {
  return /[?&]bodySHA256=([0-9a-fA-F]*)/.exec(target)?.[1];
}

interface SignatureAttempt {
  readonly reasons: readonly Reason[];
  readonly parameters: SignedParameters;
  readonly authToken: string;
  readonly name: string | null;
}

/** Why it is wrong, the signed URL where it was found, and whose token it was. */
function explainSignature(
  request: SignedRequest,
  signing: SigningKeys,
): Pick<Verdict, 'reasons' | 'signedUrl' | 'token'> {
  const candidates = listSignedUrlCandidates(request, signing);
  for (const { reasons, parameters, authToken, name } of listAttempts(request, signing)) {
    const found = candidates.find(({ url }) => isSignatureOf(request, url, authToken, parameters));
    if (found) return describeCandidate(request, found, reasons, name);
  }
  return { reasons: ['altered body or unknown token'], signedUrl: null, token: null };
}

/** The right token before others, with the parameters before without: a URL alone is signed for GET. */
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
  return { reasons: all, signedUrl: url, token };
}
