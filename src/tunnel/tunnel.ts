// The port of tunnels: an open tunnel, the function that opens one, and the error if that fails.
import { type ErrorParts, RelayPhoneError } from '../errors.js';

/** An open tunnel. */
export interface Tunnel {
  /** The public origin of the tunnel, such as `https://name.ngrok-free.app`. */
  readonly publicBase: string;
  /** Takes the public base offline. Never rejects. May be called more than once. */
  close(): Promise<void>;
  /** Calls `listener` once if the tunnel is lost other than by `close`, immediately if it already is. */
  onLost(listener: (why: string) => void): void;
}

interface TunnelAttempt {
  readonly timeoutMs: number;
  /** Ends the attempt early. The attempt then rejects with any error. */
  readonly signal: AbortSignal;
}

/**
 * Tries once to open a tunnel.
 *
 * @throws TunnelError for every expected failure
 */
export type OpenTunnel = (attempt: TunnelAttempt) => Promise<Tunnel>;

/**
 * Whether a retry may succeed: `always`, `never`, or `after-loss` if the tunnel that was just lost may still block the
 * domain.
 */
export type Retry = 'always' | 'after-loss' | 'never';

/** Why a tunnel could not be opened. */
export class TunnelError extends RelayPhoneError {
  readonly retry: Retry;
  /** The number in `ERR_NGROK_…`; undefined if ngrok did not refuse. */
  readonly ngrokCode: number | undefined;

  constructor(parts: ErrorParts & { readonly retry: Retry; readonly ngrokCode?: number | undefined }) {
    super(parts);
    this.retry = parts.retry;
    this.ngrokCode = parts.ngrokCode;
  }
}

/** A setting and its source, for people: `NGROK_AUTHTOKEN in the environment`, `/home/you/.config/ngrok/ngrok.yml`. */
export interface SourcedValue {
  readonly value: string;
  readonly source: string;
}
