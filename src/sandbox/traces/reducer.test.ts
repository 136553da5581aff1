// The traces and threads of random histories: in any order, with duplicates, in parts, with gaps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLongHistory, historyArbitrary } from '../../../test/support/event-histories.js';
import type { SandboxEvent } from '../platform/events/event.js';
import { createEventReducer, type EventReducer } from './reducer.js';

/** Everything that a reducer says. */
function readAll(reducer: EventReducer) {
  const traces = reducer.traces();
  return {
    traces,
    trees: traces.map(({ traceId }) => reducer.trace(traceId)),
    threads: reducer.threads(),
    gaps: reducer.gaps(),
  };
}

function reduce(events: readonly SandboxEvent[]) {
  const reducer = createEventReducer();
  reducer.add(events);
  return readAll(reducer);
}

/** Events in any order, some of them twice, cut into parts. */
function scramble(events: readonly SandboxEvent[]): fc.Arbitrary<SandboxEvent[][]> {
  return fc
    .tuple(fc.shuffledSubarray([...events], { minLength: events.length }), fc.subarray([...events]))
    .chain(([shuffled, twice]) =>
      fc
        .array(fc.nat(shuffled.length), { maxLength: 5 })
        .map((cuts) => [0, ...cuts.toSorted((one, other) => one - other), shuffled.length])
        .map((cuts) => [...cuts.slice(1).map((to, index) => shuffled.slice(cuts[index], to)), twice]),
    );
}

describe('the reducer', () => {
  it('comes to the same state in any order, with duplicates, and in any parts', () => {
    const property = fc.property(
      historyArbitrary.chain((events) => fc.tuple(fc.constant(events), scramble(events), fc.boolean())),
      ([events, parts, isReadBetween]) => {
        const reducer = createEventReducer();
        for (const part of parts) {
          reducer.add(part);
          if (isReadBetween) readAll(reducer);
        }
        expect(readAll(reducer)).toEqual(reduce(events));
      },
    );
    fc.assert(property);
  });

  it('depends only on the events it has while some are missing, and on all once they came', () => {
    const property = fc.property(
      historyArbitrary.chain((events) =>
        fc
          .tuple(fc.constant(events), fc.subarray(events))
          .chain(([all, some]) =>
            fc.tuple(fc.constant(all), fc.constant(some), scramble(some), scramble(all)),
          ),
      ),
      ([all, some, partsOfSome, partsOfAll]) => {
        const reducer = createEventReducer();
        for (const part of partsOfSome) reducer.add(part);
        expect(readAll(reducer)).toEqual(reduce(some));
        for (const part of partsOfAll) reducer.add(part);
        expect(readAll(reducer)).toEqual(reduce(all));
      },
    );
    fc.assert(property);
  });

  it('names the ids that it has not seen since the latest reset', () => {
    const property = fc.property(
      historyArbitrary.chain((events) => fc.subarray(events, { minLength: 1 })),
      (events) => {
        const seen = new Set(events.map(({ id }) => id));
        const start = events.findLast(({ kind }) => isStart(kind)) ?? events[0];
        const missing: number[] = [];
        for (let id = start?.id ?? 0; id < (events.at(-1)?.id ?? 0); id += 1)
          if (!seen.has(id)) missing.push(id);
        const { gaps } = reduce(events);
        const named = gaps.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, at) => first + at),
        );
        expect(named).toEqual(missing);
        expect(gaps.every(({ last }) => seen.has(last + 1))).toBe(true);
      },
    );
    fc.assert(property);
  });

  it('puts every event of a trace into its tree once, below its cause and in order', () => {
    const property = fc.property(historyArbitrary, (events) => {
      const { traces, trees } = reduce(events);
      for (const [index, { traceId }] of traces.entries()) {
        const start = events.findLast(({ kind }) => isStart(kind))?.id ?? 0;
        const own = events.filter((event) => event.traceId === traceId && event.id >= start);
        const nodes = trees[index]?.tree ?? [];
        expect(nodes.map(({ event }) => event.id).toSorted((one, other) => one - other)).toEqual(
          own.map(({ id }) => id),
        );
        for (const [at, { event, depth, isCauseMissing }] of nodes.entries()) {
          const parent = nodes.slice(0, at).findLast((node) => node.depth === depth - 1);
          expect(parent?.event.id ?? (isCauseMissing ? event.cause : null)).toBe(event.cause);
          if (parent) expect(parent.children).toContain(event.id);
        }
      }
    });
    fc.assert(property);
  });

  it('lists a text once in its thread, with its latest status', () => {
    const property = fc.property(historyArbitrary, (events) => {
      const start = events.findLast(({ kind }) => isStart(kind))?.id ?? 0;
      const kept = events.filter(({ id }) => id >= start);
      const { threads } = reduce(events);
      const entries = threads.flatMap((thread) => thread.entries.map((entry) => ({ ...thread, entry })));
      for (const event of kept) {
        if (event.kind === 'phone.texts') {
          const own = entries.filter(({ entry }) => entry.id === event.id);
          const isReceived = kept.some(({ kind, cause }) => kind === 'text.received' && cause === event.id);
          const status = isReceived ? 'received' : 'sent';
          expect(own).toMatchObject([
            { phone: event.from, other: event.to, entry: { direction: 'sent', body: event.body, status } },
          ]);
        }
        if (event.kind === 'text.queued' && event.to !== '+12025550100' && event.to !== '+12025550101') {
          const last = kept.findLast((other) => other.kind === 'text.status' && other.sid === event.sid);
          const own = entries.filter(({ entry }) => entry.sid === event.sid);
          const { status = 'queued', errorCode = null } = last?.kind === 'text.status' ? last : {};
          expect(own).toMatchObject([
            { phone: event.to, other: event.from, entry: { direction: 'received', status, errorCode } },
          ]);
        }
      }
    });
    fc.assert(property);
  });

  it('keeps what new events do not change', () => {
    const history = createLongHistory(1000);
    const reducer = createEventReducer();
    reducer.add(history.slice(0, -1));
    const [before, threads] = [reducer.traces(), reducer.threads()];
    reducer.add(history.slice(-1));
    const changed = reducer.traces().filter((trace) => !before.includes(trace));
    expect(changed.map(({ traceId }) => traceId)).toEqual([history.at(-1)?.traceId]);
    const changedThreads = reducer.threads().filter((thread) => !threads.includes(thread));
    expect(changedThreads.length).toBeLessThanOrEqual(2);
    expect(reducer.traces()).toBe(reducer.traces());
    expect(reducer.threads()).toBe(reducer.threads());
  });

  it('forgets events on request', () => {
    const history = createLongHistory(100);
    const reducer = createEventReducer();
    reducer.add(history);
    reducer.forgetBefore(50);
    reducer.add(history);
    const rest = history.filter(({ id }) => id >= 50);
    expect(readAll(reducer)).toEqual(reduce(rest));
    expect(reducer.traces().at(-1)?.isComplete).toBe(false);
  });

  it('reads a chain of ten thousand events', () => {
    const chain = Array.from(
      { length: 10_000 },
      (_, index): SandboxEvent => ({
        id: index + 1,
        at: '2026-11-28T00:00:00.000Z',
        traceId: 'a-1',
        cause: index === 0 ? null : index,
        kind: 'twiml.run',
        sid: 'CA1',
        url: null,
        verb: 'Redirect',
      }),
    );
    const { trees } = reduce(chain);
    expect(trees[0]?.tree.at(-1)).toMatchObject({ depth: 9999, children: [] });
  });
});

function isStart(kind: SandboxEvent['kind']): boolean {
  return kind === 'sandbox.reset' || kind === 'sandbox.restored';
}
