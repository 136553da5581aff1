// The verdict on a webhook's signature.

/** Why a signature is not the expected one. */
export const REASONS = [
  'no signature',
  'wrong scheme',
  'wrong host',
  'port',
  'trailing slash',
  'letter case',
  'path prefix',
  'path re-encoded',
  'other path',
  'credentials in the URL',
  'query re-encoded',
  'query in another order',
  'query differs',
  'query as parameters',
  'other token',
  'parameter added',
  'parameter removed',
  'parameter changed',
  'other charset',
  'altered body',
  'malformed signature',
  'another account',
  'altered body or unknown token',
  'not looked into',
] as const;

/** One of {@link REASONS}. */
export type Reason = (typeof REASONS)[number];

/** The result of a signature check. */
export interface Verdict {
  readonly result: 'valid' | 'invalid' | 'unsigned';
  /**
   * Why it is not valid; several if only their combination explains it. A valid signature has a reason if the Node.js
   * SDK accepts it and validators that do not normalize the URL, such as Python's, do not.
   */
  readonly reasons: readonly Reason[];
  /** The URL that was signed; null if it is unknown. */
  readonly signedUrl: string | null;
  /** The URL that the app computes from the request that it gets. */
  readonly computedUrl: string;
  /** The name of the token that signed it, if it was another one than expected. */
  readonly token: string | null;
}
