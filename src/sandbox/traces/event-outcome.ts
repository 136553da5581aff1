// Says of a single event whether it tells of a failure.
import type { SandboxEvent } from '../platform/events/event.js';

/**
 * The worst that happened in a trace. `failed`: a webhook failed and neither a later attempt nor the fallback URL
 * succeeded, a REST request was refused, a fault was injected, a text or call failed, TwiML has an error, or a phone saw a
 * number that it must not see. `warning`: something was tried again, or has a warning.
 */
export type TraceOutcome = 'done' | 'warning' | 'failed';

/** Returns what an event tells of. Whether something else made up for a failure is known only to its trace. */
export function readOutcome(event: SandboxEvent): TraceOutcome {
  switch (event.kind) {
    case 'request.in':
      return event.status >= 400 ? 'failed' : 'done';
    case 'fault.hit':
      return 'failed';
    case 'text.status':
      return ['undelivered', 'failed'].includes(event.status) ? 'failed' : 'done';
    case 'webhook.sent':
      return event.verdict === 'failed' ? 'failed' : 'done';
    case 'media.fetched':
      return event.failure === null ? 'done' : 'warning';
    case 'twiml.alert':
      return event.logLevel === 'error' ? 'failed' : 'warning';
    case 'unsupported':
      return 'warning';
    case 'call.status':
      return event.status === 'failed' ? 'failed' : 'done';
    case 'exposure':
      return event.assertionId === null ? 'done' : 'failed';
    default:
      return 'done';
  }
}
