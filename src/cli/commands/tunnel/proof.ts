// Proves that a public base leads to our gateway: fetches a nonce that only the gateway knows, from outside.
import { RelayPhoneError } from '../../../errors.js';
import type { Proof } from '../../../gateway/forwarding/proof.js';
import { findProxyAgent } from '../../../http/proxy.js';
import { sendRequest } from '../../../http/send.js';

const TIMEOUT_MS = 10_000;

/**
 * Fetches the proof through the public base, and through a proxy if one is configured.
 *
 * @throws RelayPhoneError `needsUser` if something else answers; NoAnswer if nothing does
 */
export async function proveBase(
  { path, answer }: Proof,
  publicBase: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  // The first two skip the warning pages that ngrok and localtunnel show to browsers.
  const headers = { 'ngrok-skip-browser-warning': '1', 'Bypass-Tunnel-Reminder': '1', Accept: 'text/plain' };
  const url = new URL(path, publicBase);
  const agent = url.protocol === 'https:' ? await findProxyAgent(environment, url.hostname) : undefined;
  const { status, body } = await sendRequest({ method: 'GET', url, headers, timeout: TIMEOUT_MS, agent });
  if (status === 200 && body === answer) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `reach this machine under ${publicBase}`,
    reason: `something else answers there (HTTP ${status})`,
    tryNext: ['point that tunnel at the port of the gateway (--port)', 'leave out --url, to use ngrok'],
  });
}
