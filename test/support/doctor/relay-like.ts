// How an app that is like Firefox Relay answers webhooks: 400 to a wrong signature, nothing to a callback without effect.
import twilio from 'twilio';
import type { AppAnswer, Called } from '../webhook-app.js';

/** What the app goes by. */
export interface RelayLike {
  readonly authToken: string;
  /** The origin under which it believes that it was called. Default: what `Host` and `X-Forwarded-Proto` say. */
  readonly origin?: string;
  /** Whether it believes `X-Forwarded-Proto`. Default true. */
  readonly trustsProxy?: boolean;
}

/** Answers as such an app does. */
export function answerLikeRelay(app: RelayLike): (called: Called) => AppAnswer {
  return ({ method, path, headers, form }) => {
    if (method !== 'POST') return { status: 200, type: 'text/html', body: '<title>Relay</title>' };
    if (!path.startsWith('/api/v1/')) return { status: 404 };
    const scheme = app.trustsProxy === false ? 'http' : (headers['x-forwarded-proto'] ?? 'http');
    const url = (app.origin ?? `${scheme}://${headers.host}`) + path;
    const signature = String(headers['x-twilio-signature']);
    const isGood = twilio.validateRequest(app.authToken, signature, url, { ...form });
    const [status, body] = isGood ? [200, ''] : [400, '["The signature is invalid."]'];
    return { status, type: 'application/json', body };
  };
}
