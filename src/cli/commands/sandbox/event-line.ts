// Shows an event of the sandbox in one line.
import { formatWithoutPassword } from '../../../origin.js';
import type { FollowNotices } from '../../../sandbox/control/follow.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { describeEvent, type EventNames } from '../../../sandbox/traces/describe-event.js';
import { readOutcome } from '../../../sandbox/traces/event-outcome.js';
import { type Layout, layOut, shortenPath, shortenSid, shortenUrl } from '../../core/layout.js';
import type { Screen } from '../../core/screen.js';

/** Shows one event with its time in UTC, in the colour of what it tells of. @param indent spaces before it */
export function showEvent(screen: Screen, event: SandboxEvent, indent = ''): void {
  screen.rows(layOutEvent(event, screen.layout, indent), readOutcome(event));
}

/** Lays out one event. @param indent spaces before it */
export function layOutEvent(event: SandboxEvent, layout: Layout, indent: string): string[] {
  const [label] = describeEvent(event, FULL_NAMES);
  const head = `${indent}${event.at.slice(11, 23)}  ${formatLabel(label)}`;
  return layOut(head, listContents(event, layout), layout);
}

/** Returns what shows, as warnings, that events are missing. */
export function warnOfMissedEvents({ warn }: Pick<Screen, 'warn'>): FollowNotices {
  return {
    onGap: ({ missed }) => warn(`${missed} ${missed === 1 ? 'event was' : 'events were'} missed`),
    onReset: () => warn('the sandbox was restarted: its earlier events are gone'),
  };
}

const LABEL_COLUMNS = 15;

/** Returns what stands before the content of an event: what kind it is. */
export function formatLabel(label: string): string {
  return `${label.padEnd(LABEL_COLUMNS)} `;
}

const same = (text: string) => text;
/** Names in full, without passwords. */
export const FULL_NAMES: EventNames = { sid: same, url: formatWithoutPassword, path: same };

/** Returns the content of an event as {@link layOut} takes it: the shorter, the fewer names are in full. */
export function listContents(
  event: SandboxEvent,
  { columns, isFull }: Layout,
): readonly [string, ...string[]] {
  const describe = (names: EventNames) => describeEvent(event, names)[1];
  if (isFull) return [describe(FULL_NAMES)];
  const path = (one: string) => shortenUrl(shortenPath(one), columns);
  const url = (one: string) => shortenUrl(formatWithoutPassword(one), columns);
  return [
    describe({ ...FULL_NAMES, path: shortenPath }),
    describe({ ...FULL_NAMES, path: shortenPath, sid: shortenSid }),
    describe({ path, sid: shortenSid, url }),
  ];
}
