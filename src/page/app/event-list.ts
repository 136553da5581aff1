// The events that the page keeps: in the order of their ids, each once, from the latest reset on.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';

/** Adds events that may come in any order, repeatedly or with gaps. @returns the same array if nothing is new */
export function addEvents(
  known: readonly SandboxEvent[],
  added: readonly SandboxEvent[],
  most: number,
): readonly SandboxEvent[] {
  const events = [...known];
  let isChanged = false;
  for (const event of added) isChanged = insertEvent(events, event) || isChanged;
  if (!isChanged) return known;
  const reset = events.findLastIndex(({ kind }) => kind === 'sandbox.reset' || kind === 'sandbox.restored');
  return events.slice(Math.max(reset, events.length - most, 0));
}

/** Inserts an event by its id. @returns false if it is there already */
function insertEvent(events: SandboxEvent[], event: SandboxEvent): boolean {
  let [low, high] = [0, events.length];
  if ((events[high - 1]?.id ?? 0) < event.id) return events.push(event) > 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.id ?? 0) < event.id) low = middle + 1;
    else high = middle;
  }
  if (events[low]?.id === event.id) return false;
  events.splice(low, 0, event);
  return true;
}
