// Adds, lists, filters and waits for events.
import { describe, expect, it } from 'vitest';
import type { EventFields } from './event.js';
import { filterEvents, waitForEvent, waitUntil } from './search.js';
import { createEventStream, type EventStream, type TraceContext } from './stream.js';

const START = Date.UTC(2026, 0, 1);
const open = () => createEventStream(() => START);
const status = (sid: string, traceId = 't'): EventFields & TraceContext => ({
  kind: 'text.status',
  traceId,
  cause: null,
  sid,
  status: 'sent',
  errorCode: null,
});

describe('the event stream', () => {
  it('numbers events without gaps, added singly or together', () => {
    const stream = open();
    expect(stream.emit(status('a'))).toBe(1);
    expect(stream.emitMany(['b', 'c'], (sid) => status(sid))).toBe(2);
    expect(stream.emitMany([], (sid) => status(sid))).toBe(3);
    expect(stream.emit(status('d'))).toBe(4);
    expect(stream.list().map((event) => [event.id, 'sid' in event && event.sid])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
    ]);
    expect(stream.list(2).map(({ id }) => id)).toEqual([3, 4]);
    expect(stream.list(4)).toEqual([]);
    expect(stream.list()[0]?.at).toBe('2026-01-01T00:00:00.000Z');
  });

  it('keeps the last ten thousand events', () => {
    const stream = open();
    for (let index = 0; index < 7000; index += 1) {
      stream.emit(status('a'));
      stream.emitMany(['b', 'c', 'd'], (sid) => status(sid));
    }
    const kept = stream.list();
    expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([10_000, 18_001, 28_000]);
    stream.clear();
    expect(stream.list()).toEqual([]);
    stream.emit(status('e'));
    expect(stream.list().map(({ id }) => id)).toEqual([28_001]);
  });

  it('never returns a trace id twice', () => {
    const [one, other] = [open(), open()];
    expect(new Set([one.newTrace(), one.newTrace(), other.newTrace()]).size).toBe(3);
  });

  it('can be filtered by kind, trace and id', () => {
    const stream = open();
    stream.emit(status('a'));
    stream.emit(status('b', 'u'));
    stream.emit({ kind: 'twiml.run', traceId: 'u', cause: 2, sid: 'SM', url: '/', verb: 'Message' });
    const ids = (filter: Parameters<typeof filterEvents>[1]) =>
      filterEvents(stream, filter).map(({ id }) => id);
    expect(ids({})).toEqual([1, 2, 3]);
    expect(ids({ kind: 'text.status' })).toEqual([1, 2]);
    expect(ids({ traceId: 'u' })).toEqual([2, 3]);
    expect(ids({ traceId: 'u', since: 2 })).toEqual([3]);
  });
});

describe('waiting for an event', () => {
  it('ends with the first new event that matches', async () => {
    const stream = open();
    stream.emit(status('a'));
    const next = waitForEvent(stream, (event) => event.kind === 'text.status', 1000);
    stream.emitMany(['b', 'c'], (sid) => status(sid));
    expect(await next).toMatchObject({ id: 2, sid: 'b' });
  });

  it.each([
    ['the next event', (stream: EventStream) => waitForEvent(stream, () => true, 500)],
    [
      'a state',
      (stream: EventStream) =>
        waitUntil(stream, () => (stream.lastId() > 0 ? true : undefined), {
          isRelevant: () => true,
          timeoutMs: 500,
          what: 'it',
        }),
    ],
  ])('is not given up because the process was stopped or busy meanwhile: %s', async (_what, wait) => {
    const stream = open();
    const waiting = wait(stream);
    // As at a breakpoint: no timer of the process has run in time.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    setTimeout(() => void stream.emit(status('a')));
    await waiting;
  });

  it('rejects if none matches in time, or the predicate throws', async () => {
    const stream = open();
    await expect(waitForEvent(stream, () => false, 1)).rejects.toMatchObject({ kind: 'fault' });
    const broken = waitForEvent(
      stream,
      () => {
        throw new Error('mine');
      },
      1000,
    );
    expect(stream.emit(status('a'))).toBe(1);
    await expect(broken).rejects.toThrow('mine');
  });
});
describe('the URL of an event', () => {
  it('has no password', () => {
    const stream = open();
    const run = { kind: 'twiml.run', traceId: 't', cause: null, sid: 'SM', verb: 'Message' } as const;
    stream.emit({ ...run, url: 'https://me:pass@app.example/sms?to=a@b' });
    stream.emit({ ...run, url: null });
    const urls = stream.list().map((event) => 'url' in event && event.url);
    expect(urls).toEqual(['https://…@app.example/sms?to=a@b', null]);
  });
});
