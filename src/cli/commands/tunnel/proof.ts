// Proves that a public base leads to our gateway: by a nonce that only it answers, fetched from outside.
import { RelayPhoneError } from '../../../errors.js';
import type { Proof } from '../../../gateway/forwarding/proof.js';
import { findProxyAgent } from '../../../http/proxy.js';
import { sendRequest } from '../../../http/send.js';

/** Milliseconds for one attempt. */
const PATIENCE = 10_000;

/**
 * Fetches the proof through the public base, and a proxy where there is one. ngrok is told to leave its page for browsers
 * out.
 *
 * @throws RelayPhoneError `needsUser` when something else answers; NoAnswer when nothing does
 */
export async function proveBase(
  { path, answer }: Proof,
  publicBase: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const headers = { 'ngrok-skip-browser-warning': '1', 'Bypass-Tunnel-Reminder': '1', Accept: 'text/plain' };
  const url = new URL(path, publicBase);
  const agent = url.protocol === 'https:' ? await findProxyAgent(environment, url.hostname) : undefined;
  const { status, body } = await sendRequest({ method: 'GET', url, headers, timeout: PATIENCE, agent });
  if (status === 200 && body === answer) return;
  throw new RelayPhoneError({
    kind: 'needsUser',
    task: `reach this machine under ${publicBase}`,
    reason: `something else answers there (HTTP ${status})`,
    tryNext: ['have that tunnel lead to the port of the gateway (--port)', 'leave --url out, to use ngrok'],
  });
}
