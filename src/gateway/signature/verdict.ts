// The verdict on a webhook's signature, and what it is based on.
import type { SignedParameters } from '../../twilio/signature.js';

/** Why a signature is not the expected one. */
export const REASONS = [
  'no signature',
  'wrong scheme',
  'wrong host',
  'port',
  'trailing slash',
  'credentials in the URL',
  'query re-encoded',
  'query in another order',
  'query as parameters',
  'other token',
  'altered body',
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
  /** The URL that the app computes from the forwarded request. */
  readonly computedUrl: string;
  /** The name of the token that signed it, if it was another one than expected. */
  readonly token: string | null;
}

/** The parts of a request that its signature depends on. */
export interface SignedRequest {
  /** The raw request target. */
  readonly target: string;
  /** True if the request asks for a WebSocket: Twilio signs its `wss` URL. */
  readonly isSocket: boolean;
  readonly signature: string | undefined;
  /** The parameters of a form-encoded body; otherwise empty. */
  readonly parameters: SignedParameters;
  /** The SHA-256 of a body that is not a form; undefined for a form, or an empty body that no `bodySHA256` announces. */
  readonly digest: string | undefined;
  /** All headers as flat pairs, only to explain a wrong signature. */
  readonly headers: readonly string[];
}

/** Another known auth token, to explain signatures made with it. */
export interface NamedToken {
  /** A name for people, such as `test credentials`. */
  readonly name: string;
  readonly token: string;
}

/** What signatures are checked with. */
export interface SigningKeys {
  readonly authToken: string;
  readonly otherTokens: readonly NamedToken[];
  /** The origin of the webhook URLs that Twilio was given, without a trailing slash. */
  readonly publicBase: string;
  /** The app's origin on this machine. */
  readonly app: string;
}
