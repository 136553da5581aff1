// The contract of the routes of phones: `/phones` and below.
import * as z from 'zod';
import type { TextOutcome } from '../../messaging/text-gateway.js';
import type { Behaviour, WholeBehaviour } from '../../phones/behaviour.js';
import type { LoggedCall } from '../../phones/calls/call-log.js';
import { CALL_STAGES, type CallAtPosition, type SoundAtPosition } from '../../phones/calls/waiting.js';
import type { ReceivedText, TextAtPosition } from '../../phones/inbox.js';
import type { PhoneSummary } from '../../phones/phones.js';
import type { SentPhoneText } from '../../phones/sent-texts.js';
import type { Thread, ThreadPage, ThreadText } from '../../phones/threads.js';
import { CALL_ACTS, type CallAct, type PlacedCall, type StartedText } from '../phone-acts.js';
import type { RouteContract } from './route.js';

const textBehaviour = z.union([
  z.literal(['delivered', 'read', 'silent']),
  z.strictObject({ undelivered: z.int().describe('the error code: 30003 to 30008, 30032 or 30034') }),
  z.strictObject({ failed: z.int().describe('the error code: 30001, 30002 or 30008') }),
]);
const callbacks = z.literal(['once', 'duplicated', 'reordered']);
const calls = z.literal(['answers', 'busy', 'rejects', 'no-answer']);
const callerId = z.literal(['shown', 'withheld']);

/** The body of `PUT /phones/{number}/behaviour`. */
export const behaviourBody = z.strictObject({
  texts: textBehaviour.exactOptional(),
  callbacks: callbacks.exactOptional(),
  calls: calls.exactOptional(),
  callerId: callerId.exactOptional(),
  slow: z.union([z.number(), z.string()]).describe('milliseconds, or a text such as 5s').exactOptional(),
  blocked: z.array(z.string()).describe('the numbers that it blocks').exactOptional(),
}) satisfies z.ZodType<Behaviour>;

/** The body of `PUT /phones/{number}/label`. */
export const labelBody = z.strictObject({
  label: z.string().describe('at most 64 characters; an empty label removes it'),
});

/** The body of `POST /phones/{number}/text`. */
export const phoneTextBody = z.strictObject({
  to: z.string().describe('a number of the account'),
  body: z.string().default(''),
  mediaUrls: z.array(z.string()).default([]),
});

/** The body of `POST /phones/{number}/call`. */
export const calleeBody = z.strictObject({ to: z.string().describe('a number of the account') });

/** The body of `POST /phones/{number}/calls/{sid}/press`. */
export const keysBody = z.strictObject({ keys: z.string().describe('0-9, *, # and A-D') });

/** The body of `POST /phones/{number}/calls/{sid}/say`. */
export const speechBody = z.strictObject({ words: z.string() });

const time = z.string().describe('ISO 8601');
const wholeBehaviour = z.strictObject({
  texts: textBehaviour,
  callbacks,
  calls,
  callerId,
  slow: z.number().describe('milliseconds'),
  blocked: z.array(z.string()).describe('the numbers that it blocks'),
}) satisfies z.ZodType<WholeBehaviour>;

const callState = z.literal([
  'calling',
  'ringing',
  'talking',
  'ended',
  'busy',
  'rejected',
  'missed',
  'unanswered',
]);

const phoneSummary = z.strictObject({
  number: z.string(),
  label: z.string().describe('empty if it has none'),
  texts: z.int().describe('how many texts it has received'),
  sent: z.int().describe('how many texts it has sent'),
  calls: z.int(),
  lastAt: time,
  behaviour: wholeBehaviour,
  liveCall: z
    .strictObject({ sid: z.string(), state: callState, shown: z.string() })
    .nullable()
    .describe('the latest call that it is in now'),
}) satisfies z.ZodType<PhoneSummary>;

const text = {
  from: z.string(),
  to: z.string(),
  body: z.string(),
  mediaUrls: z.array(z.string()),
  media: z.array(z.strictObject({ contentType: z.string(), url: z.string() })),
};

const receivedText = z.strictObject({
  sid: z.string(),
  ...text,
  receivedAt: time,
}) satisfies z.ZodType<ReceivedText>;

const sentText = z.strictObject({
  sid: z.string().nullable().describe("null if the number's Messaging Service receives no texts"),
  ...text,
  sentAt: time,
}) satisfies z.ZodType<SentPhoneText>;

const textAtPosition = z.strictObject({
  text: receivedText,
  after: z.int().describe('pass it to miss no later text'),
}) satisfies z.ZodType<TextAtPosition>;

const { media: _media, ...plainText } = text;

/** Alerts, as results and `GET /alerts` have them. */
export const alerts = z
  .array(
    z.strictObject({
      sid: z.string(),
      at: time,
      errorCode: z.int(),
      logLevel: z.literal(['error', 'warning']),
      message: z.string(),
      url: z.string().nullable(),
      line: z.int().nullable().describe('where the document is wrong, from 1; null if no place is known'),
      column: z.int().nullable(),
      resourceSid: z.string().nullable(),
    }),
  )
  .describe('failed webhooks and faults of TwiML, oldest first');

const textOutcome = z.strictObject({
  traceId: z.string(),
  messageSid: z.string().nullable(),
  webhook: z
    .strictObject({
      url: z.string(),
      status: z.int().nullable().describe('null without an answer'),
      errorCode: z.int().nullable(),
      failure: z.string().nullable(),
    })
    .nullable()
    .describe('null if no URL is configured'),
  replies: z.array(z.strictObject({ sid: z.string(), ...plainText })),
  automaticReply: z.string().nullable(),
  alerts,
}) satisfies z.ZodType<TextOutcome>;

const startedText = z.strictObject({ traceId: z.string() }) satisfies z.ZodType<StartedText>;

const threadText = z.strictObject({
  position: z.string(),
  direction: z.literal(['received', 'sent']),
  sid: z.string().nullable(),
  ...text,
  at: time,
  traceId: z.string().nullable().describe('null if the sandbox no longer knows it'),
  eventId: z.int().nullable().describe('null if the sandbox no longer knows it'),
}) satisfies z.ZodType<ThreadText>;

const thread = z.strictObject({
  with: z.string(),
  received: z.int(),
  sent: z.int(),
  last: threadText,
}) satisfies z.ZodType<Thread>;

const threadPage = z.strictObject({
  texts: z.array(threadText).describe('oldest first'),
  before: z.string().nullable().describe('pass it for the page of earlier texts; null if there are none'),
}) satisfies z.ZodType<ThreadPage>;

const heardSound = z.strictObject({
  kind: z.literal(['say', 'play', 'keys', 'words']),
  content: z.string(),
  at: time.nullable().describe('null if an earlier version wrote the log'),
});

const loggedCall = z.strictObject({
  sid: z.string(),
  direction: z.literal(['incoming', 'outgoing']),
  shown: z.string().describe('the other number, as the phone shows it'),
  state: callState,
  heard: z.array(heardSound),
  said: z.array(z.strictObject({ kind: z.literal(['keys', 'words']), content: z.string(), at: time })),
  waitsFor: z
    .strictObject({
      input: z.array(z.literal(['dtmf', 'speech'])),
      numDigits: z.int().nullable().describe('null if only a finish key or silence ends the input'),
      finishOnKey: z.string(),
      timeoutSeconds: z.number(),
      since: time,
    })
    .nullable()
    .describe('what the app waits for now'),
  alerts,
  startedAt: time,
  answeredAt: time.nullable(),
  endedAt: time.nullable(),
}) satisfies z.ZodType<LoggedCall>;

const callAtPosition = z.strictObject({
  call: loggedCall,
  after: z.int().describe('pass it to miss no later call'),
}) satisfies z.ZodType<CallAtPosition>;

const soundAtPosition = z.strictObject({
  sound: heardSound,
  after: z.int().describe('pass it to miss nothing later'),
}) satisfies z.ZodType<SoundAtPosition>;

const placedCall = loggedCall.extend({ traceId: z.string() }) satisfies z.ZodType<PlacedCall>;

const count = z.string().regex(/^\d{1,9}$/);

const timeout = count.describe('milliseconds; default 5000, at most 600000').exactOptional();

const ACTS: Readonly<Record<CallAct, { summary: string; body?: z.ZodType }>> = {
  answer: { summary: 'answers a ringing call' },
  reject: { summary: 'declines a ringing call' },
  'hang-up': { summary: 'ends an active call' },
  press: { summary: 'presses keys, which wait until the app asks for keys', body: keysBody },
  say: { summary: 'says something, which waits until the app listens', body: speechBody },
};

/** The routes of phones. */
export const PHONE_ROUTES: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/phones',
    summary: 'lists the phones that have texted or been texted, or been in a call, the latest first',
    answers: { 200: z.array(phoneSummary) },
  },
  {
    method: 'get',
    path: '/phones/{number}/texts',
    summary: 'lists the texts that a phone has received, oldest first',
    answers: { 200: z.array(receivedText) },
  },
  {
    method: 'get',
    path: '/phones/{number}/sent',
    summary: 'lists the texts that a phone has sent, oldest first',
    answers: { 200: z.array(sentText) },
  },
  {
    method: 'get',
    path: '/phones/{number}/next-text',
    summary: 'waits for a text to a phone',
    query: z.object({
      after: count
        .describe(
          'how many texts of the phone to skip; default: those before the first that no such request was answered with',
        )
        .exactOptional(),
      timeout,
    }),
    answers: { 200: textAtPosition },
  },
  {
    method: 'post',
    path: '/phones/{number}/text',
    summary: 'sends a text from a phone, and answers once the app has answered the webhook',
    query: z.object({
      wait: z.literal('none').describe('answers 202 once the text has left the phone').exactOptional(),
    }),
    body: phoneTextBody,
    answers: { 200: textOutcome, 202: startedText },
  },
  {
    method: 'get',
    path: '/phones/{number}/threads',
    summary: 'lists the conversations of a phone, the one with the newest text first',
    answers: { 200: z.array(thread) },
  },
  {
    method: 'get',
    path: '/phones/{number}/thread',
    summary: 'reads a page of a conversation, in both directions; the newest without `before`',
    query: z.object({
      with: z.string().describe('the other number; required').exactOptional(),
      before: z.string().describe('the position of a text').exactOptional(),
      limit: count.describe('how many texts; default 50, at most 1000').exactOptional(),
    }),
    answers: { 200: threadPage },
  },
  {
    method: 'put',
    path: '/phones/{number}/label',
    summary: 'labels a phone',
    body: labelBody,
    answers: { 204: null },
  },
  {
    method: 'get',
    path: '/phones/{number}/behaviour',
    summary: 'shows how a phone treats texts and calls',
    answers: { 200: wholeBehaviour },
  },
  {
    method: 'put',
    path: '/phones/{number}/behaviour',
    summary: 'changes how a phone treats texts and calls; a field that is left out stays as it was',
    body: behaviourBody,
    answers: { 204: null },
  },
  {
    method: 'get',
    path: '/phones/{number}/calls',
    summary: 'lists the calls of a phone, oldest first',
    answers: { 200: z.array(loggedCall) },
  },
  {
    method: 'get',
    path: '/phones/{number}/next-call',
    summary: 'waits for a call to a phone',
    query: z.object({
      after: count
        .describe(
          'how many calls of the phone to skip; default: those before the first that no such request was answered with',
        )
        .exactOptional(),
      timeout,
    }),
    answers: { 200: callAtPosition },
  },
  {
    method: 'get',
    path: '/phones/{number}/calls/{sid}',
    summary: 'shows a call of a phone, at once or when it has come so far',
    query: z.object({
      until: z
        .literal(CALL_STAGES)
        .describe('waits until it is answered, a verb asks for keys or words, or it has ended')
        .exactOptional(),
      timeout,
    }),
    answers: { 200: loggedCall },
  },
  {
    method: 'get',
    path: '/phones/{number}/calls/{sid}/next-heard',
    summary: 'waits for what a phone hears in a call',
    query: z.object({
      after: count
        .describe(
          'how many sounds of the call to skip; default: those before the first that no such request was answered with',
        )
        .exactOptional(),
      timeout,
    }),
    answers: { 200: soundAtPosition },
  },
  {
    method: 'post',
    path: '/phones/{number}/call',
    summary: 'calls a number of the account from a phone',
    body: calleeBody,
    answers: { 201: placedCall },
  },
  ...CALL_ACTS.map(
    (act): RouteContract => ({
      method: 'post',
      path: `/phones/{number}/calls/{sid}/${act}`,
      answers: { 204: null },
      ...ACTS[act],
    }),
  ),
];
