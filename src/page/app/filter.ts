// The filter of the timeline: words, and `kind:` `from:` `to:` `sid:` `saw:` `is:failed`.
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { readOutcome } from '../../sandbox/traces/event-outcome.js';
import { searchable } from './words.js';

/** Returns a function that tells whether an event matches all words of a filter; an empty filter matches all. */
export function parseFilter(text: string): (event: SandboxEvent) => boolean {
  const tests = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(parseWord);
  return (event) => tests.every((matches) => matches(event));
}

/** Of a text in lower case. */
const SIDS = /\b[a-z]{2}[0-9a-f]{32}\b/g;

function parseWord(word: string): (event: SandboxEvent) => boolean {
  const [, name = '', value = ''] = /^(kind|from|to|sid|saw|is):(.+)$/.exec(word) ?? [];
  const fieldOf = (event: SandboxEvent, field: string) =>
    String((event as unknown as Readonly<Record<string, unknown>>)[field] ?? '').toLowerCase();
  switch (name) {
    case 'kind':
      return ({ kind }) => kind.startsWith(value);
    case 'from':
    case 'to':
      return (event) => fieldOf(event, name).includes(value);
    case 'sid':
      return (event) => [...searchable(event).matchAll(SIDS)].some(([sid]) => sid.includes(value));
    case 'saw':
      return (event) => event.kind === 'exposure' && `${event.phone} ${event.number}`.includes(value);
    case 'is':
      return (event) => value !== 'failed' || readOutcome(event) === 'failed';
    default:
      return (event) => searchable(event).includes(word);
  }
}
