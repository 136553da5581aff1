// An app that answers webhooks like Firefox Relay: 400 to an invalid signature, an empty 200 to a status callback.
import twilio from 'twilio';
import type { AppAnswer, Called } from '../webhook-app.js';

/** How the app checks signatures. */
export interface RelayLike {
  readonly authToken: string;
  /** The origin that it believes to be called at. Default: from `Host` and `X-Forwarded-Proto`. */
  readonly origin?: string;
  /** Whether it trusts `X-Forwarded-Proto`. Default true. */
  readonly trustsProxy?: boolean;
  /** What it makes of a value before it checks the signature. Default: nothing. */
  readonly misread?: (value: string) => string | null;
  /** Whether it keeps only the last value of a name that comes twice, as Relay does. Default false. */
  readonly losesRepeated?: boolean;
}

/** Returns the answers of such an app. */
export function answerLikeRelay(app: RelayLike): (called: Called) => AppAnswer {
  const keep = (values: string[]) => (app.losesRepeated ? values.at(-1) : values);
  function misread(parameters: Called['parameters']) {
    const entries = Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' ? (app.misread?.(value) ?? (app.misread ? null : value)) : keep(value),
    ]);
    return Object.fromEntries(entries.filter(([, value]) => value !== null)) as Record<string, string>;
  }
  return ({ method, path, headers, parameters }) => {
    if (method !== 'POST') return { status: 200, type: 'text/html', body: '<title>Relay</title>' };
    if (!path.startsWith('/api/v1/')) return { status: 404 };
    const scheme = app.trustsProxy === false ? 'http' : (headers['x-forwarded-proto'] ?? 'http');
    const url = (app.origin ?? `${scheme}://${headers.host}`) + path;
    const signature = String(headers['x-twilio-signature']);
    const isValid = twilio.validateRequest(app.authToken, signature, url, misread(parameters));
    const [status, body] = isValid ? [200, ''] : [400, '["The signature is invalid."]'];
    return { status, type: 'application/json', body };
  };
}
