// Which webhook caused a request of the app, and how sure that is.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOpenTraces } from './open-traces.js';
import { type BegunWebhook, createRequestCauses } from './request-causes.js';
import { createEventStream } from './stream.js';

const MASK = '+12025550100';
const OWNER = '+13015550195';
const [ANN, BOB] = ['+12125550190', '+13055550191'];

function open({ traceparent = false } = {}) {
  const traces = createOpenTraces();
  const events = createEventStream(() => 0);
  const causes = createRequestCauses({ events, traces, traceparent });
  let last = 0;
  const begin = (from: string, body: string, about: Partial<BegunWebhook> = {}) => {
    last += 1;
    const webhook: BegunWebhook = {
      traceId: events.newTrace(),
      cause: last,
      purpose: 'inbound-text',
      numbers: [from, MASK],
      parameters: [['Body', body]],
      ...about,
    };
    return { trace: { traceId: webhook.traceId, cause: webhook.cause }, end: causes.begin(webhook) };
  };
  const find = (form: Readonly<Record<string, string>>, header?: string) =>
    causes.find({
      method: 'POST',
      path: '/2010-04-01/Accounts/AC/Messages.json',
      traceparent: header,
      body: String(new URLSearchParams(form)),
    });
  const get = (path: string) => causes.find({ method: 'GET', path, traceparent: undefined, body: '' });
  return { traces, events, causes, begin, find, get };
}

describe('the cause of a request', () => {
  it('is a new trace if no webhook is known', () => {
    const { find, events } = open();
    const { trace, attribution } = find({ From: MASK, To: OWNER, Body: 'Hello' });
    expect(attribution).toBe('none');
    expect(trace.cause).toBeNull();
    expect(trace.traceId).not.toBe(events.newTrace());
  });

  it('is for sure the text that it quotes with the number of its sender, even after the webhook has ended', () => {
    const { begin, find } = open();
    const one = begin(ANN, 'I am late, sorry');
    begin(BOB, 'I am here');
    one.end(0);
    const forward = { From: MASK, To: OWNER, Body: `[Relay 📲 ${ANN}] I am late, sorry` };
    expect(find(forward)).toEqual({ trace: one.trace, attribution: 'sure' });
  });

  it('is a guess if two texts are alike, the older first', () => {
    const { begin, find } = open();
    const [first, second] = [begin(ANN, 'Hello there'), begin(ANN, 'Hello there')];
    const forward = { From: MASK, To: OWNER, Body: `${ANN}: Hello there` };
    expect(find(forward)).toEqual({ trace: first.trace, attribution: 'guessed' });
    expect(find(forward)).toEqual({ trace: second.trace, attribution: 'guessed' });
  });

  it('is a guess if another phone said the same: the owner may repeat what a contact said', () => {
    const { begin, find } = open();
    const asked = begin(ANN, 'See you there');
    find({ From: MASK, To: OWNER, Body: `${ANN}: See you there` });
    asked.end(0);
    const repeated = begin(OWNER, 'See you there');
    expect(find({ From: MASK, To: ANN, Body: 'See you there' })).toEqual({
      trace: repeated.trace,
      attribution: 'guessed',
    });
  });

  it('is the text that the app is working on, not an earlier one with the same words that it failed to forward', () => {
    const { begin, find, get } = open();
    begin(ANN, 'Hello').end(0);
    const again = begin(ANN, 'Hello');
    // Reading something is not what the text was waiting for.
    get('/2010-04-01/Accounts/AC/Applications/AP0.json');
    const forward = find({ From: MASK, To: OWNER, Body: `[Relay 📲 ${ANN}] Hello` });
    expect(forward).toEqual({ trace: again.trace, attribution: 'guessed' });
  });

  it('is not a text of which the quote is only a part of words', () => {
    const { begin, find } = open();
    begin(ANN, 'number 1').end(0);
    const long = begin(ANN, 'number 10');
    expect(find({ From: MASK, To: OWNER, Body: `${ANN}: number 10` })).toMatchObject({ trace: long.trace });
  });

  it('is guessed to be the text that was replied to, also with a prefix', () => {
    const { begin, find } = open();
    const [ann, owner] = [begin(ANN, 'Hi'), begin(OWNER, '0190: Come in')];
    expect(find({ From: MASK, To: ANN, Body: 'Come in' })).toEqual({
      trace: owner.trace,
      attribution: 'guessed',
    });
    expect(find({ From: MASK, To: ANN, Body: 'Thanks' })).toEqual({
      trace: ann.trace,
      attribution: 'guessed',
    });
  });

  it('is guessed to be a text that the app has announced a reply to, not an earlier status callback', () => {
    const { begin, find } = open();
    const forwarded = begin(ANN, 'Hello there');
    find({ From: MASK, To: OWNER, Body: `${ANN}: Hello there` });
    forwarded.end(0);
    begin(OWNER, '', { purpose: 'text-status', traceId: forwarded.trace.traceId }).end(0);
    const asked = begin(OWNER, '9999: lost');
    asked.end(1);
    const notice = { From: MASK, To: OWNER, Body: 'Nobody has a number that ends with 9999.' };
    expect(find(notice)).toEqual({ trace: asked.trace, attribution: 'guessed' });
    const late = begin(OWNER, 'Hi');
    late.end(0);
    begin(OWNER, '', { purpose: 'text-status' }).end(0);
    expect(find({ From: MASK, To: OWNER, Body: 'Yes?' })).toEqual({
      trace: late.trace,
      attribution: 'guessed',
    });
  });

  it('is guessed to be the only webhook in progress, and unknown if there are two', () => {
    const { begin, find, get } = open();
    const call = begin(ANN, '', { purpose: 'call' });
    expect(get('/2010-04-01/Accounts/AC/Balance.json')).toEqual({
      trace: call.trace,
      attribution: 'guessed',
    });
    const other = begin(BOB, 'Hi', { numbers: [BOB, '+12025550101'] });
    expect(get('/2010-04-01/Accounts/AC/Balance.json')).toMatchObject({ attribution: 'none' });
    expect(find({ From: MASK, To: OWNER, Body: 'News' })).toMatchObject({ trace: call.trace });
    call.end(0);
    other.end(0);
    expect(get('/2010-04-01/Accounts/AC/Balance.json')).toMatchObject({ attribution: 'none' });
  });

  it('is for sure the trace of the SID in its path', () => {
    const { events, get } = open();
    const sid = `SM${'0'.repeat(32)}`;
    const trace = { traceId: 'a', cause: null };
    const about = { from: ANN, to: MASK, body: 'Hi', mediaUrls: [] };
    const id = events.emit({ kind: 'text.received', ...trace, sid, ...about });
    expect(get(`/2010-04-01/Accounts/AC/Messages/${sid}.json`)).toEqual({
      trace: { traceId: 'a', cause: id },
      attribution: 'sure',
    });
  });

  it('is for sure the webhook of its traceparent, or of the trace if the app added its own span', () => {
    const { begin, causes, find } = open({ traceparent: true });
    const [one, two] = [begin(ANN, 'Hi'), begin(BOB, 'Hi')];
    const header = causes.formatTraceparent(one.trace) ?? '';
    expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const form = { From: MASK, To: OWNER, Body: 'News' };
    expect(find(form, header)).toEqual({ trace: one.trace, attribution: 'sure' });
    const nested = (causes.formatTraceparent(two.trace) ?? '').replace(
      /-[0-9a-f]{16}-01$/,
      `-${'f'.repeat(16)}-01`,
    );
    expect(find(form, nested)).toEqual({ trace: two.trace, attribution: 'sure' });
    expect(find(form, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`).attribution).not.toBe('sure');
    expect(open().causes.formatTraceparent(one.trace)).toBeUndefined();
  });

  it('is never wrong when it is sure, however often texts are repeated, delayed or left unanswered', () => {
    const bodies = ['ok', 'Hello there', 'Hello', 'Hello there, Ann', 'number 1', 'number 10', ''];
    const step = fc.record({
      from: fc.constantFrom(ANN, BOB, OWNER),
      body: fc.constantFrom(...bodies),
      names: fc.boolean(),
      isIgnored: fc.boolean(),
      endsFirst: fc.boolean(),
      rank: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { begin, find } = open();
        const waiting = steps.map((one) => {
          const webhook = begin(one.from, one.body);
          if (one.endsFirst) webhook.end(0);
          return { ...one, ...webhook };
        });
        for (const { from, body, names, isIgnored, trace } of waiting.toSorted((a, b) => a.rank - b.rank)) {
          if (isIgnored) continue;
          const to = from === OWNER ? ANN : OWNER;
          const found = find({ From: MASK, To: to, Body: names ? `${from}: ${body}` : body });
          if (found.attribution === 'sure') expect(found.trace).toEqual(trace);
        }
      }),
    );
  });
});

describe('a trace whose app has announced requests', () => {
  it('stays open until they were answered', () => {
    const { traces, begin, causes, find } = open();
    const { trace, end } = begin(ANN, 'Hello there');
    end(2);
    expect(traces.has(trace.traceId)).toBe(true);
    for (const [method, status] of [
      ['GET', 200],
      ['POST', 503],
      ['POST', 429],
      ['POST', 201],
    ] as const) {
      causes.answered(find({ To: OWNER, Body: `${ANN}: Hello there` }).trace, method, status);
    }
    expect(traces.has(trace.traceId)).toBe(true);
    causes.answered(trace, 'DELETE', 204);
    expect(traces.has(trace.traceId)).toBe(false);
  });

  it('does not wait for requests that were answered before the announcement came', () => {
    const { traces, begin, causes } = open();
    const { trace, end } = begin(ANN, 'Hello there');
    causes.answered(trace, 'POST', 400);
    end(1);
    expect(traces.has(trace.traceId)).toBe(false);
  });

  it('is closed when everything is reset', () => {
    const { traces, begin, causes } = open();
    const { trace, end } = begin(ANN, 'Hello there');
    end(1);
    causes.clear();
    expect(traces.has(trace.traceId)).toBe(false);
  });
});
