// Lays out the events of a trace as a tree.
import type { SandboxEvent } from '../../../../sandbox/platform/events/event.js';
import { describeEvent } from '../../../../sandbox/traces/describe-event.js';
import type { TraceOutcome } from '../../../../sandbox/traces/event-outcome.js';
import { readOutcome } from '../../../../sandbox/traces/event-outcome.js';
import type { TraceNode } from '../../../../sandbox/traces/tree.js';
import { fitRow, type Layout, layOut, measure } from '../../../core/layout.js';
import { FULL_NAMES, formatLabel, listContents } from '../event-line.js';

/** The widest branches that are shown: what is left must be enough for an event. */
const MAX_BRANCHES = 27;

/** An event of a tree: its rows, and what it tells of. */
export interface TreeRows {
  readonly rows: readonly string[];
  readonly outcome: TraceOutcome;
}

/**
 * Lays out a tree: for each event the seconds since the first one, the id of the exchange, the event below its cause. What has
 * one effect is followed by it without a branch, so that a long chain stays in sight. An event takes one row, and is cut for
 * that, unless everything is to be shown in full.
 */
export function layOutTree(tree: readonly TraceNode[], layout: Layout): TreeRows[] {
  const startedAt = Math.min(...tree.map(({ event }) => Date.parse(event.at)));
  const branches = findBranches(tree);
  return tree.map((node) => {
    const { event } = node;
    const time = `+${((Date.parse(event.at) - startedAt) / 1000).toFixed(3)}`.padStart(8);
    const start = `${time} ${formatExchange(event)}  ${cutBranches(branches.get(event.id) ?? '')}`;
    const head = `${start}${formatLabel(describeEvent(event, FULL_NAMES)[0])}`;
    const contents = listBriefContents(event, layout);
    const end = describeCause(node);
    const room = layout.columns - measure(head) - measure(end);
    const rows = layout.isFull
      ? layOut(head, [`${contents[0]}${end}`], layout)
      : [`${head}${fitRow(contents, room)}${end}`];
    return { rows, outcome: readOutcome(event) };
  });
}

/** What stands before each event: `│  ├─ `. By the id of the event. */
function findBranches(tree: readonly TraceNode[]): ReadonlyMap<number, string> {
  const branches = new Map<number, string>();
  /** What stands before the effects of an event. */
  const inner = new Map<number, string>();
  for (const { event, children } of tree) {
    branches.set(event.id, branches.get(event.id) ?? '');
    const before = inner.get(event.id) ?? '';
    for (const child of children) {
      const isLast = child === children.at(-1);
      const isOnly = children.length === 1;
      branches.set(child, isOnly ? before : `${before}${isLast ? '└─ ' : '├─ '}`);
      inner.set(child, isOnly ? before : `${before}${isLast ? '   ' : '│  '}`);
    }
  }
  return branches;
}

function cutBranches(branches: string): string {
  return branches.length > MAX_BRANCHES ? `…  ${branches.slice(3 - MAX_BRANCHES)}` : branches;
}

function formatExchange(event: SandboxEvent): string {
  const id = 'exchangeId' in event ? event.exchangeId : null;
  return (id === null ? '' : `#${id}`).padStart(6);
}

function describeCause({ isGuessed, isCauseMissing }: TraceNode): string {
  if (isGuessed) return ' (guessed)';
  return isCauseMissing ? ' (cause no longer kept)' : '';
}

/** Without what the tree shows anyway: the origin of a webhook, which is above its end. */
function listBriefContents(event: SandboxEvent, layout: Layout): readonly [string, ...string[]] {
  if (layout.isFull || event.kind !== 'webhook.sent') return listContents(event, layout);
  return listContents({ ...event, url: event.url.replace(/^https?:\/\/[^/?#]*(?=\/)/, '') }, layout);
}
