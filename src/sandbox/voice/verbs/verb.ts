// Carries out one verb of TwiML in a call.
import type { VoiceVerb } from '../../twiml/voice/verbs.js';
import type { CallExecution, NextStep } from '../execution/execution.js';
import { dial } from './dial.js';
import { enqueue } from './enqueue.js';
import { gather } from './gather.js';
import { prompt } from './prompt.js';
import { record } from './record.js';

/**
 * Carries out a verb; see https://www.twilio.com/docs/voice/twiml.
 *
 * @param isFirst whether nothing came before it in its document
 * @throws the run's signal's reason
 */
export async function runVerb(run: CallExecution, verb: VoiceVerb, isFirst: boolean): Promise<NextStep> {
  const { leg } = run;
  switch (verb.name) {
    case 'Say':
    case 'Play':
      leg.answer();
      return prompt(run, verb);
    case 'Pause':
      // As the first thing in a call it is how long to let it ring.
      if (!isFirst) leg.answer();
      return prompt(run, verb);
    case 'Gather':
      leg.answer();
      return gather(run, verb);
    case 'Record':
      leg.answer();
      return record(run, verb);
    case 'Dial':
      return dial(run, verb);
    case 'Enqueue':
      leg.answer();
      return enqueue(run, verb);
    case 'Redirect':
      return { url: verb.url, method: verb.method, fallback: run.fallback };
    case 'Reject':
      if (leg.call().direction === 'inbound') leg.hangUp(verb.reason === 'busy' ? 'busy' : 'no-answer');
      return 'hang up';
    case 'Hangup':
      leg.answer();
      return 'hang up';
    case 'Leave':
      return 'leave';
  }
}
