// The list of events: it is the same in whatever order, however often and in whatever parts the events come.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { historyArbitrary } from '../../../test/support/event-histories.js';
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { keepEvents } from './event-list.js';
import { mergeEvents } from './merge-events.js';

const MOST = 40;

/** What must be kept of events in the order of their ids. */
function keep(history: readonly SandboxEvent[]): readonly SandboxEvent[] {
  const reset = history.findLastIndex(({ kind }) => kind === 'sandbox.reset' || kind === 'sandbox.restored');
  return history.slice(Math.max(0, reset)).slice(-MOST);
}

it('keeps the newest events since the latest reset, in any order, with duplicates, in any parts', () => {
  const arrivals = historyArbitrary.chain((history) =>
    fc.tuple(
      fc.constant(history),
      fc.shuffledSubarray([...history, ...history], { minLength: history.length * 2 }),
      fc.integer({ min: 1, max: 20 }),
    ),
  );
  fc.assert(
    fc.property(arrivals, ([history, arriving, size]) => {
      let known: readonly SandboxEvent[] = [];
      for (let at = 0; at < arriving.length; at += size) {
        known = keepEvents(mergeEvents(known, arriving.slice(at, at + size)), MOST);
      }
      expect(known).toEqual(keep(history));
    }),
  );
});

it('returns the same array if nothing is new, so that nothing is drawn again', () => {
  fc.assert(
    fc.property(historyArbitrary, (history) => {
      const known = keepEvents(mergeEvents([], history), MOST);
      expect(keepEvents(mergeEvents(known, known), MOST)).toBe(known);
    }),
  );
});
