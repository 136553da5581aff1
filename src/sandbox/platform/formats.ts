// How Twilio writes SIDs, times, money and phone numbers.
import { randomFillSync } from 'node:crypto';

const ROW_DIGITS = 12;

/**
 * A new SID: the prefix, random digits, and the row's number, so that a page token made of a SID
 * still marks its place after the row was deleted.
 */
export function createSid(prefix: string, row: number): string {
  return prefix + createHex((32 - ROW_DIGITS) / 2) + row.toString(16).padStart(ROW_DIGITS, '0');
}

/** The row number in a SID made by {@link createSid}; NaN for what is none. */
export function rowOfSid(sid: string): number {
  return /^[A-Z]{2}[0-9a-f]{32}$/.test(sid) ? Number.parseInt(sid.slice(-ROW_DIGITS), 16) : Number.NaN;
}

/** 32 random hex digits: an auth token, the body of a SID that belongs to no row. */
export function createHex32(): string {
  return createHex(16);
}

// Every answer needs some, and many at once are hardly dearer than one.
const randomBytes = Buffer.alloc(4096);
let spent = randomBytes.length;

function createHex(bytes: number): string {
  if (spent + bytes > randomBytes.length) {
    randomFillSync(randomBytes);
    spent = 0;
  }
  spent += bytes;
  return randomBytes.toString('hex', spent - bytes, spent);
}

/** Milliseconds as RFC 2822 in UTC, the time format of the 2010 API: `Fri, 24 May 2019 17:44:46 +0000`. */
export function formatTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastTime.second) {
    lastTime = { second, text: new Date(milliseconds).toUTCString().replace('GMT', '+0000') };
  }
  return lastTime.text;
}

// Most times that are written are the present one.
let lastTime = { second: Number.NaN, text: '' };

/** Milliseconds as ISO 8601 to the second, the time format of the product APIs: `2015-07-30T20:12:31Z`. */
export function formatIsoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Millionths of a dollar as Twilio's decimal text with at least `places` places: `100.00`, `-0.00830`. */
export function formatMoney(millionths: number, places: number): string {
  const text = (millionths / 1_000_000).toFixed(6);
  let end = text.length;
  while (text[end - 1] === '0' && end > text.indexOf('.') + 1 + places) end -= 1;
  return text.slice(0, end);
}

/** Milliseconds that something lasted as whole seconds; what happened at all lasted one. */
export function countSeconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds / 1000));
}

/** The name Twilio gives a number: `(202) 555-0100` in North America, E.164 elsewhere. */
export function formatFriendlyNumber(number: string): string {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
}
