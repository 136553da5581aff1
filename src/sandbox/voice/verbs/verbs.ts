// The verbs of TwiML in a call. A new verb is a file of this folder, or a few lines here, and one line in the table.
import type { VoiceVerb } from '../../twiml/voice/script.js';
import type { CallExecution, NextStep } from '../execution/execution.js';
import { type DialDeps, runDial } from './dial/dial.js';
import { type EnqueueDeps, runEnqueue } from './enqueue.js';
import { type GatherDeps, runGather } from './gather.js';
import { type PromptDeps, runPause, runPlay, runSay } from './prompts.js';
import { type RecordDeps, runRecord } from './record.js';
import { runSms, type SmsDeps } from './sms.js';

/** What the verbs need, all together. */
export type VerbDeps = DialDeps & EnqueueDeps & GatherDeps & PromptDeps & RecordDeps & SmsDeps;

type VerbNamed<Name> = Extract<VoiceVerb, { readonly name: Name }>;

type VerbRunners = {
  readonly [Name in VoiceVerb['name']]: (
    execution: CallExecution,
    verb: VerbNamed<Name>,
    deps: VerbDeps,
  ) => NextStep | Promise<NextStep>;
};

const RUNNERS: VerbRunners = {
  Dial: runDial,
  Enqueue: runEnqueue,
  Gather: runGather,
  Hangup: runHangup,
  Leave: () => 'leave',
  Pause: runPause,
  Play: runPlay,
  Record: runRecord,
  Redirect: (execution, { url, method }) => ({ url, method, fallback: execution.fallback }),
  Reject: runReject,
  Say: runSay,
  Sms: runSms,
};

/**
 * Runs one verb. See https://www.twilio.com/docs/voice/twiml.
 *
 * @throws the execution signal's reason.
 */
export async function runVerb<Name extends VoiceVerb['name']>(
  execution: CallExecution,
  verb: VerbNamed<Name> & { readonly name: Name },
  deps: VerbDeps,
): Promise<NextStep> {
  return RUNNERS[verb.name](execution, verb, deps);
}

/** See https://www.twilio.com/docs/voice/twiml/hangup. */
function runHangup({ leg }: CallExecution): NextStep {
  leg.answer();
  return 'hang up';
}

/** See https://www.twilio.com/docs/voice/twiml/reject. */
function runReject({ leg }: CallExecution, { reason }: VerbNamed<'Reject'>): NextStep {
  if (leg.call().direction === 'inbound') leg.hangUp(reason === 'busy' ? 'busy' : 'no-answer');
  return 'hang up';
}
