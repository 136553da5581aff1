// A public base that somebody else keeps: another tunnel, a reverse proxy, or in the sandbox this machine itself.
import { RelayPhoneError } from '../errors.js';
import { findOriginFault, formatWithoutPassword } from '../public-origin.js';
import type { OpenTunnel } from './tunnel.js';

/** What a fixed URL may be. */
export interface FixedUrlOptions {
  /** Whether an address of this machine will do, as it does for the sandbox. Default false. */
  readonly allowLoopback?: boolean;
  /** The flag it was given with, for messages. Default `--url`. */
  readonly flag?: string;
}

/**
 * "Opens" the tunnel that already stands at `raw`. It is never lost by itself: whether it works, only a proof can tell.
 *
 * @throws RelayPhoneError `usage` when `raw` is no origin that Twilio could call.
 */
export function createFixedUrl(raw: string, options: FixedUrlOptions = {}): OpenTunnel {
  const publicBase = verifyFixedUrl(raw, options);
  return async () => ({ publicBase, close: async () => undefined, onLost: () => undefined });
}

function verifyFixedUrl(raw: string, { allowLoopback = false, flag = '--url' }: FixedUrlOptions): string {
  const fault = findOriginFault(raw, allowLoopback);
  if (!fault) return new URL(raw).origin;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the public base',
    reason: `${formatWithoutPassword(raw)} ${fault}`,
    tryNext: [`${flag} https://relay.example.com, the origin alone`],
  });
}
