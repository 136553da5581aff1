// Reads the answer to an inbound text: TwiML, or words to send back.
import type { WebhookAnswer } from '../webhooks/exchange.js';
import { WebhookFailure } from '../webhooks/failure.js';
import { type MessageVerb, readScript, type Script } from './script.js';
import { parseXml, type XmlElement, XmlProblem } from './xml.js';

const XML_TYPES = ['text/xml', 'application/xml', 'text/html'];

/**
 * Reads the answer to an inbound text. See https://www.twilio.com/docs/messaging/twiml.
 *
 * @param base the URL it came from, which the URLs in it are relative to
 * @throws WebhookFailure 11750, 12100, 12101, 12102 or 12300 when it cannot be carried out at all.
 */
export function readMessagingAnswer(answer: WebhookAnswer, base: string): Script {
  if (answer.cut) throw new WebhookFailure(11750, 'TwiML body too large');
  const type = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (answer.body.trim() === '') return emptyScript(answer.status);
  if (type === 'text/plain') return { verbs: [reply(answer.body)], warnings: [] };
  if (XML_TYPES.includes(type)) return readScript(readRoot(answer.body), base);
  throw new WebhookFailure(12300, `Invalid Content-Type: ${type === '' ? 'there is none' : type}`);
}

/** 204 says that there is nothing; any other status with nothing behind it is worth a word. */
function emptyScript(status: number): Script {
  return { verbs: [], warnings: status === 204 ? [] : [{ code: 11770, message: 'Empty response body' }] };
}

function readRoot(body: string): XmlElement {
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
