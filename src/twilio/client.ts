// Makes the official SDK's client for a target, with the products of Twilio's that this program uses.
import { hideSecret } from '../debug.js';
import { findProxyAgent } from '../http/proxy.js';
import type { TwilioClient } from './sdk.js';
import { type Target, verifyFits } from './target.js';
import { createTransport, type TransportOptions } from './transport.js';

export type { ApplicationInstance, TwilioClient } from './sdk.js';

/** Who signs in. */
export interface Credentials {
  readonly accountSid: string;
  readonly authToken: string;
}

/** Where to go and how; see {@link createTwilioClient}. */
export interface ClientOptions extends TransportOptions {
  readonly target: Target;
  /** Read for a proxy on the way to Twilio: `HTTPS_PROXY`, `https_proxy`, with `NO_PROXY` honoured. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Whoever exempts it, or all of twilio.com, from a proxy means all of Twilio's. */
const HOST = 'api.twilio.com';

/**
 * Loads the SDK and makes its client, with a transport that goes to the target.
 *
 * @throws RelayPhoneError `usage` when the credentials belong to the other target.
 */
export async function createTwilioClient(
  { accountSid, authToken }: Credentials,
  options: ClientOptions,
): Promise<TwilioClient> {
  verifyFits(options.target, accountSid);
  hideSecret(authToken);
  const { environment = {}, timeout } = options;
  const agent = options.target.kind === 'live' ? await findProxyAgent(environment, HOST, timeout) : undefined;
  const { TwilioClient } = await import('./sdk.js');
  return new TwilioClient(accountSid, authToken, createTransport(options.target, { agent, ...options }));
}
