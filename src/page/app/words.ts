// How the page writes times, numbers, SIDs and texts from outside.
import { showControls } from '../../control-characters.js';
import type { SandboxEvent } from '../../sandbox/platform/events/event.js';
import { describeEvent } from '../../sandbox/traces/describe-event.js';

/** Makes the characters of an outside text visible that nobody would see, and keeps its lines. */
export function showText(text: string): string {
  return text.split('\n').map(showControls).join('\n');
}

/** `14:03:07.120` in the time of this machine. */
export function showTime(at: string): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** `14:03`, or with the day if it is not today. */
export function formatMoment(at: string): string {
  const [date, today] = [new Date(at), new Date()];
  const time = showTime(at).slice(0, 5);
  return date.toDateString() === today.toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
}

/** A gap between two events that is longer is said, milliseconds. */
export const GAP_MS = 1000;
/** `14:03:07.120` for a moment of today, else as {@link formatMoment}. */
export function formatExactMoment(at: string): string {
  return new Date(at).toDateString() === new Date().toDateString() ? showTime(at) : formatMoment(at);
}

/** A duration: `38 ms`, `1.2 s`. */
export function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Writes a North American number with spaces, others as they are. */
export function showNumber(number: string): string {
  return showText(number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3'));
}

/** Reads a number as somebody writes it, such as `+1 (301) 555-0195`. */
export function readNumber(text: string): string {
  return text.replace(/[\s().-]/g, '');
}

/** Reads several numbers, with or without commas between them. */
export function readNumbers(text: string): readonly string[] {
  return text
    .split(/[,;]|\s(?=\+)/)
    .map(readNumber)
    .filter((number) => number !== '');
}

/** What an event is called, and what it says. */
export function wordEvent(event: SandboxEvent): readonly [label: string, content: string] {
  const [label, content] = describeEvent(event, { sid: shorten, url: (url) => url, path: shortenSids });
  return [label.trim(), showText(content)];
}

function shorten(sid: string): string {
  return sid.length > 12 ? `${sid.slice(0, 2)}…${sid.slice(-4)}` : sid;
}

function shortenSids(path: string): string {
  return path
    .replace(/^\/2010-04-01\/Accounts\/AC[0-9a-f]{32}(?=\/)/, '')
    .replace(/\b[A-Z]{2}[0-9a-f]{32}\b/g, shorten);
}

/** What was made of each item for the search: making it anew for every key that is typed would be slow. */
const searched = new WeakMap<object, string>();

/**
 * The values of an event or an exchange, such as numbers and SIDs, in lower case, for the search.
 *
 * @param words returns further words that it is found by: those that it is shown with
 */
export function searchable(item: object, words: () => readonly string[] = () => []): string {
  const known = searched.get(item);
  if (known !== undefined) return known;
  const text = [...words(), ...listValues(item)].join('\n').toLowerCase();
  searched.set(item, text);
  return text;
}

function listValues(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(listValues);
  return value === null || value === undefined ? [] : [String(value)];
}
