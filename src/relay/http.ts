// HTTP requests and responses of a relay, in the formats of Firefox Relay's endpoints.
import type { IncomingMessage } from 'node:http';
import { readBody, UnreadableBody } from '../http/body.js';

/** A response; those to webhooks are stored, without headers, to answer repeated webhooks. */
export interface RelayResponse {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an endpoint formats errors: TwiML endpoints in XML, the others as Django REST framework does. */
export type ErrorFormat = 'xml' | 'json';

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Formats TwiML without a verb. @param status 201 if the text is forwarded, otherwise 200 */
export function formatEmptyTwiml(status: 200 | 201): RelayResponse {
  return formatXml(status, '<Response/>');
}

/** Formats TwiML that connects the caller with the owner's phone, which shows the caller's number. */
export function formatDial(caller: string, realNumber: string): RelayResponse {
  const number = `<Number>${escapeXml(realNumber)}</Number>`;
  return formatXml(201, `<Response><Dial callerId="${escapeXml(caller)}">${number}</Dial></Response>`);
}

/** Formats TwiML that says a sentence to the caller and hangs up. */
export function formatSay(sentence: string): RelayResponse {
  return formatXml(200, `<Response><Say>${escapeXml(sentence)}</Say></Response>`);
}

/** Formats a 200 without a body. */
export function formatEmptyBody(): RelayResponse {
  return { status: 200, type: 'application/json', body: '' };
}

/** Formats a JSON response. */
export function formatJson(status: number, value: object): RelayResponse {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** Formats an error of a webhook endpoint. @param code Firefox Relay's error code */
export function formatRelayError(
  format: ErrorFormat,
  status: number,
  message: string,
  code = 'invalid',
): RelayResponse {
  if (format === 'json') return formatJson(status, [message]);
  const parts = `<status_code>${status}</status_code><code>${code}</code><title>${escapeXml(message)}</title>`;
  return formatXml(status, `<Error>${parts}</Error>`);
}

/** Formats a time as ISO 8601. @param milliseconds since 1970 */
export function formatTimestamp(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

function formatXml(status: number, xml: string): RelayResponse {
  return { status, type: 'text/xml; charset=utf-8', body: `${XML_DECLARATION}${xml}\n` };
}

/** Escapes a text for XML. */
export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** A request that is refused with a status of 4xx or 503. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  /** @param message the reason, sent to the client */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Many times the size of the longest webhook. */
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Reads the whole body of a request.
 *
 * @throws HttpError 413 if it is too long, 400 if the connection ends early.
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
