// Merges events into those that are known, whatever their order, and each once.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';

/** Returns all events in the order of their ids; `known` itself if it has them all. */
export function mergeEvents(
  known: readonly SandboxEvent[],
  added: readonly SandboxEvent[],
): readonly SandboxEvent[] {
  const sorted = isAscending(added) ? added : added.toSorted((one, other) => one.id - other.id);
  const [first] = sorted;
  if (!first) return known;
  const merged: SandboxEvent[] = [];
  let at = 0;
  let isNew = false;
  for (const event of sorted) {
    for (let next = known[at]; next && next.id < event.id; next = known[at]) {
      merged.push(next);
      at += 1;
    }
    const isKnown = known[at]?.id === event.id || merged.at(-1)?.id === event.id;
    if (isKnown) continue;
    merged.push(event);
    isNew = true;
  }
  return isNew ? merged.concat(known.slice(at)) : known;
}

function isAscending(events: readonly SandboxEvent[]): boolean {
  return events.every(({ id }, index) => index === 0 || (events[index - 1]?.id ?? 0) < id);
}
