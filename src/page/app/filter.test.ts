// The filter of the timeline.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyArbitrary } from '../../../test/support/event-histories.js';
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { readOutcome } from '../../sandbox/traces/event-outcome.js';
import { parseFilter } from './filter.js';

const SID = 'SMa28299f3685a2a2dd407000000000001';
const RECEIVED: SandboxEvent = {
  kind: 'text.received',
  id: 3,
  at: '2026-06-01T12:00:00.000Z',
  traceId: 'ab-2',
  cause: 2,
  sid: SID,
  from: '+12125550190',
  to: '+12025550100',
  body: 'Hello There',
  mediaUrls: [],
};

describe('a filter', () => {
  it.each([
    ['', true],
    ['   ', true],
    ['hello', true],
    ['HELLO there', true],
    ['hello nobody', false],
    ['kind:text', true],
    ['kind:text.received', true],
    ['kind:received', false],
    ['from:+1212', true],
    ['from:+1202', false],
    ['to:5550100', true],
    ['to:5550190', false],
    [`sid:${SID}`, true],
    ['sid:SMa28', true],
    ['sid:hello', false],
    ['saw:+1212', false],
    ['is:failed', false],
    ['is:other', true],
    ['kind:', false],
  ])('`%s` matches a received text: %s', (filter, isMatch) => {
    expect(parseFilter(filter)(RECEIVED)).toBe(isMatch);
  });

  it('`is:failed` matches exactly the events of failures', () => {
    fc.assert(
      fc.property(historyArbitrary, (history) => {
        const failures = history.filter((event) => readOutcome(event) === 'failed');
        expect(history.filter(parseFilter('is:failed'))).toEqual(failures);
      }),
    );
  });

  it('with one more word never matches more', () => {
    const word = fc.constantFrom(
      'kind:text',
      'from:+1',
      'is:failed',
      'saw:+1301',
      'hello',
      '+1202',
      'sid:sm',
    );
    fc.assert(
      fc.property(historyArbitrary, word, word, (history, one, other) => {
        const both = history.filter(parseFilter(`${one} ${other}`));
        expect(both).toEqual(history.filter(parseFilter(one)).filter(parseFilter(other)));
      }),
    );
  });
});
