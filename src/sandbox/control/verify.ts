// Makes sure that a sandbox is the one we mean, before it is shown the token.
import { randomBytes } from 'node:crypto';
import { RelayPhoneError } from '../../errors.js';
import { isProof, NONCE_BYTES } from './proof.js';
import { sendControlRequest } from './send.js';

/**
 * Checks that the sandbox with this control token answers at `origin`, without showing the token.
 *
 * @throws RelayPhoneError `network` when nobody does within two seconds, or somebody else does.
 */
export async function verifySandbox(origin: string, controlToken: string): Promise<void> {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const answer = await sendControlRequest({ origin }, 'GET', `/hello?nonce=${nonce}`);
  if (answer.status === 200 && isProof(controlToken, nonce, findProof(answer.text))) return;
  throw new RelayPhoneError({
    kind: 'network',
    task: `reach the sandbox at ${origin}`,
    reason: 'something else answers there',
    tryNext: ['relay-phone sandbox'],
  });
}

function findProof(json: string): unknown {
  try {
    return (JSON.parse(json) as { proof?: unknown } | null)?.proof;
  } catch {
    return undefined;
  }
}
