// Builds every answer of the REST API, with the headers Twilio puts on it, and sends it.
import type { ServerResponse } from 'node:http';
import { createHex32 } from '../platform/formats.js';
import { formatErrorBody, formatProblemXml, type TwilioProblem } from './problem.js';

/** Where the 2010 API begins; every other path is a product API with a host of its own at Twilio. */
export const API_2010 = '/2010-04-01';

/** What a request is answered with. */
export interface RestAnswer {
  readonly status: number;
  /** Names and values in turn, as node:http writes them fastest. */
  readonly headers: readonly string[];
  readonly body: string | Buffer | null;
}

/** An answer with a JSON body. `path` is the request's, without its query. */
export function answer(path: string, status: number, body: unknown): RestAnswer {
  return respond(path, status, 'application/json', JSON.stringify(body));
}

/** The empty 204 that answers a DELETE. */
export function answerDeleted(path: string): RestAnswer {
  return respond(path, 204, 'application/json', null);
}

/** An answer that is a file. */
export function answerFile(path: string, type: string, bytes: Buffer<ArrayBuffer>): RestAnswer {
  return respond(path, 200, type, bytes);
}

/** The host that a path belongs to at Twilio. */
function domainOf(path: string): string {
  if (!path.startsWith('/v')) return 'api.twilio.com';
  return PRODUCTS.find(([paths]) => paths.test(path))?.[1] ?? 'pricing.twilio.com';
}

const PRODUCTS: readonly [RegExp, string][] = [
  [/^\/v1\/Alerts/, 'monitor.twilio.com'],
  [/^\/v1\/(Services|Tollfree)/, 'messaging.twilio.com'],
  [/^\/v(1|2)\/PhoneNumbers\/(?!Countries)/, 'lookups.twilio.com'],
];

/** The answer to a request that is refused; JSON or XML as the path asks. */
export function answerProblem(
  path: string,
  problem: TwilioProblem,
  headers?: Record<string, string>,
): RestAnswer {
  const xml = path.startsWith(API_2010) && !path.endsWith('.json');
  const body = xml ? formatProblemXml(problem) : JSON.stringify(formatErrorBody(problem));
  return respond(path, problem.status, xml ? 'application/xml' : 'application/json', body, headers);
}

/** Sends an answer whole. */
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
    domainOf(path),
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
