// The answers of a relay, in the forms of Firefox Relay's endpoints.
import type { IncomingMessage } from 'node:http';
import { readBody, UnreadableBody } from '../http/body.js';

/** An answer. */
export interface RelayResponse {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** In which form an endpoint says that something is wrong. */
export type ErrorFormat = 'xml' | 'json';

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** TwiML that tells Twilio to do nothing. @param status 200, or 201 when something comes of it */
export function formatEmptyTwiml(status: 200 | 201): RelayResponse {
  return formatXml(status, '<Response/>');
}

/** TwiML that connects a caller with the owner, whose phone shows the caller. */
export function formatDial(caller: string, realNumber: string): RelayResponse {
  const number = `<Number>${escapeXml(realNumber)}</Number>`;
  return formatXml(201, `<Response><Dial callerId="${escapeXml(caller)}">${number}</Dial></Response>`);
}

/** TwiML that says something to a caller and hangs up. */
export function formatSay(words: string): RelayResponse {
  return formatXml(200, `<Response><Say>${escapeXml(words)}</Say></Response>`);
}

/** An answer without a body. */
export function formatEmptyBody(): RelayResponse {
  return { status: 200, type: 'application/json', body: '' };
}

/** A JSON document. */
export function formatJson(status: number, value: object): RelayResponse {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** A refusal. @param code Firefox Relay's word for what is wrong */
export function formatRelayError(
  form: ErrorFormat,
  status: number,
  message: string,
  code = 'invalid',
): RelayResponse {
  if (form === 'json') return formatJson(status, [message]);
  const parts = `<status_code>${status}</status_code><code>${code}</code><title>${escapeXml(message)}</title>`;
  return formatXml(status, `<Error>${parts}</Error>`);
}

function formatXml(status: number, xml: string): RelayResponse {
  return { status, type: 'text/xml; charset=utf-8', body: `${XML_DECLARATION}${xml}\n` };
}

/** A text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** Bytes: many times what the longest webhook has. */
const MAX_BODY_BYTES = 256 * 1024;

/** A request that is not let in. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  /** @param message why, as a sentence that gives nothing away */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The whole body.
 *
 * @throws HttpError 413 or 400.
 */
export async function readRequestBody(incoming: IncomingMessage): Promise<string> {
  try {
    return await readBody(incoming, MAX_BODY_BYTES);
  } catch (error) {
    if (!(error instanceof UnreadableBody)) throw error;
    throw error.tooLong
      ? new HttpError(413, 'The body is too long.')
      : new HttpError(400, 'The body breaks off.');
  }
}
