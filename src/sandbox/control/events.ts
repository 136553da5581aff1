// The events of a sandbox in the control API: a list, and a stream of server-sent events.
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Hono } from 'hono';
import { RelayPhoneError } from '../../errors.js';
import { EVENT_KINDS, type SandboxEvent } from '../platform/events/event.js';
import type { OpenTraces } from '../platform/events/open-traces.js';
import { type EventSelection, matchesFilter } from '../platform/events/search.js';
import type { EventStream } from '../platform/events/stream.js';
import { type EventPosition, findPosition, formatPosition, LAST_EVENT_HEADER } from './event-position.js';
import { createEventFeed, type EventSource } from './event-stream.js';

/** What the routes of events need. */
export interface EventRouteDeps extends EventSource {
  readonly events: EventStream;
  readonly traces: OpenTraces;
}

/** Adds `/events` and `/events.json`. */
export function addEventRoutes(app: Hono, deps: EventRouteDeps): void {
  app.get('/events', (context) => {
    const feed = createEventFeed(deps, {
      selection: readSelection(context),
      since: readPosition('Last-Event-ID', context.req.header('last-event-id')) ?? readSince(context),
    });
    return new Response(feed, {
      headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
    });
  });
  app.get('/events.json', (context) => listEvents(context, deps.events));
}

/** Answers the kept events that match, oldest first. An id of an earlier sandbox in `since` counts as 0. */
function listEvents(context: Context, stream: EventStream): Response | Promise<Response> {
  const { epoch } = stream;
  const selection = readSelection(context);
  const since = readSince(context);
  const before = readPosition('before', context.req.query('before'));
  if (before?.epoch !== undefined && before.epoch !== epoch) {
    throw badQuery(`before: the event ${before.epoch}-${before.id} belongs to an earlier sandbox`);
  }
  const limit = Number(context.req.query('limit') ?? Number.POSITIVE_INFINITY);
  const text = context.req.query('text')?.toLowerCase();
  const isKnown = since?.epoch === undefined || since.epoch === epoch;
  const matching = stream
    .list(isKnown ? since?.id : 0)
    .filter(
      (event) =>
        event.id < (before?.id ?? Number.POSITIVE_INFINITY) &&
        matchesFilter(event, selection) &&
        (text === undefined || hasText(event, text)),
    );
  const json = JSON.stringify(matching.slice(Math.max(0, matching.length - limit)));
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Vary: 'Accept-Encoding',
    [LAST_EVENT_HEADER]: formatPosition(epoch, stream.lastId()),
  };
  return acceptsGzip(context.req.header('accept-encoding'))
    ? answerCompressed(json, headers)
    : new Response(json, { headers });
}

/** Returns whether a value of the event contains a text, which is in lower case. */
function hasText(value: unknown, text: string): boolean {
  if (value === null) return false;
  if (typeof value === 'object') return Object.values(value).some((part) => hasText(part, text));
  return String(value).toLowerCase().includes(text);
}

async function answerCompressed(json: string, headers: Record<string, string>): Promise<Response> {
  // The fastest level: the reader is on this machine.
  const body = await promisify(gzip)(json, { level: 1 });
  return new Response(new Uint8Array(body), { headers: { ...headers, 'Content-Encoding': 'gzip' } });
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding */
function acceptsGzip(header = ''): boolean {
  const codings = header.toLowerCase().split(',').map(readCoding);
  const coding = codings.find(({ name }) => name === 'gzip') ?? codings.find(({ name }) => name === '*');
  return coding?.isAllowed ?? false;
}

function readCoding(text: string): { readonly name: string | undefined; readonly isAllowed: boolean } {
  const [name, ...parameters] = text.split(';').map((part) => part.trim());
  return { name, isAllowed: !parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter)) };
}

function readSelection({ req }: Context): EventSelection {
  const kind = req
    .query('kind')
    ?.split(',')
    .map((text) => verifyKind(text.trim()));
  return { kind, traceId: req.query('trace') };
}

function verifyKind(text: string): SandboxEvent['kind'] {
  const kind = EVENT_KINDS.find((one) => one === text);
  if (kind) return kind;
  throw badQuery(`kind: there is no kind '${text}'; the kinds are ${EVENT_KINDS.join(', ')}`);
}

function readSince({ req }: Context): EventPosition | undefined {
  return readPosition('since', req.query('since'));
}

function readPosition(name: string, text: string | undefined): EventPosition | undefined {
  if (text === undefined) return undefined;
  const position = findPosition(text);
  if (position) return position;
  throw badQuery(`${name}: '${text}' is not the id of an event, such as 12 or 0123456789abcdef-12`);
}

function badQuery(reason: string): RelayPhoneError {
  return new RelayPhoneError({ kind: 'usage', task: 'read the request', reason });
}
