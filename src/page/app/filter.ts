// The filter of the timeline: words, and `kind:` `from:` `to:` `sid:` `saw:` `is:failed`.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { readOutcome } from '../../sandbox/traces/event-outcome.js';
import { searchable, wordEvent } from './words.js';

/** Returns a function that checks whether an event matches all words of a filter; an empty filter matches all. */
export function parseFilter(text: string): (event: SandboxEvent) => boolean {
  return matchWords(text, ['kind', 'from', 'to', 'sid', 'saw', 'is'], matchEvent);
}

/**
 * Returns a function that checks whether something matches all words of a filter.
 *
 * @param names what may stand before a colon; any other word has the name `''`
 * @param matches gets a name and a value in lower case
 */
export function matchWords<Item>(
  text: string,
  names: readonly string[],
  matches: (item: Item, name: string, value: string) => boolean,
): (item: Item) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const [, name = '', value = ''] = /^([a-z]+):(.+)$/.exec(word) ?? [];
      return names.includes(name) ? ([name, value] as const) : (['', word] as const);
    });
  return (item) => words.every(([name, value]) => matches(item, name, value));
}

/** Returns whether one of the SIDs in a text, which is in lower case, has a part. */
export function hasSid(text: string, part: string): boolean {
  return [...text.matchAll(/\b[a-z]{2}[0-9a-f]{32}\b/g)].some(([sid]) => sid.includes(part));
}

function matchEvent(event: SandboxEvent, name: string, value: string): boolean {
  switch (name) {
    case 'kind':
      return event.kind.startsWith(value);
    case 'from':
    case 'to':
      return fieldOf(event, name).includes(value);
    case 'sid':
      return hasSid(searchableEvent(event), value);
    case 'saw':
      return event.kind === 'exposure' && `${event.phone} ${event.number}`.includes(value);
    case 'is':
      return value !== 'failed' || readOutcome(event) === 'failed';
    default:
      return searchableEvent(event).includes(value);
  }
}

function fieldOf(event: SandboxEvent, field: string): string {
  return String((event as unknown as Readonly<Record<string, unknown>>)[field] ?? '').toLowerCase();
}

function searchableEvent(event: SandboxEvent): string {
  return searchable(event, () => wordEvent(event));
}
