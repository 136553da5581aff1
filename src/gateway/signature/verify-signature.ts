// Checks a signature; why one is wrong is found out by `explain.ts`, which takes longer.
import { isSigned, isSignedForPython } from '../../twilio/signature.js';
import { explainSignature } from './explain.js';
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
export function findBodyDigest(target: string): string | undefined {
  return /[?&]bodySHA256=([0-9a-fA-F]*)/.exec(target)?.[1];
}
