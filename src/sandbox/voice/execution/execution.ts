// The execution of a TwiML document in a call, as verbs see it, and the documents that they lead to.
import { readTwiml, readVoiceAnswer } from '../../twiml/answer.js';
import { readVoiceScript, type VoiceScript } from '../../twiml/voice/script.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { Destination } from '../../webhooks/webhook.js';
import type { Leg } from '../legs/leg.js';

/** What documents run on: a leg, for a purpose, until a signal. */
export interface ExecutionContext {
  readonly leg: Leg;
  readonly scope: ExecutionScope;
  /** Aborts when the call has ended or was redirected. */
  readonly signal: AbortSignal;
}

/**
 * What the documents are for, which decides the verbs they may hold: a call; a whisper to the party that `<Dial>` called;
 * a message to the caller that `<Dial>` took out of a queue; or the wait in a queue.
 */
export type ExecutionScope = 'call' | 'whisper' | 'dequeued' | 'waiting';

/** One document in execution. */
export interface CallExecution extends ExecutionContext {
  /** The URL of the document. Undefined for one that came with the request that placed or redirected the call. */
  readonly url: string | undefined;
  readonly method: string;
  /** Requested instead if a document that this one leads to fails. */
  readonly fallback: Destination | undefined;
  /** True while the first verb of the document runs. */
  readonly isFirstVerb: boolean;
  /** Runs other documents, for verbs that need them. */
  readonly runDocuments: RunDocuments;
}

/**
 * Runs a document and those it leads to.
 *
 * @returns how the last one ended: undefined after its last verb
 * @throws the signal's reason.
 */
export type RunDocuments = (context: ExecutionContext, first: DocumentSource) => Promise<ExecutionEnd>;

/** What comes after a verb: another document, the end of the call, or leaving the queue; undefined: the next verb. */
export type NextStep = DocumentSource | 'hang up' | 'leave' | undefined;

/** How the last document of an execution ended. */
export type ExecutionEnd = Extract<NextStep, string | undefined>;

/** Where to get a document. */
export interface DocumentSource extends Destination {
  /** Requested instead if the URL fails. */
  readonly fallback?: Destination | undefined;
  /** Parameters besides those of every webhook about a call. */
  readonly parameters?: readonly Parameter[];
  /** The document itself, which came with a REST request. Then the URL is not used. */
  readonly twiml?: string;
}

/** A document that was read. */
export interface TwimlDocument {
  readonly script: VoiceScript;
  /** Undefined when the document came with a REST request. */
  readonly url: string | undefined;
  readonly method: string;
  readonly fallback: Destination | undefined;
}

/**
 * Gets a document and reads it; each warning about it becomes an alert, and what the sandbox lacks for it an event.
 *
 * @returns undefined if the document cannot be fetched or read; an alert says why.
 */
export async function fetchDocument(leg: Leg, source: DocumentSource): Promise<TwimlDocument | undefined> {
  const document =
    source.twiml === undefined ? await askForDocument(leg, source) : readGiven(leg, source.twiml);
  for (const { code, message, position } of document?.script.warnings ?? []) {
    leg.alert(code, message, { url: document?.url, logLevel: 'warning', position });
  }
  for (const lacking of document?.script.lacks ?? []) leg.emit({ kind: 'unsupported', ...lacking });
  return document;
}

async function askForDocument(leg: Leg, source: DocumentSource): Promise<TwimlDocument | undefined> {
  const { url, method, fallback, parameters: ownParameters = [] } = source;
  const parameters = [...leg.formatParameters(), ...ownParameters];
  const result = await leg.askApp({ purpose: 'call', url, method, fallback, parameters }, readVoiceAnswer);
  return result.outcome && { script: result.outcome, url: result.url, method, fallback };
}

function readGiven(leg: Leg, twiml: string): TwimlDocument | undefined {
  try {
    const script = readVoiceScript(readTwiml({ body: twiml }), undefined);
    return { script, url: undefined, method: 'POST', fallback: undefined };
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    leg.alert(error.code, error.message, { position: error.position });
    return undefined;
  }
}

/**
 * Returns the step to a verb's action. Without an action the step is the next verb or, with `orThisDocument`, the
 * verb's own document again.
 */
export function stepToAction(
  { url, method, fallback }: CallExecution,
  verb: { readonly action: string | undefined; readonly method: string },
  parameters: readonly Parameter[],
  { orThisDocument = false } = {},
): NextStep {
  if (verb.action !== undefined) return { url: verb.action, method: verb.method, fallback, parameters };
  if (!orThisDocument || url === undefined) return undefined;
  return { url, method, fallback, parameters };
}

/** Requests an action URL after the call has ended. The answer is read for alerts; its verbs are not run. */
export async function requestPostHangupAction(leg: Leg, step: NextStep): Promise<void> {
  if (step !== undefined && typeof step !== 'string') await fetchDocument(leg, step);
}
