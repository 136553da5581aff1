// Creates the official SDK's client for a target, with the Twilio products that this program uses.
import { hideSecret } from '../debug.js';
import { findAgent } from '../http/agent.js';
import { OWN_AGENT } from '../http/user-agents.js';
import type { TwilioClient } from './sdk.js';
import { type Target, verifyFits } from './target.js';
import { createTransport, type TransportOptions } from './transport.js';

export type { ApplicationInstance, TwilioClient } from './sdk.js';

/** The credentials of an account. */
export interface Credentials {
  readonly accountSid: string;
  readonly authToken: string;
}

/** The target and the transport of a client; see {@link createTwilioClient}. */
export interface ClientOptions extends TransportOptions {
  readonly target: Target;
  /** Whether the requests are those of an app, as our small Relay is one, and not of a command. Default false. */
  readonly isApp?: boolean;
  /** Where the proxy settings are read: `HTTPS_PROXY` or `https_proxy`, and `NO_PROXY`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The host whose proxy settings hold for all of Twilio's hosts. */
const ANY_HOST = new URL('https://api.twilio.com');

/**
 * Loads the SDK and creates its client with a transport to the target.
 *
 * @throws RelayPhoneError `usage` if the credentials belong to the other target, or as `findProxy`.
 */
export async function createTwilioClient(
  { accountSid, authToken }: Credentials,
  options: ClientOptions,
): Promise<TwilioClient> {
  verifyFits(options.target, accountSid);
  hideSecret(authToken);
  const { environment = {}, timeoutMs } = options;
  const agent = options.target.kind === 'live' ? findAgent(environment, ANY_HOST, timeoutMs) : undefined;
  const { TwilioClient } = await import('./sdk.js');
  return new TwilioClient(
    accountSid,
    authToken,
    createTransport(options.target, { agent, ...options }),
    options.isApp ? [] : [OWN_AGENT],
  );
}
