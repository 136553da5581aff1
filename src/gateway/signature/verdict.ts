// What the check of a signature says, and what it is made of.
import type { SignedParameters } from '../../twilio/signature.js';

/** Why a signature is not the one that was expected, by what it turned out to be made of. */
export const REASONS = [
  'no signature',
  'wrong scheme',
  'wrong host',
  'port',
  'trailing slash',
  'query re-encoded',
  'other token',
  'altered body',
  'altered body or unknown token',
  'not looked into',
] as const;

/** One of {@link REASONS}. */
export type Reason = (typeof REASONS)[number];

/** What the check says. */
export interface Verdict {
  readonly result: 'valid' | 'invalid' | 'unsigned';
  /**
   * Why it is not valid; several when only several together explain it. A valid one has one too when the SDK's validator
   * takes it, and one that looks at the URL as it stands, as Python's does, would not.
   */
  readonly reasons: readonly Reason[];
  /** The URL that was signed; null when it could not be found. */
  readonly signedUrl: string | null;
  /** The URL that the app computes from what the gateway hands it. */
  readonly computedUrl: string;
  /** The name of the token it was signed with, when it was another one. */
  readonly token: string | null;
}

/** A request as far as its signature goes. */
export interface SignedRequest {
  /** As it came. */
  readonly target: string;
  /** Undefined when it bears none. */
  readonly signature: string | undefined;
  /** Those of its body; none for a body that is no form. */
  readonly parameters: SignedParameters;
  /** The digest of a body that is no form; undefined for a form and for no body. */
  readonly digest: string | undefined;
  /** Its headers in pairs, as they came: only to find out what went wrong. */
  readonly headers: readonly string[];
}

/** A token that is known besides the one that counts. */
export interface NamedToken {
  /** For people: `test credentials`. */
  readonly name: string;
  readonly token: string;
}

/** What signatures are checked against. */
export interface SigningKeys {
  readonly authToken: string;
  readonly otherTokens: readonly NamedToken[];
  /** The origin under which Twilio was told to reach the app, without a slash at its end. */
  readonly publicBase: string;
  /** Where the app is on this machine. */
  readonly app: string;
}
