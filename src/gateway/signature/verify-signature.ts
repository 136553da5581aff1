// Checks a webhook's signature, and has a wrong one explained.
import type { ExchangeFinding } from '../../exchanges/exchange.js';
import type { Reason, Verdict } from '../../exchanges/verdict.js';
import { isSigned, isSignedForPython } from '../../twilio/signature.js';
import { explainSignature, findBodyDigest } from './explain-signature.js';
import type { SignedRequest, SigningKeys } from './signed-request.js';
import { listSocketUrls, toSocketKeys } from './socket-url.js';

/**
 * How a signature matches the expected URL: exactly, only as normalized by the Node.js SDK, or not at all. For a WebSocket
 * `normalized` is any other of {@link listSocketUrls}.
 */
export type SignatureMatch = 'exact' | 'normalized' | 'none';

/** A verdict, and what is wrong with an invalid signature for people. */
export interface ExplainedVerdict {
  readonly verdict: Verdict;
  readonly finding: ExchangeFinding | undefined;
  /** How many signatures were computed to explain it. */
  readonly attempts: number;
}

const NO_REASONS: readonly Reason[] = [];

/** Compares the signature with the one for the public base and the raw target. */
export function matchSignature(request: SignedRequest, signing: SigningKeys): SignatureMatch {
  const { signature, target, parameters } = request;
  const { authToken, publicBase } = signing;
  if (signature === undefined || !hasRightDigest(request)) return 'none';
  if (request.isSocket) {
    const found = listSocketUrls(target, signing).find((one) =>
      isSignedForPython(authToken, signature, one.url, one.parameters),
    );
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
): ExplainedVerdict {
  const signing = request.isSocket ? toSocketKeys(keys) : keys;
  const computedUrl = signing.publicBase + request.target;
  const none = { signedUrl: null, computedUrl, token: null };
  if (match === 'exact')
    return withoutFinding({ ...none, result: 'valid', reasons: NO_REASONS, signedUrl: computedUrl });
  if (request.signature === undefined)
    return withoutFinding({ ...none, result: 'unsigned', reasons: ['no signature'] });
  const result = match === 'none' ? 'invalid' : 'valid';
  if (!mayExplain) return withoutFinding({ ...none, result, reasons: ['not looked into'] });
  const { finding, attempts, ...found } = explainSignature(request, signing, computedUrl);
  const verdict = { result, computedUrl, ...found } as const;
  return { verdict, finding: result === 'invalid' ? finding : undefined, attempts };
}

function withoutFinding(verdict: Verdict): ExplainedVerdict {
  return { verdict, finding: undefined, attempts: 0 };
}

function hasRightDigest({ digest, target }: SignedRequest): boolean {
  return digest === undefined || findBodyDigest(target)?.toLowerCase() === digest;
}
