// The port of this room: an open tunnel, how one is opened, and what can go wrong with it.
import { type ErrorParts, RelayPhoneError } from '../errors.js';

/** An open tunnel. */
export interface Tunnel {
  /** The origin under which the outside reaches us, such as `https://name.ngrok-free.app`. */
  readonly publicBase: string;
  /** Takes the public base offline. Never rejects, and may be called again. */
  close(): Promise<void>;
  /** Calls `listener` once, at once if it has happened already, when the tunnel is gone other than by `close`. */
  onLost(listener: (why: string) => void): void;
}

/** One attempt to open a tunnel. */
interface TunnelAttempt {
  /** Milliseconds it may take. */
  readonly timeoutMs: number;
  /** Ends the attempt early; it then rejects with whatever reason. */
  readonly signal: AbortSignal;
}

/**
 * Opens a tunnel once.
 *
 * @throws TunnelError for everything that is foreseen
 */
export type OpenTunnel = (attempt: TunnelAttempt) => Promise<Tunnel>;

/**
 * Whether another attempt can end better: `always`, `never`, or `after-loss` when it may be the tunnel we lost
 * ourselves that is in the way.
 */
export type Retry = 'always' | 'after-loss' | 'never';

/** Why a tunnel could not be opened. */
export class TunnelError extends RelayPhoneError {
  readonly retry: Retry;
  /** The number in ngrok's `ERR_NGROK_…`, when it was ngrok that refused. */
  readonly ngrokCode: number | undefined;

  constructor(parts: ErrorParts & { readonly retry: Retry; readonly ngrokCode?: number | undefined }) {
    super(parts);
    this.retry = parts.retry;
    this.ngrokCode = parts.ngrokCode;
  }
}

/** A value, and where it came from for people: `NGROK_AUTHTOKEN in the environment`, `/home/you/.config/ngrok/ngrok.yml`. */
export interface SourcedValue {
  readonly value: string;
  readonly source: string;
}
