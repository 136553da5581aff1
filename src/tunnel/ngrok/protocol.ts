// The messages between relay-phone (the parent) and the child process that runs ngrok's SDK.

/** Asks the child to open one session with one endpoint. */
export interface OpenMessage {
  readonly kind: 'open';
  readonly authtoken: string;
  /** A bare host name; undefined for the account's dev domain. */
  readonly domain: string | undefined;
  /** The origin that receives the requests, such as `http://127.0.0.1:4020`. */
  readonly upstream: string;
  /** `host[:port]` to connect to instead of ngrok's service. */
  readonly server: string | undefined;
  /** The certificate authority to trust instead of ngrok's, as PEM text. */
  readonly ca: string | undefined;
  readonly heartbeat: Heartbeat;
}

/** How often the session sends a heartbeat, and how long the answer may take, in whole seconds. */
export interface Heartbeat {
  readonly intervalSeconds: number;
  readonly toleranceSeconds: number;
}

/** A message from the parent to the child. */
export type ToChild = OpenMessage | { readonly kind: 'close' };

/** The stage at which an attempt failed: loading the SDK, opening the session, binding the endpoint. */
export type NgrokStage = 'load' | 'session' | 'endpoint';

/** A failure in the SDK's words, without the authtoken. */
export interface ChildFailure {
  readonly kind: 'failed';
  readonly stage: NgrokStage;
  readonly message: string;
  /** A code such as `ERR_NGROK_108`, or Node.js's code for a module that does not load. */
  readonly code: string | undefined;
}

/** A message from the child to the parent. */
export type FromChild =
  | { readonly kind: 'up'; readonly publicBase: string }
  /** A heartbeat was answered; the child itself is alive. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'lost'; readonly why: string }
  | ChildFailure;
