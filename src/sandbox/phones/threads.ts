// The conversations of a phone: what it sent to one other number and received from it, in one order.
import { RelayPhoneError } from '../../errors.js';
import type { MediaLink } from '../messaging/text-gateway.js';
import type { Store } from '../platform/database.js';
import type { EventStream } from '../platform/events/stream.js';
import { findPhoneNumber } from '../platform/phone-number.js';
import { createEventLinks, type EventLink, type EventLinks } from './event-links.js';

/** A text of a conversation, in either direction. */
export interface ThreadText extends EventLink {
  /** Where it is in the conversation; it stays the same. */
  readonly position: string;
  readonly direction: 'received' | 'sent';
  /** The SID of its message; null if there is none. */
  readonly sid: string | null;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The URLs of its media, as they were sent. */
  readonly mediaUrls: readonly string[];
  /** Its media in the sandbox, until the account deletes them. */
  readonly media: readonly MediaLink[];
  /** When the phone received or sent it, ISO 8601. */
  readonly at: string;
}

/** A conversation with one other number. */
export interface Thread {
  /** The other number. */
  readonly with: string;
  /** How many texts the phone has received, and sent. */
  readonly received: number;
  readonly sent: number;
  /** The newest text. */
  readonly last: ThreadText;
}

/** A page of a conversation. */
export interface ThreadPage {
  /** Oldest first. */
  readonly texts: readonly ThreadText[];
  /** Pass it as `before` for the page of earlier texts; null if there are none. */
  readonly before: string | null;
}

/** Which page of a conversation to read. */
export interface ThreadPageOptions {
  /** Only texts before this position. Default: the newest page. */
  readonly before?: string | undefined;
  /** How many texts at most. Default 50, at most 1000. */
  readonly limit?: number | undefined;
}

/** The conversations of all phones. */
export interface Threads {
  /** The conversations of a phone, the one with the newest text first. */
  list(phone: string): readonly Thread[];
  /** A whole conversation, oldest first. */
  whole(phone: string, other: string): readonly ThreadText[];
  /** A page of a conversation. @throws RelayPhoneError `usage` if `before` is not a position. */
  page(phone: string, other: string, options: ThreadPageOptions): ThreadPage;
}

const [DEFAULT_LIMIT, MAX_LIMIT] = [50, 1000];

interface Row {
  readonly major: number;
  readonly minor: number;
  readonly other: string;
  readonly sid: string | null;
  readonly body: string;
  readonly mediaUrls: string;
  readonly at: number;
}

interface NewestRow extends Row {
  readonly received: number;
  readonly sent: number;
}

/** A received text stands at its row; the texts that were sent after it follow it. */
const TEXTS = `
  SELECT seq AS major, 0 AS minor, sender AS other, sid, body, mediaUrls, receivedAt AS at FROM texts WHERE phone = :phone
  UNION ALL
  SELECT afterText, seq, recipient, sid, body, mediaUrls, sentAt FROM sentTexts WHERE phone = :phone`;

const NEWEST = `
SELECT * FROM (
  SELECT *, sum(minor = 0) OVER one AS received, sum(minor > 0) OVER one AS sent,
    row_number() OVER (PARTITION BY other ORDER BY major DESC, minor DESC) AS place
  FROM (${TEXTS}) WINDOW one AS (PARTITION BY other)
) WHERE place = 1 ORDER BY major DESC, minor DESC`;

const PAGE = `SELECT * FROM (${TEXTS}) WHERE other = :other AND (major, minor) < (:major, :minor)
  ORDER BY major DESC, minor DESC LIMIT :limit`;

/**
 * Reads conversations from the tables of received and sent texts.
 *
 * @param linkMedia finds the media of a message in the sandbox
 */
export function createThreads(
  store: Store,
  events: EventStream,
  linkMedia: (messageSid: string) => readonly MediaLink[],
): Threads {
  const newest = store.query<NewestRow>(NEWEST);
  const page = store.query<Row>(PAGE);

  function readText(phone: string, row: Row, links: EventLinks): ThreadText {
    const { major, minor, other, sid, body, mediaUrls, at } = row;
    const isSent = minor > 0;
    return {
      position: isSent ? `${major}.${minor}` : `${major}`,
      direction: isSent ? 'sent' : 'received',
      sid,
      from: isSent ? phone : other,
      to: isSent ? other : phone,
      body,
      mediaUrls: JSON.parse(mediaUrls) as string[],
      media: sid === null || mediaUrls === '[]' ? [] : linkMedia(sid),
      at: new Date(at).toISOString(),
      ...links.text(sid),
    };
  }

  /** The newest texts before a position, oldest first. */
  function read(phone: string, withNumber: string, before: Position, limit: number): ThreadText[] {
    const other = findPhoneNumber(withNumber)?.number ?? withNumber;
    const links = createEventLinks(events);
    const rows = page.all({ phone, other, ...before, limit });
    return rows.reverse().map((row) => readText(phone, row, links));
  }

  return {
    list: (phone) => {
      const links = createEventLinks(events);
      return newest.all({ phone }).map((row) => ({
        with: row.other,
        received: row.received,
        sent: row.sent,
        last: readText(phone, row, links),
      }));
    },
    whole: (phone, other) => read(phone, other, END, ALL),
    page: (phone, other, { before, limit = DEFAULT_LIMIT }) => {
      const size = Math.min(Math.max(limit, 1), MAX_LIMIT);
      const texts = read(phone, other, before === undefined ? END : readPosition(before), size + 1);
      const shown = texts.slice(-size);
      return { texts: shown, before: texts.length > size ? (shown[0]?.position ?? null) : null };
    },
  };
}

/** Where a text is: at or after a received text. */
interface Position extends Record<string, number> {
  readonly major: number;
  readonly minor: number;
}

const END: Position = { major: Number.MAX_SAFE_INTEGER, minor: 0 };

/** To SQLite, no limit. */
const ALL = -1;

function readPosition(text: string): Position {
  const [, major, minor = '0'] = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? [];
  if (major !== undefined) return { major: Number(major), minor: Number(minor) };
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'read the thread',
    reason: `before must be the position of a text, not '${text}'`,
  });
}
