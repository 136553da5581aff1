// Asks an app for a document of TwiML in a call, and warns of what is not right with it.
import { readTwiml, readVoiceAnswer } from '../../twiml/answer.js';
import { readVoiceScript, type VoiceScript } from '../../twiml/voice/script.js';
import { WebhookFailure } from '../../webhooks/failure.js';
import type { Parameter } from '../../webhooks/signature.js';
import type { Destination } from '../../webhooks/webhook.js';
import { alertOf } from './alert.js';
import { askApp } from './call-webhooks.js';
import type { ExecutionContext } from './execution.js';
import { formatCallParameters } from './webhook-parameters.js';

/** Where a document is to be had: at a URL, or right here. */
export interface DocumentSource extends Destination {
  /** Asked instead when the URL fails. */
  readonly fallback?: Destination | undefined;
  /** Besides those of every request in a call. */
  readonly parameters?: readonly Parameter[];
  /** The document itself, that came with the request that placed or redirected the call; then there is no URL. */
  readonly twiml?: string;
}

/** A document that was had. */
export interface Document {
  readonly script: VoiceScript;
  /** Undefined when it came without one. */
  readonly url: string | undefined;
  readonly method: string;
  readonly fallback: Destination | undefined;
}

/** Asks for a document. Undefined when there is none to be had, of which an alert tells. */
export async function fetchDocument(
  journey: ExecutionContext,
  source: DocumentSource,
): Promise<Document | undefined> {
  const document = source.twiml === undefined ? await ask(journey, source) : readGiven(journey, source.twiml);
  for (const { code, message } of document?.script.warnings ?? []) {
    alertOf(journey, document?.url, code, message, 'warning');
  }
  return document;
}

async function ask(journey: ExecutionContext, source: DocumentSource): Promise<Document | undefined> {
  const { url, method, fallback, parameters: own = [] } = source;
  const parameters = [...formatCallParameters(journey.world, journey.leg.call()), ...own];
  const sent = await askApp(journey, { purpose: 'call', url, method, fallback, parameters }, readVoiceAnswer);
  return sent.outcome && { script: sent.outcome, url: sent.url, method, fallback };
}

function readGiven(journey: ExecutionContext, twiml: string): Document | undefined {
  try {
    const script = readVoiceScript(readTwiml(twiml), undefined);
    return { script, url: undefined, method: 'POST', fallback: undefined };
  } catch (error) {
    if (!(error instanceof WebhookFailure)) throw error;
    alertOf(journey, undefined, error.code, error.message);
    return undefined;
  }
}
