// Runs TwiML on a leg of a call, document after document, until the call ends or is sent elsewhere.
import type { Parameter } from '../../webhooks/signature.js';
import type { World } from '../../world.js';
import type { Leg } from '../legs/leg.js';
import { runVerb } from '../verbs/verb.js';
import { type Document, type DocumentSource, fetchDocument } from './document.js';
import { createDocumentThrottle } from './pace.js';
import { isAllowed, type Scope } from './scope.js';
import { STEP_MS, wait } from './wait.js';

/** What a verb leads to: another document, the end of the call, out of the queue; or on to the next verb. */
export type NextStep = DocumentSource | 'hang up' | 'leave' | undefined;

/** A document being run. */
export interface CallExecution {
  readonly world: World;
  readonly leg: Leg;
  readonly scope: Scope;
  /** Where the document came from; undefined when it came with the request that placed the call. */
  readonly url: string | undefined;
  readonly method: string;
  /** Asked for instead of a document that fails. */
  readonly fallback: DocumentSource['fallback'];
  /** Aborts when the call is over, or sent elsewhere. */
  readonly signal: AbortSignal;
}

/** The documents of a call, one leading on to the other. */
export type ExecutionContext = Pick<CallExecution, 'world' | 'leg' | 'scope' | 'signal'>;

/**
 * Runs a document, and all that it leads on to.
 *
 * @returns how it came to its end: `undefined` when there was nothing more to do
 * @throws the signal's reason
 */
export async function executeCall(
  journey: ExecutionContext,
  first: DocumentSource,
): Promise<Extract<NextStep, string | undefined>> {
  const pace = createDocumentThrottle(journey.world.clock);
  let step: NextStep = first;
  while (step !== undefined && typeof step !== 'string') {
    pace.begin();
    const document: Document | undefined = await fetchDocument(journey, step);
    journey.signal.throwIfAborted();
    if (!document) return sayGoodbye(journey);
    const { url, method, fallback } = document;
    step = await runVerbs({ ...journey, url, method, fallback }, document);
    await pace.rest(journey.signal);
  }
  return step;
}

async function runVerbs(run: CallExecution, { script }: Document): Promise<NextStep> {
  const { leg, url = null } = run;
  const tell = (verb: string) => leg.emit({ kind: 'twiml.run', sid: leg.sid, url, verb });
  if (script.verbs.length === 0) {
    // Nobody has rejected the call: it is taken, and over.
    leg.answer();
    tell('Response');
  }
  for (const [index, verb] of script.verbs.entries()) {
    run.signal.throwIfAborted();
    if (!isAllowed(run, verb)) continue;
    tell(verb.name);
    const step = await runVerb(run, verb, index === 0);
    run.signal.throwIfAborted();
    if (step !== undefined) return step;
  }
  return undefined;
}

/** What a caller hears when an app has failed. */
async function sayGoodbye({ leg, signal, world }: ExecutionContext): Promise<'hang up'> {
  leg.answer();
  leg.play({ kind: 'say', content: 'We are sorry, an application error has occurred. Goodbye.' });
  await wait(world.clock, STEP_MS, signal);
  return 'hang up';
}

/** The step to a verb's action; without one of its own, that is the document it stands in, if `isOwn` says so. */
export function stepToAction(
  { url, method, fallback }: CallExecution,
  verb: { readonly action: string | undefined; readonly method: string },
  parameters: readonly Parameter[],
  isOwn: 'or this document' | 'or on' = 'or on',
): NextStep {
  if (verb.action !== undefined) return { url: verb.action, method: verb.method, fallback, parameters };
  if (isOwn === 'or on' || url === undefined) return undefined;
  return { url, method, fallback, parameters };
}
