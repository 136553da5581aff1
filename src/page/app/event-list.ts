// Which events the page keeps: the newest ones since the latest reset.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';

/** Returns what is kept of events in the order of their ids; the array itself if all are. @param most how many are kept */
export function keepEvents(events: readonly SandboxEvent[], most: number): readonly SandboxEvent[] {
  const reset = events.findLastIndex(({ kind }) => kind === 'sandbox.reset' || kind === 'sandbox.restored');
  const first = Math.max(reset, events.length - most, 0);
  return first === 0 ? events : events.slice(first);
}
