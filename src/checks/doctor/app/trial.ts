// One test callback to an app, and its possible results.
import type { HttpAnswer } from '../../../http/send.js';
import { createSignature } from '../../../twilio/signature.js';
import type { CheckFinding } from '../../check.js';
import type { DoctorContext } from '../doctor-context.js';
import { sendTestCallback, type TestCallback } from './callbacks.js';

/** What it finds. */
export type SignatureFinding =
  | 'app-not-relay'
  | 'app-fails'
  | 'app-takes-anything'
  | 'app-token-differs'
  | 'app-scheme-differs'
  | 'app-url-differs';

/** One callback, and where and how it is tried. */
export interface SignatureProbe {
  readonly context: DoctorContext;
  readonly callback: TestCallback;
  readonly app: string;
  readonly publicBase: string;
  readonly authToken: string;
}

/** Sends the callback to the app, signed for `url` with `token`. */
export function sendProbe(
  { context, callback, app, publicBase }: SignatureProbe,
  signedUrl: string,
  authToken: string,
): Promise<HttpAnswer> {
  const signature = createSignature(authToken, signedUrl, callback.form);
  return sendTestCallback(callback, { origin: app, publicBase, signature, timeout: context.timeoutMs });
}

/** It answers, but not as a Relay does. */
export function notRelay(
  { app, callback }: SignatureProbe,
  { status }: HttpAnswer,
): CheckFinding<SignatureFinding> {
  return {
    id: 'app-not-relay',
    what: `what answers at ${app} gives ${status} to ${callback.path}`,
    tryNext: [
      'PHONES_ENABLED=True in the .env of Relay, then restart it',
      '--app URL, when the app is elsewhere',
      'relay-phone serve',
    ],
  };
}
