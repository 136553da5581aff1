// What the program and the process that runs ngrok's SDK say to each other.

/** What the child needs to open one session with one endpoint. */
export interface OpenMessage {
  readonly kind: 'open';
  readonly authtoken: string;
  /** A bare host name; without one ngrok takes the account's dev domain. */
  readonly domain: string | undefined;
  /** Where requests go, such as `http://127.0.0.1:4020`. */
  readonly upstream: string;
  /** `host[:port]` to dial instead of ngrok's own. */
  readonly server: string | undefined;
  /** The certificate authority to trust instead of ngrok's own, as PEM text. */
  readonly ca: string | undefined;
  /** In whole seconds. */
  readonly heartbeat: Heartbeat;
}

/** How often the session is asked for a sign of life, and how long one may take; whole seconds. */
export interface Heartbeat {
  readonly intervalSeconds: number;
  readonly toleranceSeconds: number;
}

/** From the program to the child. */
export type ToChild = OpenMessage | { readonly kind: 'close' };

/** Where an attempt failed: loading the SDK, making the session, binding the endpoint. */
export type NgrokStage = 'load' | 'session' | 'endpoint';

/** A failure as the SDK told it, the authtoken taken out. */
export interface ChildFailure {
  readonly kind: 'failed';
  readonly stage: NgrokStage;
  readonly message: string;
  /** `ERR_NGROK_108`, or what Node.js says of a module that does not load. */
  readonly code: string | undefined;
}

/** From the child to the program. */
export type FromChild =
  | { readonly kind: 'up'; readonly publicBase: string }
  /** A heartbeat was answered: also the sign that the child itself lives. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'lost'; readonly why: string }
  | ChildFailure;
