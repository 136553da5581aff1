// Finds the phones that were ever shown a number: as a sender or caller, in a text, in a media file, or in a call.
import type { Store } from '../../platform/database.js';
import { verifyPhoneNumber } from '../../platform/phone-number.js';
import type { Sound } from '../../voice/call-gateway.js';
import { createNumberSpellings, type NumberSpellings } from './spelling.js';

/**
 * One time that a phone was shown a number.
 *
 * @example
 * expect(sandbox.whoSaw(ownersRealNumber)).toEqual([]);
 */
export interface NumberExposure {
  /** The phone that was shown it, E.164. */
  readonly phone: string;
  /** Where the number was: the sender or body of a text, a media file, the caller ID of a call, or speech in one. */
  readonly how: 'sender' | 'body' | 'media' | 'caller id' | 'heard';
  /** The number as it was written there. */
  readonly written: string;
  /** The SID of the message or call. */
  readonly sid: string;
  /** ISO 8601. */
  readonly at: string;
  /** The text around the number. */
  readonly excerpt: string;
}

/**
 * Finds every time that a phone other than the number's own was shown the number, oldest first.
 *
 * @throws RelayPhoneError `usage` if `number` is not a valid phone number.
 */
export function findExposures(store: Store, number: string): readonly NumberExposure[] {
  const spellings = createNumberSpellings(verifyPhoneNumber(number, `find who saw ${number}`));
  return [findInTexts, findInMedia, findInCalls]
    .flatMap((find) => find(store, spellings))
    .sort((one, other) => one.at.localeCompare(other.at));
}

interface TextRow {
  readonly phone: string;
  readonly sid: string;
  readonly sender: string;
  readonly body: string;
  readonly receivedAt: number;
}

function findInTexts(store: Store, { number, like, find }: NumberSpellings): NumberExposure[] {
  const rows = store.query<TextRow>(
    `SELECT phone, sid, sender, body, receivedAt FROM texts
    WHERE phone <> :number AND (sender = :number OR body LIKE :like) ORDER BY seq`,
  );
  return rows.all({ number, like }).flatMap(({ phone, sid, sender, body, receivedAt }) => {
    const occasion = { phone, sid, at: new Date(receivedAt).toISOString() };
    const exposures: NumberExposure[] = [];
    if (sender === number) {
      exposures.push({ ...occasion, how: 'sender', written: sender, excerpt: excerptOf(body, 0, 0) });
    }
    const found = find(body);
    if (found) {
      const { written, index } = found;
      exposures.push({ ...occasion, how: 'body', written, excerpt: excerptOf(body, index, written.length) });
    }
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
function findInMedia(store: Store, { number, like, find }: NumberSpellings): NumberExposure[] {
  const rows = store.query<MediaRow>(
    `SELECT phone, texts.sid AS sid, CAST(bytes AS TEXT) AS content, receivedAt FROM mediaFiles
    JOIN media ON media.seq = mediaFiles.seq JOIN texts ON texts.sid = media.messageSid
    WHERE phone <> :number AND contentType LIKE 'text/%' AND CAST(bytes AS TEXT) LIKE :like ORDER BY texts.seq`,
  );
  return rows.all({ number, like }).flatMap(({ phone, sid, content, receivedAt }) => {
    const found = find(content);
    if (!found) return [];
    const { written, index } = found;
    const at = new Date(receivedAt).toISOString();
    return [{ phone, how: 'media', written, sid, at, excerpt: excerptOf(content, index, written.length) }];
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
function findInCalls(store: Store, { number, like, find }: NumberSpellings): NumberExposure[] {
  const rows = store.query<CallRow>(
    `SELECT phone, callSid, direction, shown, heard, startedAt FROM callLog
    WHERE phone <> :number AND (shown = :number OR heard LIKE :like) ORDER BY seq`,
  );
  return rows.all({ number, like }).flatMap(({ phone, callSid, direction, shown, heard, startedAt }) => {
    const occasion = { phone, sid: callSid, at: new Date(startedAt).toISOString() };
    const exposures: NumberExposure[] = [];
    if (shown === number && direction === 'incoming') {
      exposures.push({ ...occasion, how: 'caller id', written: shown, excerpt: '' });
    }
    for (const { content } of JSON.parse(heard) as Sound[]) {
      const found = find(content);
      if (!found) continue;
      const { written, index } = found;
      const excerpt = excerptOf(content, index, written.length);
      exposures.push({ ...occasion, how: 'heard', written, excerpt });
    }
    return exposures;
  });
}

/** How many characters an excerpt shows on each side of a number. */
const MARGIN = 30;

function excerptOf(text: string, index: number, length: number): string {
  // Cut between whole characters: half of one is not valid text.
  const [before, after] = [[...text.slice(0, index)], [...text.slice(index + length)]];
  const [start, end] = [before.slice(-MARGIN).join(''), after.slice(0, MARGIN).join('')];
  const part = start + text.slice(index, index + length) + end;
  return `${before.length > MARGIN ? '…' : ''}${part}${after.length > MARGIN ? '…' : ''}`;
}
