// Builds the answers of the REST API, with Twilio's headers, and sends them.
import type { ServerResponse } from 'node:http';
import type { RequestProblem } from '../platform/events/event.js';
import type { Unsupported } from '../platform/events/unsupported.js';
import { createHex32 } from '../platform/formats.js';
import { API_2010, hostOf } from './paths.js';
import { formatErrorBody, type TwilioProblem } from './problem.js';
import { formatProblemXml } from './xml.js';

/** The answer to a request. */
export interface RestAnswer {
  readonly status: number;
  /** Names and values in turn: the form that node:http writes fastest. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | null;
  /** Why the request is refused; undefined if it is not. */
  readonly problem?: RequestProblem;
  /** What the sandbox lacks for the request; undefined if nothing. */
  readonly unsupported?: Unsupported | undefined;
}

/** Creates an answer with a JSON body. @param path the request's, without query */
export function answer(path: string, status: number, body: unknown): RestAnswer {
  return respond(path, status, 'application/json', JSON.stringify(body));
}

/** Creates an answer with a body in another format. @param type its content type */
export function answerText(path: string, status: number, type: string, body: string): RestAnswer {
  return respond(path, status, type, body);
}

/** Creates the empty 204 that answers a DELETE. */
export function answerDeleted(path: string): RestAnswer {
  return respond(path, 204, 'application/json', null);
}

/**
 * Creates an answer whose body is a file. Anybody may have made the file, so a browser that opens it must not run scripts
 * of it, load what it names, or take it for another type.
 *
 * @param type its content type
 */
export function answerFile(path: string, type: string, bytes: Buffer<ArrayBuffer>): RestAnswer {
  return respond(path, 200, type, bytes, FILE_HEADERS);
}

/** Creates a redirect to a file, as Twilio answers requests for the media of a message. */
export function answerRedirect(path: string, location: string): RestAnswer {
  return respond(path, 302, 'application/octet-stream', null, { Location: location });
}

/** Browsers show images, audio and video with inline styles of their own. */
const FILE_HEADERS = {
  'Content-Security-Policy':
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
  'X-Content-Type-Options': 'nosniff',
};

/** Creates the answer to a refused request: XML for paths of the 2010 API without `.json`, else JSON. */
export function answerProblem(
  path: string,
  problem: TwilioProblem,
  headers?: Record<string, string>,
): RestAnswer {
  const xml = path.startsWith(API_2010) && !path.endsWith('.json');
  const body = xml ? formatProblemXml(problem) : JSON.stringify(formatErrorBody(problem));
  const { status, code, message, unsupported } = problem;
  const more = unsupported ? { ...headers, ...unsupportedHeaders(unsupported) } : headers;
  const answer = respond(path, status, xml ? 'application/xml' : 'application/json', body, more);
  return { ...answer, problem: { code, message }, unsupported };
}

/** The header that says what the sandbox lacks. Twilio never sends it. */
const UNSUPPORTED_HEADER = 'relay-phone-unsupported';

function unsupportedHeaders(unsupported: Unsupported): Record<string, string> {
  const { host } = unsupported;
  return {
    [UNSUPPORTED_HEADER]: formatName(unsupported),
    ...(host !== null && !host.includes(' ') && { 'X-API-Domain': host }),
  };
}

/** A header has ASCII only. */
function formatName({ name }: Unsupported): string {
  return name.replaceAll('…', '');
}

/** Adds the header that says what the parameters of the request ask for and the sandbox lacks. */
export function nameMissingParameters(answered: RestAnswer, lacks: readonly Unsupported[]): RestAnswer {
  const all = answered.unsupported ? [answered.unsupported, ...lacks] : lacks;
  const names = { [UNSUPPORTED_HEADER]: all.map(formatName).join(', ') };
  return { ...answered, headers: replaceHeaders(answered.headers, names) };
}

/** Sends an answer. */
export function sendAnswer(outgoing: ServerResponse, { status, headers, body }: RestAnswer): void {
  outgoing.writeHead(status, headers as string[]);
  outgoing.end(body);
}

const TWILIO_HEADERS: readonly string[] = Object.entries({
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Headers':
    'Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since',
  'Access-Control-Allow-Methods': 'GET, POST, DELETE, OPTIONS',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag',
  'Strict-Transport-Security': 'max-age=31536000',
  'Twilio-Concurrent-Requests': '1',
  'Twilio-Request-Duration': '0.001',
  'X-Home-Region': 'us1',
  'X-Powered-By': 'AT-5000',
  'X-Shenanigans': 'none',
}).flat();

function respond(
  path: string,
  status: number,
  type: string,
  body: string | Buffer | null,
  more?: Readonly<Record<string, string>>,
): RestAnswer {
  const headers = [
    'Content-Type',
    type,
    'Twilio-Request-Id',
    `RQ${createHex32()}`,
    'X-API-Domain',
    hostOf(path),
    ...TWILIO_HEADERS,
  ];
  if (status !== 204) headers.push('Content-Length', String(Buffer.byteLength(body ?? '')));
  return { status, headers: more ? replaceHeaders(headers, more) : headers, body };
}

function replaceHeaders(headers: readonly string[], more: Readonly<Record<string, string>>): string[] {
  const names = new Set(Object.keys(more).map((name) => name.toLowerCase()));
  const isKept = (name: string | undefined) => name !== undefined && !names.has(name.toLowerCase());
  const kept = headers.filter((_, index) => isKept(headers[index - (index % 2)]));
  return [...kept, ...Object.entries(more).flat()];
}
