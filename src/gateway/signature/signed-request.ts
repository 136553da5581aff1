// What the verdict on a signature is based on: the signed parts of a request, and the keys.
import type { SignedParameters } from '../../twilio/signature.js';
import type { ConfiguredUrl } from './configured-urls.js';

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
  /** The raw body, only to explain a wrong signature. */
  readonly body: Buffer;
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
  /** The account whose token it is, to explain a signature of another one. */
  readonly accountSid?: string | undefined;
  /** The webhook URLs that the account holds, as far as they are known, to explain the signature of one of them. */
  readonly configured?: readonly ConfiguredUrl[] | undefined;
}
