// Orders the events of one trace as a tree: each below its cause.
import type { SandboxEvent } from '../platform/events/event.js';
import { isGuessed } from './facts.js';

/** An event in the tree of its trace. */
export interface TraceNode {
  readonly event: SandboxEvent;
  /** 0 for a root. */
  readonly depth: number;
  /** True if its cause is a guess. */
  readonly isGuessed: boolean;
  /** True for a root that has a cause, which is unknown or no longer kept. */
  readonly isCauseMissing: boolean;
  /** The ids of the events that it caused, ascending. */
  readonly children: readonly number[];
}

/**
 * Returns the tree of a trace as a list in depth-first order: each event is followed by everything that it caused. A list,
 * because the chain of a long call is thousands of events deep.
 *
 * @param events in the order of their ids
 */
export function buildTree(events: readonly SandboxEvent[]): readonly TraceNode[] {
  const children = new Map<number, SandboxEvent[]>(events.map(({ id }) => [id, []]));
  const roots: SandboxEvent[] = [];
  for (const event of events) (children.get(event.cause ?? 0) ?? roots).push(event);
  const nodes: TraceNode[] = [];
  const open = roots.map((event) => ({ event, depth: 0 })).reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    const { event, depth } = next;
    const caused = children.get(event.id) ?? [];
    nodes.push({
      event,
      depth,
      isGuessed: isGuessed(event),
      isCauseMissing: depth === 0 && event.cause !== null,
      children: caused.map(({ id }) => id),
    });
    for (const child of caused.toReversed()) open.push({ event: child, depth: depth + 1 });
  }
  return nodes;
}
