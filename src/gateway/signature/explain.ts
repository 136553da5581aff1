// Finds out what a signature was made of, when it is not the one that was expected, by trying the candidates.
import { createSignature, type SignedParameters } from '../../twilio/signature.js';
import { listSignedUrlCandidates, type SignedUrlCandidate } from './candidates.js';
import type { Reason, SignedRequest, SigningKeys, Verdict } from './verdict.js';
import { findBodyDigest } from './verify-signature.js';

interface SignatureAttempt {
  readonly reasons: readonly Reason[];
  readonly parameters: SignedParameters;
  readonly authToken: string;
  readonly name: string | null;
}

/** Why it is wrong, the signed URL where it was found, and whose token it was. */
export function explainSignature(
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
