// Reads what apps answer: to a text TwiML or words to send back, to a call TwiML, words to say, or a sound to play.

import { WebhookFailure } from '../webhooks/failure.js';
import type { WebhookAnswer } from '../webhooks/http-request.js';
import type { Warning } from './element.js';
import { type MessageVerb, type MessagingScript, readMessagingScript } from './messaging/script.js';
import { readVoiceScript, type VoiceScript } from './voice/script.js';
import { parseXml, type XmlElement, XmlProblem } from './xml.js';

const XML_TYPES = ['text/xml', 'application/xml', 'text/html'];

/**
 * Reads the answer to an inbound text. See https://www.twilio.com/docs/messaging/twiml.
 *
 * @param base the URL it came from, which the URLs in it are relative to
 * @throws WebhookFailure 11750, 12100, 12101, 12102 or 12300 when it cannot be carried out at all.
 */
export function readMessagingAnswer(answer: WebhookAnswer, base: string): MessagingScript {
  const type = verifyReadable(answer);
  if (answer.body.trim() === '') return emptyScript(answer.status);
  if (type === 'text/plain') return { verbs: [reply(answer.body)], warnings: [] };
  if (XML_TYPES.includes(type)) return readMessagingScript(readTwiml(answer.body), base);
  throw wrongType(type);
}

/**
 * Reads the answer to a call, or to a question that its TwiML asked. See https://www.twilio.com/docs/voice/twiml.
 *
 * @throws WebhookFailure as {@link readMessagingAnswer}.
 */
export function readVoiceAnswer(answer: WebhookAnswer, base: string): VoiceScript {
  const type = contentTypeOf(answer);
  if (type.startsWith('audio/')) {
    return { verbs: [{ name: 'Play', url: base, digits: '', loop: 1 }], warnings: [] };
  }
  verifyReadable(answer);
  if (answer.body.trim() === '') return emptyScript(answer.status);
  if (type === 'text/plain') {
    return { verbs: [{ name: 'Say', text: answer.body.trim(), loop: 1 }], warnings: [] };
  }
  if (XML_TYPES.includes(type)) return readVoiceScript(readTwiml(answer.body), base);
  throw wrongType(type);
}

function contentTypeOf({ headers }: WebhookAnswer): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** @returns the content type */
function verifyReadable(answer: WebhookAnswer): string {
  if (answer.isCut) throw new WebhookFailure(11750, 'TwiML body too large');
  return contentTypeOf(answer);
}

function wrongType(type: string): WebhookFailure {
  return new WebhookFailure(12300, `Invalid Content-Type: ${type === '' ? 'there is none' : type}`);
}

/** 204 says that there is nothing; any other status with nothing behind it is worth a word. */
function emptyScript(status: number): { verbs: []; warnings: readonly Warning[] } {
  return { verbs: [], warnings: status === 204 ? [] : [{ code: 11770, message: 'Empty response body' }] };
}

/**
 * The `<Response>` of a document.
 *
 * @throws WebhookFailure 12100, 12101 or 12102 when there is none.
 */
export function readTwiml(body: string): XmlElement {
  try {
    const root = parseXml(body);
    if (root.name === 'Response') return root;
    throw new WebhookFailure(12102, `The root element must be <Response>, and is <${root.name}>`);
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error;
    if (error.where === 'declaration') throw new WebhookFailure(12101, `Invalid XML declaration`);
    throw new WebhookFailure(12100, `Document parse failure: ${error.message}`);
  }
}

function reply(body: string): MessageVerb {
  return {
    name: 'Message',
    // SQLite would end the text at a NUL.
    body: body.replaceAll('\0', '').trim(),
    mediaUrls: [],
    to: undefined,
    from: undefined,
    statusCallback: undefined,
    action: undefined,
    method: 'POST',
  };
}
