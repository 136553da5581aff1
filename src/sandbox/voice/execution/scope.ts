// Which verbs a document may hold: not all can be carried out wherever documents are run.
import type { VoiceVerb } from '../../twiml/voice/verbs.js';
import { alertOf } from './alert.js';
import type { CallExecution } from './execution.js';

/**
 * Where a document is run: in a call; for whoever was dialled, before they are connected; for whoever was taken out of
 * a queue; while somebody waits in one.
 */
export type Scope = 'call' | 'whisper' | 'dequeued' | 'waiting';

const ALLOWED: Readonly<Record<Exclude<Scope, 'call'>, readonly VoiceVerb['name'][]>> = {
  whisper: ['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup'],
  dequeued: ['Say', 'Play', 'Pause', 'Redirect'],
  waiting: ['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup', 'Leave'],
};

/**
 * Whether a verb may be carried out; one that may not is left out, with an alert. See the attributes `url` of
 * https://www.twilio.com/docs/voice/twiml/number and https://www.twilio.com/docs/voice/twiml/queue, and `waitUrl` of
 * https://www.twilio.com/docs/voice/twiml/enqueue.
 */
export function isAllowed(run: CallExecution, { name }: VoiceVerb): boolean {
  if (run.scope === 'call' || ALLOWED[run.scope].includes(name)) return true;
  if (run.scope === 'whisper' && name === 'Dial') {
    alertOf(run, run.url, 13201, 'Dial: Cannot Dial out from a Dial Call Segment');
  } else {
    alertOf(run, run.url, 12200, `Schema validation: <${name}> cannot stand in this document`, 'warning');
  }
  return false;
}
