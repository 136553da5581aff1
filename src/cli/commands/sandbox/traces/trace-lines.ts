// Formats a trace for a terminal: its events as a tree, and its sentence in lines.
import { shorten } from '../../../../control-characters.js';
import type { SandboxEvent } from '../../../../sandbox/platform/events/event.js';
import type { TraceNode } from '../../../../sandbox/traces/tree.js';
import { describeWithoutTime } from '../event-line.js';

/** The columns of a terminal, and what the indentation of a sentence leaves of them. */
const [WIDTH, SENTENCE_WIDTH] = [80, 72];

/** The widest branches that are shown: what is left must be enough for an event. */
const MAX_BRANCHES = 27;

/** The number at the end of a trace id, which names the trace among those of one sandbox. */
export function findNumber(traceId: string): string {
  return traceId.slice(traceId.lastIndexOf('-') + 1);
}

/**
 * Formats a tree, one event a line: the seconds since its first event, the id of the exchange, the event below its cause.
 * What has one effect is followed by it without a branch, so that a long chain stays in sight.
 *
 * @param isVerbose whether lines may be longer than a terminal is wide
 */
export function formatTree(tree: readonly TraceNode[], isVerbose: boolean): string[] {
  const startedAt = Math.min(...tree.map(({ event }) => Date.parse(event.at)));
  const branches = findBranches(tree);
  return tree.map((node) => {
    const { event } = node;
    const time = `+${((Date.parse(event.at) - startedAt) / 1000).toFixed(3)}`.padStart(8);
    const start = `${time} ${formatExchange(event)}  ${cutBranches(branches.get(event.id) ?? '')}`;
    return isVerbose
      ? `${start}${describeWithoutTime(event)}${describeCause(node)}`
      : shortenLine(start, describeBriefly(event), describeCause(node));
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

/**
 * Without what the tree shows anyway: the account in paths, the middle of SIDs there, and the origin of a webhook, which
 * is above its end.
 */
function describeBriefly(event: SandboxEvent): string {
  switch (event.kind) {
    case 'request.in':
    case 'fault.hit': {
      const path = event.path
        .replace(/^\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\//, '')
        .replace(/\b([A-Z]{2}[0-9a-f]{4})[0-9a-f]{24}([0-9a-f]{4})\b/g, '$1…$2');
      return describeWithoutTime({ ...event, path });
    }
    case 'webhook.sent':
      return describeWithoutTime({ ...event, url: event.url.replace(/^https?:\/\/[^/?#]*(?=\/)/, '') });
    default:
      return describeWithoutTime(event);
  }
}

function shortenLine(start: string, description: string, end: string): string {
  return `${start}${shorten(description, WIDTH - start.length - end.length)}${end}`;
}

/** Breaks a sentence into lines. */
export function wrap(sentence: string): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < SENTENCE_WIDTH) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
