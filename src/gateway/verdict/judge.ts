// Checks a signature; why one is wrong is found out by `explain.ts`, which takes longer.
import { createSignature, isSigned } from '../../twilio/signature.js';
import { explain } from './explain.js';
import type { Seal, SignedRequest, Verdict } from './verdict.js';

/** Targets that no URL parser writes in another way. */
const PLAIN = /^[\w\-./]*$/;

/** Whether Twilio signed this request, made of the public base and the target as it came. */
export function isFromTwilio(request: SignedRequest, { authToken, publicBase }: Seal): boolean {
  const { signature, target, parameters } = request;
  if (signature === undefined || !hasItsDigest(request)) return false;
  return isSigned(authToken, signature, publicBase + target, parameters);
}

/**
 * The verdict on a request.
 *
 * @param isValid what {@link isFromTwilio} said of it
 * @param mayExplain whether there is time to find out why it is wrong: some milliseconds
 */
export function judge(request: SignedRequest, seal: Seal, isValid: boolean, mayExplain = true): Verdict {
  const computedUrl = seal.publicBase + request.target;
  const none = { signedUrl: null, computedUrl, token: null };
  if (request.signature === undefined) return { result: 'unsigned', reasons: ['no signature'], ...none };
  if (isValid && isExact(request, seal)) {
    return { result: 'valid', reasons: [], signedUrl: computedUrl, computedUrl, token: null };
  }
  const result = isValid ? 'valid' : 'invalid';
  if (!mayExplain) return { result, reasons: ['not looked into'], ...none };
  return { result, computedUrl, ...explain(request, seal) };
}

/** The SDK also takes what was signed in another writing of the query; validators of other languages do not. */
function isExact({ target, signature, parameters }: SignedRequest, { authToken, publicBase }: Seal): boolean {
  if (PLAIN.test(target)) return true;
  const url = publicBase + target;
  return withAndWithoutPort(url).some((one) => createSignature(authToken, one, parameters) === signature);
}

function withAndWithoutPort(url: string): string[] {
  const [, scheme = '', host = '', port, rest = ''] =
    /^(https?:\/\/)([^/?]*?)(:\d+)?([/?].*)?$/s.exec(url) ?? [];
  const usual = scheme === 'https://' ? ':443' : ':80';
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port ?? usual}${rest}`];
}

function hasItsDigest({ digest, target }: SignedRequest): boolean {
  return digest === undefined || findDigest(target)?.toLowerCase() === digest;
}

/** The digest of the body that a target bears. */
export function findDigest(target: string): string | undefined {
  return /[?&]bodySHA256=([0-9a-fA-F]*)/.exec(target)?.[1];
}
