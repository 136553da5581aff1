// A public base that relay-phone does not open: another tunnel, a reverse proxy, or, in the sandbox, this machine.
import { RelayPhoneError } from '../errors.js';
import { findOriginFault, formatWithoutPassword } from '../origin.js';
import type { OpenTunnel } from './tunnel.js';

/** Options of {@link createFixedUrl}. */
export interface FixedUrlOptions {
  /** True to accept an address of this machine, which the sandbox can reach. Default false. */
  readonly allowLocal?: boolean;
  /** The flag that gave the URL, for messages. Default `--url`. */
  readonly flag?: string;
}

/**
 * Creates the function that "opens" a tunnel that is already open at `raw`. Such a tunnel never reports a loss: only a
 * proof shows whether it works.
 *
 * @throws RelayPhoneError `usage` if `raw` is not an origin that Twilio can call.
 */
export function createFixedUrl(raw: string, options: FixedUrlOptions = {}): OpenTunnel {
  const publicBase = verifyFixedUrl(raw, options);
  return async () => ({ publicBase, close: async () => undefined, onLost: () => undefined });
}

function verifyFixedUrl(raw: string, { allowLocal = false, flag = '--url' }: FixedUrlOptions): string {
  const fault = findOriginFault(raw, allowLocal);
  if (!fault) return new URL(raw).origin;
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'use the public base',
    reason: `${formatWithoutPassword(raw)} ${fault}`,
    tryNext: [`${flag} https://relay.example.com, only the origin`],
  });
}
