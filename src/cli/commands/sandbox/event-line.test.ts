// Checks the warnings about events that a follower has missed.
import { expect, it } from 'vitest';
import { warnOfMissedEvents } from './event-line.js';

it('says how many events were missed, and that the sandbox was restarted', () => {
  const warnings: string[] = [];
  const { onGap, onReset } = warnOfMissedEvents({ warn: (text) => void warnings.push(text) });
  onGap?.({ after: 3, before: 5, missed: 1 });
  onGap?.({ after: 10, before: 1215, missed: 1204 });
  onReset?.({ epoch: '0123456789abcdef', lastId: 3, oldestId: 1 });
  expect(warnings).toEqual([
    '1 event was missed',
    '1204 events were missed',
    'the sandbox was restarted: its earlier events are gone',
  ]);
});
