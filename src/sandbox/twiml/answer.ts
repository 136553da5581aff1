// Reads the answers of apps to webhooks about texts and calls: TwiML, plain text, or audio.

import type { CharsetText } from '../../http/charset.js';
import type { TextPosition } from '../platform/sandbox-alert.js';
import { WebhookFailure } from '../webhooks/failure.js';
import type { WebhookAnswer } from '../webhooks/http-request.js';
import type { Warning } from './element.js';
import { type MessageVerb, type MessagingScript, readMessagingScript } from './messaging/script.js';
import { readVoiceScript, type VoiceScript } from './voice/script.js';
import { parseXml, type XmlElement, XmlProblem } from './xml.js';

const XML_TYPES = ['text/xml', 'application/xml', 'text/html'];

/**
 * Reads the answer to an inbound text: TwiML, or plain text to reply with. See
 * https://www.twilio.com/docs/messaging/twiml.
 *
 * @param base the URL of the answer, for relative URLs
 * @throws WebhookFailure 11750, 12100, 12101, 12102 or 12300 if the answer cannot be used.
 */
export function readMessagingAnswer(answer: WebhookAnswer, base: string): MessagingScript {
  const type = verifyReadable(answer);
  if (answer.body.trim() === '') return emptyScript(answer.status);
  if (type === 'text/plain') return { verbs: [reply(answer.body)], warnings: [], lacks: [] };
  if (XML_TYPES.includes(type)) return readMessagingScript(readTwiml(answer), base);
  throw wrongType(type);
}

/**
 * Reads the answer to a webhook that asks for TwiML in a call: TwiML, also as plain text; other plain text to say; or audio
 * to play. See
 * https://www.twilio.com/docs/voice/twiml.
 *
 * @param base the URL of the answer, for relative URLs
 * @throws WebhookFailure 11750, 12100, 12101, 12102 or 12300 if the answer cannot be used.
 */
export function readVoiceAnswer(answer: WebhookAnswer, base: string): VoiceScript {
  const type = contentTypeOf(answer);
  if (type.startsWith('audio/')) {
    return { verbs: [{ name: 'Play', url: base, digits: '', loop: 1 }], warnings: [], lacks: [] };
  }
  verifyReadable(answer);
  if (answer.body.trim() === '') return emptyScript(answer.status);
  const root = type === 'text/plain' ? findTwiml(answer) : undefined;
  if (XML_TYPES.includes(type) || root) return readVoiceScript(root ?? readTwiml(answer), base);
  if (type !== 'text/plain') throw wrongType(type);
  return { verbs: [{ name: 'Say', text: answer.body.trim(), loop: 1 }], warnings: [], lacks: [] };
}

/** Returns the `<Response>` of an answer; undefined if the answer is not TwiML. */
function findTwiml(answer: WebhookAnswer): XmlElement | undefined {
  try {
    return readTwiml(answer);
  } catch (error) {
    if (error instanceof WebhookFailure) return undefined;
    throw error;
  }
}

function contentTypeOf({ headers }: WebhookAnswer): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Returns the content type. @throws WebhookFailure 11750 for an answer that is too large. */
function verifyReadable(answer: WebhookAnswer): string {
  if (answer.isCut) throw new WebhookFailure(11750, 'TwiML body too large');
  return contentTypeOf(answer);
}

function wrongType(type: string): WebhookFailure {
  return new WebhookFailure(12300, `Invalid Content-Type: ${type === '' ? 'none' : type}`);
}

/** An empty answer is a warning, unless its status 204 says that it is empty. */
function emptyScript(status: number): { verbs: []; warnings: readonly Warning[]; lacks: [] } {
  const empty = { code: 11770, message: 'Empty response body', position: undefined };
  const warnings = status === 204 ? [] : [empty];
  return { verbs: [], warnings, lacks: [] };
}

/** The values of the attribute `version` of `<Response>`. */
const VERSIONS = [undefined, '2008-08-01', '2010-04-01'];

/**
 * Parses a TwiML document and returns its `<Response>`.
 *
 * @throws WebhookFailure 12100, 12101 or 12102 if it has none.
 */
export function readTwiml({ body, charsetFault }: CharsetText): XmlElement {
  if (charsetFault !== undefined) throw new WebhookFailure(12100, `Document parse failure: ${charsetFault}`);
  try {
    const root = parseXml(body);
    const version = root.attributes.get('version');
    if (root.name !== 'Response') {
      const message = `The root element must be <Response>, not <${root.name}>`;
      throw new WebhookFailure(12102, message, { position: root.position });
    }
    if (VERSIONS.includes(version)) return root;
    throw invalidVersion(`<Response> has version ${version}`, root.position);
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error;
    const { message, position, kind } = error;
    if (kind === 'version') throw invalidVersion(message, position);
    const where = `line ${position.line}, column ${position.column}`;
    throw new WebhookFailure(12100, `Document parse failure: ${where}: ${message}`, { position });
  }
}

function invalidVersion(reason: string, position: TextPosition): WebhookFailure {
  return new WebhookFailure(12101, `Invalid Twilio Markup XML version: ${reason}`, { position });
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
