// Finds the phones that were ever shown a number: as a sender or caller, in a text, in a media file, or in a call.
import type { Store } from '../../platform/database.js';
import type { ExposureKind } from '../../platform/events/event.js';
import type { EventStream } from '../../platform/events/stream.js';
import { verifyPhoneNumber } from '../../platform/phone-number.js';
import { readHeard } from '../calls/call-log.js';
import { createEventLinks, type EventLink, type EventLinks } from '../event-links.js';
import { createNumberSpellings, type NumberSpellings, type WrittenNumber } from './spelling.js';

/**
 * One time that a phone was shown a number.
 *
 * @example
 * expect(sandbox.exposures(ownersRealNumber)).toEqual([]);
 */
export interface NumberExposure extends EventLink {
  /** The phone that was shown it, E.164. */
  readonly phone: string;
  /** Where the number was: the sender or body of a text, a media file, the caller ID of a call, or speech in one. */
  readonly how: ExposureKind;
  /** The number as it was written there. */
  readonly written: string;
  /** The SID of the message or call. */
  readonly sid: string;
  /** When the phone was shown it, ISO 8601. */
  readonly at: string;
  /** The text around the number. */
  readonly excerpt: string;
}

/**
 * Finds every time that a phone other than the number's own was shown the number, oldest first.
 *
 * @throws RelayPhoneError `usage` if `number` is not a valid phone number.
 */
export function findExposures(store: Store, events: EventStream, number: string): readonly NumberExposure[] {
  const spellings = createNumberSpellings(verifyPhoneNumber(number, `find the exposures of ${number}`));
  const links = createEventLinks(events);
  return [findInTexts, findInMedia, findInCalls]
    .flatMap((find) => find(store, spellings, links))
    .sort((one, other) => one.at.localeCompare(other.at));
}

interface TextRow {
  readonly phone: string;
  readonly sid: string;
  readonly sender: string;
  readonly body: string;
  readonly receivedAt: number;
}

function findInTexts(
  store: Store,
  { number, like, find }: NumberSpellings,
  links: EventLinks,
): NumberExposure[] {
  const rows = store.query<TextRow>(
    `SELECT phone, sid, sender, body, receivedAt FROM texts
    WHERE phone <> :number AND (sender = :number OR body LIKE :like) ORDER BY seq`,
  );
  return rows.all({ number, like }).flatMap(({ phone, sid, sender, body, receivedAt }) => {
    const occasion = { phone, sid, at: new Date(receivedAt).toISOString() };
    const exposures: NumberExposure[] = [];
    if (sender === number) exposures.push({ ...occasion, ...asSender(number, body), ...links.text(sid) });
    const found = find(body);
    if (found) exposures.push({ ...occasion, ...asWritten('body', body, found), ...links.text(sid) });
    return exposures;
  });
}

interface MediaRow {
  readonly phone: string;
  readonly sid: string;
  readonly content: string;
  readonly receivedAt: number;
}

/** Files of type `text/…`, such as contacts (vCard), until the account deletes them. */
function findInMedia(
  store: Store,
  { number, like, find }: NumberSpellings,
  links: EventLinks,
): NumberExposure[] {
  const rows = store.query<MediaRow>(
    `SELECT phone, texts.sid AS sid, CAST(bytes AS TEXT) AS content, receivedAt FROM mediaFiles
    JOIN media ON media.seq = mediaFiles.seq JOIN texts ON texts.sid = media.messageSid
    WHERE phone <> :number AND contentType LIKE 'text/%' AND CAST(bytes AS TEXT) LIKE :like ORDER BY texts.seq`,
  );
  return rows.all({ number, like }).flatMap(({ phone, sid, content, receivedAt }) => {
    const found = find(content);
    if (!found) return [];
    const at = new Date(receivedAt).toISOString();
    return [{ phone, sid, at, ...asWritten('media', content, found), ...links.text(sid) }];
  });
}

interface CallRow {
  readonly phone: string;
  readonly callSid: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly shown: string;
  readonly heard: string;
  readonly startedAt: number;
}

/** The caller ID counts only for incoming calls: a phone that dials a number knows it. */
function findInCalls(
  store: Store,
  { number, like, find }: NumberSpellings,
  links: EventLinks,
): NumberExposure[] {
  const rows = store.query<CallRow>(
    `SELECT phone, callSid, direction, shown, heard, startedAt FROM callLog
    WHERE phone <> :number AND (shown = :number OR heard LIKE :like) ORDER BY seq`,
  );
  return rows.all({ number, like }).flatMap(({ phone, callSid: sid, direction, shown, heard, startedAt }) => {
    const start = { phone, sid, at: new Date(startedAt).toISOString() };
    const exposures: NumberExposure[] = [];
    if (shown === number && direction === 'incoming') {
      exposures.push({ ...start, ...asCaller(number), ...links.callerId(sid) });
    }
    readHeard(heard).forEach(({ content, at }, index, sounds) => {
      const found = find(content);
      if (!found) return;
      const moment = { ...start, at: at ?? start.at };
      const link = links.heard(sid, index, sounds.length);
      exposures.push({ ...moment, ...asWritten('heard', content, found), ...link });
    });
    return exposures;
  });
}

/** What an exposure says about the number. */
export type ShownNumberFacts = Pick<NumberExposure, 'how' | 'written' | 'excerpt'>;

/** A number that a phone is shown as the sender of a text. */
export function asSender(number: string, body: string): ShownNumberFacts {
  return { how: 'sender', written: number, excerpt: excerptOf(body, 0, 0) };
}

/** A number that a phone is shown as the caller. */
export function asCaller(number: string): ShownNumberFacts {
  return { how: 'caller id', written: number, excerpt: '' };
}

/** A number that is written in something that a phone is shown. */
export function asWritten(
  how: 'body' | 'media' | 'heard',
  content: string,
  { written, index }: WrittenNumber,
): ShownNumberFacts {
  return { how, written, excerpt: excerptOf(content, index, written.length) };
}

/** How many characters an excerpt shows on each side of a number. */
const MARGIN = 30;

function excerptOf(text: string, index: number, length: number): string {
  const end = index + length;
  return endOf(text.slice(0, index)) + text.slice(index, end) + startOf(text.slice(end));
}

/** Cut between whole characters: half of one is not valid text. A character has at most two units. */
function endOf(text: string): string {
  if (text.length <= MARGIN) return text;
  const characters = [...text.slice(-2 * MARGIN - 1)];
  return characters.length <= MARGIN ? text : `…${characters.slice(-MARGIN).join('')}`;
}

function startOf(text: string): string {
  if (text.length <= MARGIN) return text;
  const characters = [...text.slice(0, 2 * MARGIN + 1)];
  return characters.length <= MARGIN ? text : `${characters.slice(0, MARGIN).join('')}…`;
}
