// The sentence of a trace and its worst result, for each way in which texts and calls can end.
import { describe, expect, it } from 'vitest';
import type { EventFields, SandboxEvent } from '../platform/events/event.js';
import { createEventReducer } from './reducer.js';

const MASK = '+12025550100';
const A = '+12125550190';
const B = '+13015550195';
const C = '+13015550196';

/** Events of one trace, each caused by the one before it unless `causes` says otherwise. */
function summarize(fields: readonly EventFields[], causes: Readonly<Record<number, number | null>> = {}) {
  const events = fields.map((one, index): SandboxEvent => {
    const cause = causes[index + 1];
    const at = new Date(Date.UTC(2026, 10, 28) + index * 1000).toISOString();
    return { id: index + 1, at, traceId: 'a-1', cause: cause === undefined ? index || null : cause, ...one };
  });
  const reducer = createEventReducer();
  reducer.add(events);
  const summary = reducer.trace('a-1')?.summary;
  if (!summary) throw new Error('no trace');
  return summary;
}

const text = (from: string, to: string) => ({ from, to, body: 'Hello', mediaUrls: [] });
const sent: EventFields = { kind: 'phone.texts', ...text(A, MASK) };
const received: EventFields = { kind: 'text.received', sid: 'SM1', ...text(A, MASK) };
const hook = (
  purpose: 'inbound-text' | 'text-status' | 'call' = 'inbound-text',
  token = 't1',
  attempt = 1,
) => ({
  ...{ purpose, sid: purpose === 'call' ? 'CA1' : 'SM1', method: 'POST', url: 'http://127.0.0.1:8000/' },
  ...{ attempt, exchangeId: 1, idempotencyToken: token },
});
const began = (...about: Parameters<typeof hook>): EventFields => ({
  kind: 'webhook.began',
  ...hook(...about),
});
const answered = (...about: Parameters<typeof hook>): EventFields => ({
  ...{ kind: 'webhook.sent', ...hook(...about), startedAt: '', durationMs: 1 },
  ...{ status: 200, verdict: 'accepted', errorCode: null, failure: null, reason: null },
});
const failed = (...about: Parameters<typeof hook>): EventFields => ({
  ...{ kind: 'webhook.sent', ...hook(...about), startedAt: '', durationMs: 1 },
  ...{
    status: 500,
    verdict: 'failed',
    errorCode: 11217,
    failure: 'HTTP error response code 500',
    reason: null,
  },
});
const PATH = '/2010-04-01/Accounts/AC5a4db0c5f4266ce1741ba731e9cb0f79/Messages.json';
const facts = (exchangeId = 2) =>
  ({ method: 'POST', product: null, path: PATH, attribution: 'sure', isOwn: false, exchangeId }) as const;
const asked = (status = 201, exchangeId = 2): EventFields => ({
  ...{ kind: 'request.in', ...facts(exchangeId), status, durationMs: 1, problem: null },
});
const fault = (answer: number | 'drop' | 'hang', when: 'before' | 'after' = 'before'): EventFields => ({
  ...{ kind: 'fault.hit', ...facts(), faultId: '1', when, answer },
});
const queued = (to: string, sid = 'SM2'): EventFields => ({
  ...{ kind: 'text.queued', sid, ...text(MASK, to), direction: 'outbound-api' },
});
const status = (name: string, errorCode: number | null = null, sid = 'SM2'): EventFields => ({
  ...{ kind: 'text.status', sid, status: name, errorCode },
});
const reached = (to: string, sid = 'SM2'): EventFields => ({
  ...{ kind: 'text.reached-phone', sid, ...text(MASK, to) },
});
const saw = (phone: string, number: string, assertionId: string | null = null): EventFields => ({
  ...{
    kind: 'exposure',
    phone,
    number,
    how: 'body',
    written: number,
    sid: 'SM2',
    excerpt: number,
    assertionId,
  },
});
const called = (
  sid: string,
  direction: 'inbound' | 'outbound-dial' | 'outbound-api',
  to: string,
): EventFields => ({
  ...{ kind: 'call.started', sid, direction, to, from: direction === 'inbound' ? A : MASK },
  parentSid: direction === 'outbound-dial' ? 'CA1' : null,
});
const call = (sid: string, name: string): EventFields => ({ kind: 'call.status', sid, status: name });
const run = (verb: string): EventFields => ({ kind: 'twiml.run', sid: 'CA1', url: null, verb });
const optOut = (keyword: 'STOP' | 'START' | 'HELP'): EventFields => ({
  ...{ kind: 'opt-out', phone: A, number: MASK, keyword, reply: 'Bye' },
});

const refusedReply: EventFields = {
  ...{ kind: 'twiml.alert', sid: 'SM1', url: null, logLevel: 'error', errorCode: 21610 },
  message: 'Attempt to send to unsubscribed recipient',
  line: null,
  column: null,
};

const NOBODY = "nobody saw another phone's number";
const forward = [sent, received, began(), asked(), queued(B), reached(B), answered()];

describe('the sentence of a text', () => {
  it.each<[string, readonly EventFields[], string, string, boolean?]>([
    [
      'that reached another phone',
      forward,
      `${A}'s text reached ${B} in 5.0 s; 1 webhook, 1 REST request; ${NOBODY}`,
      'done',
    ],
    [
      'that reached several phones',
      [
        sent,
        received,
        began(),
        asked(),
        queued(B),
        asked(201, 3),
        queued(C, 'SM3'),
        reached(B),
        reached(C, 'SM3'),
      ],
      `${A}'s text reached ${B} and ${C} in 8.0 s; 1 webhook, 2 REST requests; ${NOBODY}`,
      'done',
    ],
    [
      'that reached one phone but not the other',
      [
        sent,
        received,
        began(),
        asked(),
        queued(B),
        reached(B),
        queued(C, 'SM3'),
        status('undelivered', 30003, 'SM3'),
      ],
      `${A}'s text reached ${B} in 5.0 s, but did not reach ${C}: undelivered (30003); 1 webhook, 1 REST request; ${NOBODY}`,
      'failed',
    ],
    [
      'that reached another phone although the app then failed',
      [sent, received, began(), asked(), queued(B), reached(B), failed()],
      `${A}'s text reached ${B} in 5.0 s, but the webhook failed: HTTP error response code 500 (11217); 1 webhook (failed), 1 REST request; ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'that was not delivered',
      [sent, received, began(), asked(), queued(B), status('sent'), status('undelivered', 30003)],
      `${A}'s text did not reach ${B}: undelivered (30003); 1 webhook, 1 REST request; ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'that is on its way',
      [sent, received, began(), asked(), queued(B), status('sending')],
      `${A}'s text is on its way to ${B} (sending); 1 webhook, 1 REST request; ${NOBODY}`,
      'done',
    ],
    [
      'that the app answered',
      [sent, received, began(), answered(), queued(A), reached(A)],
      `${A}'s text was answered by the app in 5.0 s; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that the app kept for itself',
      [sent, received, began(), answered()],
      `${A}'s text reached only the app; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that the app works on',
      [sent, received, began()],
      `${A}'s text waits for the answer of the app; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'to a number without a webhook',
      [sent, received],
      `${A}'s text reached the number ${MASK}, but no webhook was sent; ${NOBODY}`,
      'done',
      false,
    ],
    ['that has just left the phone', [sent], `${A}'s text was sent to ${MASK}; ${NOBODY}`, 'done'],
    [
      'whose webhook failed',
      [sent, received, began(), failed()],
      `${A}'s text reached nobody, because the webhook failed: HTTP error response code 500 (11217); 1 webhook (failed); ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'whose answer was refused',
      [sent, received, began(), answered(), refusedReply],
      `${A}'s text reached nobody, because the app's TwiML failed: Attempt to send to unsubscribed recipient (21610); 1 webhook; ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'whose webhook failed at first',
      [sent, received, began(), failed(), began('inbound-text', 't1', 2), answered('inbound-text', 't1', 2)],
      `${A}'s text reached only the app; 1 webhook; ${NOBODY}`,
      'warning',
    ],
    [
      'whose fallback URL answered',
      [sent, received, began(), failed(), began('inbound-text', 't2'), answered('inbound-text', 't2')],
      `${A}'s text reached only the app; 2 webhooks; ${NOBODY}`,
      'warning',
    ],
    [
      'whose fallback URL failed, too',
      [sent, received, began(), failed(), began('inbound-text', 't2'), failed('inbound-text', 't2')],
      `${A}'s text reached nobody, because the webhook failed: HTTP error response code 500 (11217); 2 webhooks (1 failed); ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'whose forwarding was refused',
      [sent, received, began(), asked(400), answered()],
      `${A}'s text reached nobody, because the app's POST Messages.json was refused with 400; 1 webhook, 1 REST request (refused); ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'whose forwarding met a fault',
      [sent, received, began(), fault('drop')],
      `${A}'s text reached nobody, because an injected fault dropped the app's POST Messages.json; 1 webhook, 1 REST request, 1 injected fault; ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'that was forwarded although the answer was lost',
      [sent, received, began(), asked(), queued(B), reached(B), fault('hang', 'after')],
      `${A}'s text reached ${B} in 5.0 s; 1 webhook, 1 REST request, 1 injected fault; ${NOBODY}`,
      'failed',
    ],
    [
      'that says STOP',
      [sent, received, optOut('STOP'), reached(A, 'SM9'), began(), answered()],
      `${A} opted out of texts from ${MASK} (STOP); 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that says START and is forwarded',
      [sent, received, optOut('START'), began(), asked(), queued(B), reached(B)],
      `${A} opted in to texts from ${MASK} (START); the text reached ${B} in 6.0 s; 1 webhook, 1 REST request; ${NOBODY}`,
      'done',
    ],
    [
      'that says HELP to an app that is down',
      [sent, received, optOut('HELP'), began(), failed()],
      `${A} asked ${MASK} for help (HELP), but the webhook failed: HTTP error response code 500 (11217); 1 webhook (failed); ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'that showed a number',
      [...forward, saw(B, A)],
      `${A}'s text reached ${B} in 5.0 s; 1 webhook, 1 REST request; ${B} saw the number of ${A}`,
      'done',
    ],
    [
      'that showed a protected number',
      [...forward, saw(B, A), saw(B, C, 'as1')],
      `${A}'s text reached ${B} in 5.0 s; 1 webhook, 1 REST request; ${B} saw ${C}, which must not happen`,
      'failed',
    ],
    [
      'of the app',
      [asked(), queued(B), reached(B)],
      `The app's text reached ${B} in 2.0 s; 1 REST request; ${NOBODY}`,
      'done',
    ],
    [
      'of the app that carriers refused',
      [asked(), queued(B), status('failed', 30034)],
      `The app's text did not reach ${B}: failed (30034); 1 REST request; ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'of relay-phone itself',
      [
        { ...facts(), kind: 'request.in', status: 201, durationMs: 1, problem: null, isOwn: true },
        queued(B),
        reached(B),
      ],
      `relay-phone's text reached ${B} in 2.0 s; 1 REST request; ${NOBODY}`,
      'done',
    ],
    [
      'of the app to its own number',
      [queued(C), status('delivered'), { kind: 'text.received', sid: 'SM3', ...text(MASK, C) }],
      `The app's text reached ${C} in 2.0 s`,
      'done',
    ],
  ])('%s', (_case, events, sentence, worst, succeeded = true) => {
    expect(summarize(events)).toMatchObject({ sentence: `${sentence}.`, worst, succeeded });
  });

  it('shortens numbers, and counts the recipients of many texts', () => {
    const texts = Array.from({ length: 5 }, (_, index) => [
      queued(`+1301555010${index}`, `SM${index + 10}`),
      reached(`+1301555010${index}`, `SM${index + 10}`),
    ]).flat();
    const reducer = createEventReducer((number) => `…${number.slice(-4)}`);
    reducer.add(
      texts.map((fields, index) => ({
        id: index + 1,
        at: '',
        traceId: 'a-1',
        cause: index || null,
        ...fields,
      })),
    );
    expect(reducer.traces()[0]?.sentence).toBe(
      `The app's 5 texts reached …0100, …0101 and 3 more; ${NOBODY}.`,
    );
  });

  it('has the milliseconds of a delivery within a second, and no time if none passed', () => {
    const sentenceAfter = (timeMs: number) => {
      const reducer = createEventReducer();
      const startedAt = Date.UTC(2026, 10, 28);
      const at = (event: EventFields) => startedAt + (event.kind === 'text.reached-phone' ? timeMs : 0);
      reducer.add(
        forward.map((fields, index) => ({
          ...{ id: index + 1, traceId: 'a-1', cause: index || null },
          ...fields,
          at: new Date(at(fields)).toISOString(),
        })),
      );
      return reducer.traces()[0]?.sentence;
    };
    const sentence = (time: string) =>
      `${A}'s text reached ${B}${time}; 1 webhook, 1 REST request; ${NOBODY}.`;
    expect(sentenceAfter(38)).toBe(sentence(' in 38 ms'));
    expect(sentenceAfter(1240)).toBe(sentence(' in 1.2 s'));
    expect(sentenceAfter(0)).toBe(sentence(''));
  });

  it('is about what is left when the beginning is unknown', () => {
    expect(summarize([reached(B)], { 1: 99 })).toMatchObject({
      sentence: `The app's text reached ${B}; ${NOBODY}.`,
      isComplete: false,
    });
    expect(summarize([status('delivered')])).toMatchObject({
      sentence: 'The beginning of this is not known.',
    });
  });
});

describe('the sentence of a REST request', () => {
  it.each<[string, readonly EventFields[], string, string, boolean?]>([
    [
      'that was answered',
      [asked(200)],
      "The app's POST Messages.json was answered with 200; 1 REST request",
      'done',
    ],
    [
      'that was refused',
      [asked(401)],
      "The app's POST Messages.json was refused with 401; 1 REST request (refused)",
      'failed',
      false,
    ],
    [
      'of relay-phone itself',
      [{ ...facts(), kind: 'request.in', status: 200, durationMs: 1, problem: null, isOwn: true }],
      "relay-phone's POST Messages.json was answered with 200; 1 REST request",
      'done',
    ],
    [
      'that a fault hit',
      [fault(503), asked(503)],
      "An injected fault answered the app's POST Messages.json with 503; 1 REST request (refused), 1 injected fault",
      'failed',
      false,
    ],
  ])('%s', (_case, events, sentence, worst, succeeded = true) => {
    expect(summarize(events)).toMatchObject({ sentence: `${sentence}.`, worst, succeeded });
  });
});

describe('the sentence of a replay', () => {
  const replayed = (event: EventFields): EventFields =>
    ({ ...event, ...hookUrl, replayOf: 7 }) as EventFields;
  const hookUrl = { url: 'http://127.0.0.1:8000/sms?a=b' };
  const start = replayed(began());
  const name = 'replay of webhook 7 (inbound-text to /sms)';
  it.each<[string, readonly EventFields[], string, boolean?]>([
    ['that was answered', [start, replayed(answered())], `The app answered the ${name} with 200; 1 webhook`],
    ['in flight', [start], `The ${name} waits for the answer of the app; 1 webhook`],
    [
      'that the app refused',
      [start, replayed(failed())],
      `The ${name} reached nobody, because the webhook failed: HTTP error response code 500 (11217); 1 webhook (failed)`,
      false,
    ],
    [
      'whose app sent a text',
      [start, replayed(answered()), asked(), queued(B), reached(B), status('delivered')],
      `The app answered the ${name} with 200; the app's text reached ${B} in 4.0 s; 1 webhook, 1 REST request; ${NOBODY}`,
    ],
    [
      'whose app was refused by Twilio',
      [start, replayed(answered()), asked(400)],
      `The app answered the ${name} with 200, but the app's POST Messages.json was refused with 400; 1 webhook, 1 REST request (refused)`,
      false,
    ],
  ])('%s', (_case, events, sentence, succeeded = true) => {
    expect(summarize(events)).toMatchObject({ sentence: `${sentence}.`, succeeded });
  });

  it('that the app redirected is over', () => {
    const redirected = { ...replayed(answered()), status: 302, verdict: 'redirected' } as EventFields;
    expect(summarize([start, redirected])).toMatchObject({
      sentence: `The app answered the ${name} with 302, which a replay does not follow; 1 webhook.`,
    });
  });
});

describe('the sentence of a call', () => {
  const incoming = [called('CA1', 'inbound', MASK), call('CA1', 'ringing'), began('call'), answered('call')];
  it.each<[string, readonly EventFields[], string, string, boolean?]>([
    [
      'that another phone answered',
      [
        ...[
          ...incoming,
          call('CA1', 'in-progress'),
          called('CA2', 'outbound-dial', B),
          call('CA2', 'in-progress'),
        ],
        ...[call('CA1', 'completed'), call('CA2', 'completed')],
      ],
      `${A}'s call was answered by ${B}, 2 s; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that is in progress',
      [...incoming, called('CA2', 'outbound-dial', B), call('CA2', 'in-progress')],
      `${A}'s call was answered by ${B} and is in progress; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that rings',
      [...incoming, called('CA2', 'outbound-dial', B), call('CA2', 'ringing')],
      `${A}'s call is ringing at ${B}; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that nobody answered',
      [
        ...[...incoming, called('CA2', 'outbound-dial', B), called('CA3', 'outbound-dial', C)],
        ...[call('CA2', 'busy'), call('CA3', 'no-answer'), call('CA1', 'completed')],
      ],
      `${A}'s call was not answered: ${B} was busy, ${C} did not answer; 1 webhook; ${NOBODY}`,
      'done',
      false,
    ],
    [
      'that the app answered',
      [...incoming, call('CA1', 'in-progress'), call('CA1', 'completed')],
      `${A}'s call was answered by the app, 1 s; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that ended before the app answered it',
      [...incoming, call('CA1', 'busy')],
      `${A}'s call was not answered by the app (busy); 1 webhook; ${NOBODY}`,
      'done',
      false,
    ],
    [
      'that the app rejected',
      [...incoming, run('Reject'), call('CA1', 'busy')],
      `${A}'s call was rejected by the app (busy); 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'that the app answered because nobody else did',
      [
        ...[
          ...incoming,
          run('Say'),
          run('Dial'),
          call('CA1', 'in-progress'),
          called('CA2', 'outbound-dial', B),
        ],
        ...[call('CA2', 'no-answer'), run('Record'), call('CA1', 'completed')],
      ],
      `${A}'s call was answered by the app, 4 s, because ${B} did not answer; 1 webhook; ${NOBODY}`,
      'done',
    ],
    [
      'to which the app spoke only before it dialled',
      [
        ...[
          ...incoming,
          run('Say'),
          run('Dial'),
          call('CA1', 'in-progress'),
          called('CA2', 'outbound-dial', B),
        ],
        ...[call('CA2', 'no-answer'), call('CA1', 'completed')],
      ],
      `${A}'s call was not answered: ${B} did not answer; 1 webhook; ${NOBODY}`,
      'done',
      false,
    ],
    [
      'that another phone answered before a webhook failed',
      [
        ...[
          ...incoming,
          called('CA2', 'outbound-dial', B),
          call('CA2', 'in-progress'),
          call('CA2', 'completed'),
        ],
        ...[began('call', 't2'), failed('call', 't2'), call('CA1', 'completed')],
      ],
      `${A}'s call was answered by ${B}, 1 s, but the webhook failed: HTTP error response code 500 (11217); 2 webhooks (1 failed); ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'whose webhook failed',
      [
        called('CA1', 'inbound', MASK),
        began('call'),
        failed('call'),
        call('CA1', 'in-progress'),
        call('CA1', 'completed'),
      ],
      `${A}'s call reached nobody, because the webhook failed: HTTP error response code 500 (11217); 1 webhook (failed); ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'to a number without a webhook',
      [called('CA1', 'inbound', MASK), call('CA1', 'failed')],
      `${A}'s call reached the number ${MASK}, but no webhook was sent; ${NOBODY}`,
      'failed',
      false,
    ],
    [
      'of the app',
      [
        ...[asked(), called('CA1', 'outbound-api', B), call('CA1', 'in-progress'), call('CA1', 'completed')],
        ...[queued(B), reached(B)],
      ],
      `The app's call was answered by ${B}, 1 s; a text reached ${B} in 5.0 s; 1 REST request; ${NOBODY}`,
      'done',
    ],
    [
      'of the app that nobody answered',
      [asked(), called('CA1', 'outbound-api', B), call('CA1', 'no-answer')],
      `The app's call was not answered: ${B} did not answer; 1 REST request; ${NOBODY}`,
      'done',
      false,
    ],
  ])('%s', (_case, events, sentence, worst, succeeded = true) => {
    expect(summarize(events)).toMatchObject({ sentence: `${sentence}.`, worst, succeeded });
  });
});

describe('the worst of a trace', () => {
  const alert = (logLevel: 'error' | 'warning'): EventFields => ({
    ...{
      kind: 'twiml.alert',
      sid: 'SM1',
      url: null,
      logLevel,
      errorCode: 12100,
      message: 'Document parse failure',
      line: 1,
      column: 1,
    },
  });
  it.each<[string, readonly EventFields[], string]>([
    ['a warning about TwiML', [...forward, alert('warning')], 'warning'],
    ['an error in TwiML', [...forward, alert('error')], 'failed'],
    [
      'media that could not be fetched',
      [
        ...forward,
        {
          ...{ kind: 'media.fetched', sid: 'SM2', url: 'http://127.0.0.1/', contentType: null, size: 0 },
          ...{ errorCode: 12300, failure: 'Invalid Content-Type' },
        },
      ],
      'warning',
    ],
  ])('%s', (_case, events, worst) => {
    expect(summarize(events).worst).toBe(worst);
  });

  it('counts what happened, and who took part', () => {
    expect(summarize([...forward, saw(B, A)])).toMatchObject({
      phones: [A, B],
      numbers: [MASK],
      counts: { texts: 2, calls: 0, webhooks: 1, requests: 1, exposures: 1 },
      isGuessed: false,
      isComplete: true,
    });
  });
});
