// What a wrong signature is proven to be of: the URL, the parameters and the token that give the same signature.
import type { ParameterChange } from './parameter-changes.js';
import type { UrlDifference } from './url-difference.js';

/** What the signature is proven to be of. */
export interface SignatureProof {
  readonly url: string;
  /** How the URL differs from the requested one. */
  readonly differences: readonly UrlDifference[];
  /** The token, if it is another one than expected. */
  readonly token: string | null;
  /** What happened to the parameters of the form. */
  readonly change?: ParameterChange;
  /** `url alone` if the parameters were not signed, `digest` if the body is not the signed one. */
  readonly altered?: 'url alone' | 'digest';
  /** True if the parameters of the query were signed as those of a form. */
  readonly isQueryAsForm?: boolean;
}
