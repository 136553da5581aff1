// The contract of the routes of events, with the fields of each kind of event.
import * as z from 'zod';
import type { SandboxEvent } from '../../platform/events/event.js';
import type { RouteContract } from './route.js';

const time = z.string().describe('ISO 8601');
const id = z.int().nonnegative();

const header = {
  id: id.describe('from 1, without gaps, in the order of events'),
  at: time,
  traceId: z.string().describe('the same for everything that one act caused'),
  cause: id.nullable().describe('the id of the event that caused this one; null if unknown'),
};

function kind<Kind extends string, Fields extends z.ZodRawShape>(name: Kind, fields: Fields) {
  return z.strictObject({ ...header, kind: z.literal(name), ...fields });
}

const text = {
  from: z.string(),
  to: z.string(),
  body: z.string(),
  mediaUrls: z.array(z.string()),
};

const request = {
  method: z.string(),
  product: z
    .string()
    .nullable()
    .describe('whose host it names, such as `messaging`; null if it names none of Twilio’s hosts'),
  path: z.string().describe('with the query'),
  attribution: z.literal(['sure', 'guessed', 'none']).describe('how its cause was found'),
  isOwn: z.boolean().describe('whether relay-phone itself sent it, and not the app'),
  exchangeId: id,
};

const webhook = {
  purpose: z.literal([
    'inbound-text',
    'text-status',
    'call',
    'call-status',
    'recording-status',
    'speech',
    'transcription',
    'audio',
    'caller-id',
  ]),
  sid: z.string().describe('of the message or call'),
  method: z.string(),
  url: z.string(),
  attempt: z.int().positive(),
  exchangeId: id.nullable().describe('null if no request could be sent'),
  idempotencyToken: z.string().describe('the same for all attempts at one URL'),
};

const failure = {
  errorCode: z.int().nullable().describe('of https://www.twilio.com/docs/api/errors'),
  failure: z.string().nullable(),
};

const sid = z.string();

const event = z
  .discriminatedUnion('kind', [
    kind('request.in', {
      ...request,
      status: z.int(),
      durationMs: z.number(),
      problem: z
        .strictObject({ code: z.int(), message: z.string() })
        .nullable()
        .describe('why it was refused'),
    }),
    kind('unsupported', {
      what: z
        .literal(['api', 'operation', 'parameter', 'verb', 'noun', 'attribute'])
        .describe('what kind of thing the sandbox lacks'),
      name: z
        .string()
        .describe(
          'as Twilio names it: `Conversations`, `POST Calls/Streams`, `Record of POST Calls`, `<Connect>`',
        ),
      host: z.string().nullable().describe('the host that has it at Twilio; null for TwiML'),
    }),
    kind('fault.hit', {
      ...request,
      faultId: z.string(),
      when: z.literal(['before', 'after']),
      answer: z.union([z.int(), z.literal(['drop', 'hang'])]),
    }),
    kind('phone.texts', text),
    kind('text.received', {
      ...text,
      sid: sid.nullable().describe("null if the number's Messaging Service receives no texts"),
    }),
    kind('text.queued', {
      ...text,
      sid,
      direction: z.literal(['outbound-api', 'outbound-call', 'outbound-reply']),
    }),
    kind('text.status', { sid, status: z.string(), errorCode: z.int().nullable() }),
    kind('text.reached-phone', { ...text, sid }),
    kind('webhook.began', webhook),
    kind('webhook.sent', {
      ...webhook,
      startedAt: time,
      durationMs: z.number(),
      status: z.int().nullable().describe('null without an answer'),
      verdict: z
        .literal(['accepted', 'redirected', 'challenged', 'failed'])
        .describe('challenged: 401, so the request is sent again with the user name and password of its URL'),
      ...failure,
      reason: z.string().nullable().describe('why the app refused it, in its own words'),
    }),
    kind('media.fetched', {
      sid,
      url: z.string(),
      contentType: z.string().nullable().describe('null if the media could not be fetched'),
      size: z.int().describe('bytes'),
      ...failure,
    }),
    kind('twiml.run', { sid, url: z.string().nullable(), verb: z.string() }),
    kind('twiml.alert', {
      sid,
      url: z.string().nullable(),
      logLevel: z.literal(['error', 'warning']),
      errorCode: z.int(),
      message: z.string(),
      line: z.int().nullable().describe('where the document is wrong, from 1; null if no place is known'),
      column: z.int().nullable().describe('as line'),
    }),
    kind('call.started', {
      sid,
      parentSid: sid.nullable(),
      direction: z.literal(['inbound', 'outbound-api', 'outbound-dial']),
      from: z.string(),
      to: z.string(),
    }),
    kind('call.status', { sid, status: z.string() }),
    kind('call.connected', { sid, otherSid: sid }),
    kind('call.recorded', { sid, recordingSid: sid, duration: z.int().describe('seconds') }),
    kind('phone.call', {
      phone: z.string(),
      sid,
      act: z.literal([
        'calls',
        'rings',
        'answers',
        'is busy',
        'rejects',
        'is answered',
        'hears',
        'presses',
        'says',
        'hangs up',
        'is hung up on',
      ]),
      detail: z
        .string()
        .nullable()
        .describe('the number shown, the keys, the words, or what the phone hears'),
    }),
    kind('gather.waiting', {
      sid,
      input: z.array(z.literal(['dtmf', 'speech'])),
      numDigits: z.int().nullable(),
      finishOnKey: z.string(),
      timeoutSeconds: z.number(),
    }),
    kind('exposure', {
      phone: z.string().describe('the phone that was shown it'),
      number: z.string().describe('the number that it was shown'),
      how: z.literal(['sender', 'body', 'media', 'caller id', 'heard']),
      written: z.string(),
      sid,
      excerpt: z.string(),
      assertionId: z.string().nullable().describe('the assertion that this breaks'),
    }),
    kind('behaviour.changed', { phone: z.string(), behaviour: z.record(z.string(), z.unknown()) }),
    kind('clock.advanced', { byMs: z.number(), now: time }),
    kind('sandbox.reset', {}),
    kind('sandbox.restored', {}),
    kind('opt-out', {
      phone: z.string(),
      number: z.string().describe('the number, or the Messaging Service of an opt-out over this API'),
      keyword: z.literal(['STOP', 'START', 'HELP']),
      reply: z.string().nullable().describe('the automatic reply'),
    }),
  ])
  .meta({ id: 'Event' }) satisfies z.ZodType<SandboxEvent>;

const position = z.string().regex(/^(?:[0-9a-f]{16}-)?\d{1,15}$/);

const selection = {
  kind: z.string().describe('one or several kinds, such as text.queued,text.status').exactOptional(),
  trace: z.string().describe('the id of a trace').exactOptional(),
  since: position
    .describe('only events after this one: its id, or EPOCH-N; 0 for everything that is kept')
    .exactOptional(),
};

/** The routes of events. */
export const EVENT_ROUTES: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/events',
    summary: 'streams events as server-sent events; with a trace until nothing of it is in progress',
    query: z.strictObject(selection),
    answers: { 200: z.string().meta({ contentMediaType: 'text/event-stream' }) },
  },
  {
    method: 'get',
    path: '/events.json',
    summary: 'lists the kept events, oldest first',
    query: z.strictObject({
      ...selection,
      before: position.describe('only events before this one').exactOptional(),
      limit: z
        .string()
        .regex(/^\d{1,9}$/)
        .describe('only the newest ones, at most this many')
        .exactOptional(),
      text: z
        .string()
        .describe('only events with this text in a value, in upper or lower case')
        .exactOptional(),
    }),
    answers: { 200: z.array(event) },
  },
];
