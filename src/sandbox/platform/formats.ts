// Twilio's formats: SIDs, times, money and the names of phone numbers.
import { randomFillSync } from 'node:crypto';

const ROW_DIGITS = 12;

/**
 * Creates a SID: the prefix, random digits, and the row's number, so that a page token made of a SID
 * stays valid after the row was deleted.
 *
 * @param prefix such as `SM`
 * @param row from 1
 */
export function createSid(prefix: string, row: number): string {
  return prefix + createHex((32 - ROW_DIGITS) / 2) + row.toString(16).padStart(ROW_DIGITS, '0');
}

/** Returns the row number in a SID made by {@link createSid}, or NaN if `sid` is not a SID. */
export function rowOfSid(sid: string): number {
  return /^[A-Z]{2}[0-9a-f]{32}$/.test(sid) ? Number.parseInt(sid.slice(-ROW_DIGITS), 16) : Number.NaN;
}

/** Creates 32 random hex digits: an auth token, or a SID without a row. */
export function createHex32(): string {
  return createHex(16);
}

// Every answer needs some, and 4096 bytes at once cost little more than one.
const randomBytes = Buffer.alloc(4096);
let used = randomBytes.length;

function createHex(bytes: number): string {
  if (used + bytes > randomBytes.length) {
    randomFillSync(randomBytes);
    used = 0;
  }
  used += bytes;
  return randomBytes.toString('hex', used - bytes, used);
}

/** Formats milliseconds since 1970 as RFC 2822 in UTC, as the 2010 API does: `Fri, 24 May 2019 17:44:46 +0000`. */
export function formatTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastTime.second) {
    lastTime = { second, text: new Date(milliseconds).toUTCString().replace('GMT', '+0000') };
  }
  return lastTime.text;
}

// Most times to format are the current second.
let lastTime = { second: Number.NaN, text: '' };

/** Formats milliseconds since 1970 as ISO 8601 without fractions, as the product APIs do: `2015-07-30T20:12:31Z`. */
export function formatIsoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Formats millionths of a dollar as Twilio does, with at least `places` decimals: `100.00`, `-0.00830`. */
export function formatMoney(millionths: number, places: number): string {
  const text = (millionths / 1_000_000).toFixed(6);
  let end = text.length;
  while (text[end - 1] === '0' && end > text.indexOf('.') + 1 + places) end -= 1;
  return text.slice(0, end);
}

/** Rounds a duration in milliseconds to whole seconds, at least 1. */
export function countSeconds(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds / 1000));
}

/** Formats a number's default friendly name: `(202) 555-0100` in North America, E.164 elsewhere. */
export function formatFriendlyNumber(number: string): string {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
}
