// Runs TwiML in a call, document after document, until the call ends or is redirected.
import type { Clock } from '../../platform/clock.js';
import { STEP_MS, wait } from '../../platform/timers.js';
import type { VoiceVerb } from '../../twiml/voice/script.js';
import { runVerb, type VerbDeps } from '../verbs/verbs.js';
import {
  type CallExecution,
  type DocumentSource,
  type ExecutionContext,
  type ExecutionEnd,
  type ExecutionScope,
  fetchDocument,
  type NextStep,
  type RunDocuments,
  type TwimlDocument,
} from './execution.js';

/** Creates the function that runs documents. */
export function createDocumentRunner(deps: VerbDeps): RunDocuments {
  async function runDocuments(context: ExecutionContext, first: DocumentSource): Promise<ExecutionEnd> {
    const throttle = createThrottle(deps.clock);
    let step: NextStep = first;
    while (step !== undefined && typeof step !== 'string') {
      throttle.begin();
      const document: TwimlDocument | undefined = await fetchDocument(context.leg, step);
      context.signal.throwIfAborted();
      if (!document) return playErrorMessage(context);
      step = await runDocument(context, document);
      await throttle.pause(context.signal);
    }
    return step;
  }

  async function runDocument(context: ExecutionContext, document: TwimlDocument): Promise<NextStep> {
    const { leg, signal } = context;
    const { script, url, method, fallback } = document;
    const report = (verb: string) => leg.emit({ kind: 'twiml.run', sid: leg.sid, url: url ?? null, verb });
    if (script.verbs.length === 0) {
      // An empty document does not reject the call: the call is answered, and ends.
      leg.answer();
      report('Response');
    }
    for (const [index, verb] of script.verbs.entries()) {
      signal.throwIfAborted();
      const execution = { ...context, url, method, fallback, isFirstVerb: index === 0, runDocuments };
      if (!isAllowed(execution, verb)) continue;
      report(verb.name);
      const step = await runVerb(execution, verb, deps);
      signal.throwIfAborted();
      if (step !== undefined) return step;
    }
    return undefined;
  }

  /** Plays what a caller hears at Twilio when an app has failed. */
  async function playErrorMessage({ leg, signal }: ExecutionContext): Promise<'hang up'> {
    leg.answer();
    leg.play({ kind: 'say', content: 'We are sorry, an application error has occurred. Goodbye.' });
    await wait(deps.clock, STEP_MS, signal);
    return 'hang up';
  }

  return runDocuments;
}

/** A document that takes less than QUICK_MS is quick; after MAX_QUICK of them in a row, the next ones are delayed. */
const [QUICK_MS, MAX_QUICK] = [100, 20];

/** Slows down an endless loop of documents that take no time. */
function createThrottle(clock: Clock) {
  let startedAt = 0;
  let quickInARow = 0;
  return {
    /** Starts the time of a document. */
    begin: () => {
      startedAt = clock.now();
    },
    /** Waits before the next document. @throws the signal's reason. */
    pause: (signal: AbortSignal): Promise<void> => {
      quickInARow = clock.now() - startedAt < QUICK_MS ? quickInARow + 1 : 0;
      return wait(clock, STEP_MS * Math.max(1, quickInARow - MAX_QUICK), signal);
    },
  };
}

const ALLOWED_VERBS: Readonly<Record<Exclude<ExecutionScope, 'call'>, readonly VoiceVerb['name'][]>> = {
  whisper: ['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup'],
  dequeued: ['Say', 'Play', 'Pause', 'Redirect'],
  waiting: ['Say', 'Play', 'Pause', 'Gather', 'Redirect', 'Hangup', 'Leave'],
};

/**
 * Returns true if the document may hold the verb; otherwise adds an alert. See the attributes `url` of
 * https://www.twilio.com/docs/voice/twiml/number and https://www.twilio.com/docs/voice/twiml/queue, and `waitUrl` of
 * https://www.twilio.com/docs/voice/twiml/enqueue.
 */
function isAllowed({ scope, leg, url }: CallExecution, { name }: VoiceVerb): boolean {
  if (scope === 'call' || ALLOWED_VERBS[scope].includes(name)) return true;
  if (scope === 'whisper' && name === 'Dial') {
    leg.alert(13201, 'Dial: Cannot Dial out from a Dial Call Segment', { url });
  } else {
    const message = `Schema validation: <${name}> is not allowed in this document`;
    leg.alert(12200, message, { url, logLevel: 'warning' });
  }
  return false;
}
