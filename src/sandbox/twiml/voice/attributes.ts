// Reads the attributes of voice TwiML: counts, yes and no, one of a few words.
import { type Reading, readMethod, readUrl, warnOfSchema } from '../element.js';
import type { XmlElement } from '../xml.js';
import type { RecordingCallback, TwimlUrl } from './verbs.js';

/** What an integer may be, and what it is when nothing is said. */
export interface Range {
  readonly least: number;
  readonly most: number;
  readonly fallback: number;
}

/** A whole number in its range; what is none or out of it is warned of, and as if it were not there. */
export function readCount(
  element: XmlElement,
  name: string,
  { warn }: Reading,
  { least, most, fallback }: Range,
): number {
  const text = element.attributes.get(name)?.trim();
  if (text === undefined || text === '') return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  warnOfSchema(warn, `<${element.name}> has the ${name} '${text}'`);
  return fallback;
}

/** `true` or `false`; anything else is warned of, and `fallback`. */
export function readFlag(element: XmlElement, name: string, { warn }: Reading, fallback = false): boolean {
  const text = element.attributes.get(name)?.trim().toLowerCase();
  if (text === undefined || text === '') return fallback;
  if (text === 'true' || text === 'false') return text === 'true';
  warnOfSchema(warn, `<${element.name}> has the ${name} '${text}'`);
  return fallback;
}

/** Words of a list, each one of `known`; others are warned of and left out. */
export function readWordList<Word extends string>(
  element: XmlElement,
  name: string,
  { warn }: Reading,
  known: readonly Word[],
): Word[] {
  const text = element.attributes.get(name) ?? '';
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  for (const word of words) {
    if (!known.includes(word as Word)) warnOfSchema(warn, `<${element.name}> has the ${name} '${word}'`);
  }
  return known.filter((word) => words.includes(word));
}

/** A URL attribute with its method attribute; undefined without a URL. */
export function readAddress(
  element: XmlElement,
  url: string,
  method: string,
  reading: Reading,
): TwimlUrl | undefined {
  const address = readUrl(element, url, reading);
  return address === undefined ? undefined : { url: address, method: readMethod(element, reading, method) };
}

/** Who is told of recordings. */
export function readRecordingCallback(element: XmlElement, reading: Reading): RecordingCallback | undefined {
  const address = readAddress(element, 'recordingStatusCallback', 'recordingStatusCallbackMethod', reading);
  const events = readWordList(element, 'recordingStatusCallbackEvent', reading, [
    'in-progress',
    'completed',
    'absent',
  ]);
  return address && { ...address, events: events.length > 0 ? events : ['completed'] };
}
