// The traces of the events that a stream still keeps.
import { beforeEach, describe, expect, it } from 'vitest';
import { createOpenTraces, type OpenTraces } from '../platform/events/open-traces.js';
import { createEventStream, type EventStream } from '../platform/events/stream.js';
import { createTraceLog, type TraceLog } from './trace-log.js';

const [MASK, PHONE] = ['+12025550100', '+12125550190'];

let events: EventStream;
let traces: OpenTraces;
let log: TraceLog;
beforeEach(() => {
  events = createEventStream(() => 0);
  traces = createOpenTraces();
  log = createTraceLog({ events, traces });
});

/** Emits the events of a text that no webhook follows. Returns the id of the trace. */
function receiveText(): string {
  const text = { from: PHONE, to: MASK, body: 'Hello', mediaUrls: [] };
  const traceId = events.newTrace();
  const cause = events.emit({ kind: 'phone.texts', traceId, cause: null, ...text });
  events.emit({ kind: 'text.received', traceId, cause, sid: 'SM1', ...text });
  return traceId;
}

/** Emits a change of the clock, which is a trace of its own. */
function advanceClock(): string {
  const traceId = events.newTrace();
  events.emit({ kind: 'clock.advanced', traceId, cause: null, byMs: 1, now: '' });
  return traceId;
}

describe('the trace log', () => {
  it('lists the newest first, page by page', () => {
    const ids = Array.from({ length: 5 }, receiveText).reverse();
    const list = (filter?: Parameters<TraceLog['list']>[0]) => log.list(filter).map(({ traceId }) => traceId);
    expect(list()).toEqual(ids);
    expect(list({ limit: 2 })).toEqual(ids.slice(0, 2));
    expect(list({ limit: 2, before: ids[1] })).toEqual(ids.slice(2, 4));
    expect(list({ before: ids[4] })).toEqual([]);
    expect(list({ before: 'unknown' })).toEqual([]);
    expect(list({ number: MASK })).toEqual(ids);
    expect(list({ number: '+12125550191' })).toEqual([]);
    expect(list({ failed: true })).toEqual([]);
  });

  it('finds a trace by its id, its number, or as the latest that is listed', () => {
    const [first, second] = [receiveText(), receiveText()];
    const clock = advanceClock();
    expect(log.find(first)?.traceId).toBe(first);
    expect(log.find('2')?.traceId).toBe(second);
    expect(log.find('latest')?.traceId).toBe(second);
    expect(log.list()).toHaveLength(2);
    expect(log.find(clock)?.tree).toHaveLength(1);
    expect([log.find('4'), log.find(''), log.find('test')]).toEqual([undefined, undefined, undefined]);
  });

  it('says whether anything of a trace is in progress', () => {
    const traceId = receiveText();
    traces.add(traceId);
    expect([log.list()[0]?.state, log.find(traceId)?.state]).toEqual(['open', 'open']);
    traces.remove(traceId);
    expect([log.list()[0]?.state, log.find(traceId)?.state]).toEqual(['closed', 'closed']);
  });

  it('marks a trace whose first events are no longer kept, and forgets it with its last', () => {
    const traceId = receiveText();
    for (let id = 0; id < 9_999; id += 1) advanceClock();
    expect(log.list()).toMatchObject([{ traceId, isComplete: false }]);
    expect(log.find(traceId)?.tree).toMatchObject([{ depth: 0, isCauseMissing: true }]);
    advanceClock();
    expect([log.list(), log.find(traceId)]).toEqual([[], undefined]);
  });
});
