// Files an alert about a call.
import type { CallSubject } from './call-webhooks.js';

/** Files what went wrong in a call. @param url the document that it stands in, if that has one */
export function alertOf(
  { world, leg }: CallSubject,
  url: string | undefined,
  errorCode: number,
  message: string,
  logLevel: 'error' | 'warning' = 'error',
): void {
  world.alerts.add({
    errorCode,
    logLevel,
    message,
    resourceSid: leg.sid,
    ...(url !== undefined && { requestUrl: url }),
  });
  leg.emit({ kind: 'twiml.alert', sid: leg.sid, url: url ?? null, logLevel, errorCode, message });
}
