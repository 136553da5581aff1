// Reads the values of options: numbers, origins, durations. An error says what the option takes.
import { findDurationMs } from '../../duration.js';
import { formatAuthority, isLoopback, isWildcard, readHost } from '../../origin.js';
import { type Asked, wrongValue } from './command.js';

/** Reads a port to listen on; 0 is any free port. */
export const port = wholeNumber(65_535);

/** Creates the reader of an option that takes a whole number from 0 to `highest`. It throws {@link wrongValue}. */
export function wholeNumber(highest: number): (text: string, asked: Asked) => number {
  return (text, asked) => {
    if (/^\d{1,10}$/.test(text) && Number(text) <= highest) return Number(text);
    throw wrongValue(asked, `a number from 0 to ${highest}`);
  };
}

/** Reads an age such as 7d. @returns milliseconds, more than 0 @throws {@link wrongValue} for anything else */
export function age(text: string, asked: Asked): number {
  const milliseconds = findDurationMs(text) ?? 0;
  if (milliseconds > 0) return milliseconds;
  throw wrongValue(asked, 'an age such as 30m, 12h or 7d');
}

/** A time as it is typed: so many milliseconds ago, or milliseconds since 1970. */
export type TypedTime = { readonly ageMs: number } | { readonly at: number };

/** Reads a time such as 10m, which is ten minutes ago, or an ISO 8601 time. @throws {@link wrongValue} for anything else */
export function typedTime(text: string, asked: Asked): TypedTime {
  const ageMs = findDurationMs(text);
  if (ageMs !== undefined) return { ageMs };
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return { at };
  throw wrongValue(asked, '30s, 10m, 2h, 1d or an ISO 8601 time');
}

/** Returns a typed time as milliseconds since 1970. @param now the same */
export function resolveTime(time: TypedTime, now: number): number {
  return 'at' in time ? time.at : now - time.ageMs;
}

/** Creates the reader of an option that takes text of one pattern; `form` completes "--country takes …". */
export function matching(pattern: RegExp, form: string): (text: string, asked: Asked) => string {
  return (text, asked) => {
    if (pattern.test(text)) return text;
    throw wrongValue(asked, form);
  };
}

/** Reads an e-mail address. @throws {@link wrongValue} for anything else, and for one that begins with a hyphen */
export const emailAddress = matching(/^[^\s@-][^\s@]*@[^\s@]+$/, 'an e-mail address');

/**
 * Reads where an app is: a port of this machine, `host:port`, or an http or https origin. An address that means every
 * address of this machine, as servers print it, is read as its loopback address. @returns the origin, without a slash at
 * its end @throws {@link wrongValue} for anything else
 */
export function appOrigin(text: string, asked: Asked): string {
  const url = findAppUrl(text.trim());
  if (url === undefined || url.port === '0') throw wrongValue(asked, APP_ORIGIN);
  if (isWildcard(url.hostname)) url.hostname = url.hostname.startsWith('[') ? '[::1]' : '127.0.0.1';
  return url.origin;
}

/** Reads the origin under which others reach a server of ours. @throws {@link wrongValue} for anything else */
export function ownOrigin(text: string, asked: Asked): string {
  const origin = findOrigin(text.trim());
  if (origin !== undefined) return origin;
  throw wrongValue(asked, 'an http or https origin without a path or user, such as http://twilio:4020');
}

/** Reads the origin of a sandbox, which has no TLS. @throws {@link wrongValue} for anything else */
export function sandboxOrigin(text: string, asked: Asked): string {
  const origin = findOrigin(text.trim());
  if (origin?.startsWith('http:')) return origin;
  throw wrongValue(asked, 'an http origin without a path or user, such as http://twilio:4020');
}

function findAppUrl(text: string): URL | undefined {
  const port = /^:?(\d{1,5})$/.exec(text)?.[1];
  if (port !== undefined) return readOrigin(`http://127.0.0.1:${port}`);
  if (text.includes('://')) return readOrigin(text);
  const url = readOrigin(`http://${text}`);
  // A word alone is more likely a mistake than the name of a machine.
  return url && (/:\d+\/?$/.test(text) || isLoopback(url.hostname) || url.hostname.includes('.'))
    ? url
    : undefined;
}

/** The form of an option that names an app. */
const APP_ORIGIN = 'the http or https origin of the app, without a path or user, or its port, such as 8000';

/** Returns the origin that a URL consists of; undefined if it is not http or https, or has more than an origin. */
export function findOrigin(text: string): string | undefined {
  return readOrigin(text)?.origin;
}

function readOrigin(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return url && isWeb && url.href === `${url.origin}/` ? url : undefined;
}

/** Reads an address or name to listen on; an IPv6 address may have brackets. @throws {@link wrongValue} for anything else */
export function listenAddress(text: string, asked: Asked): string {
  const host = text.trim().replace(/^\[(.*)\]$/, '$1');
  // An address with a zone (fe80::1%eth0) has no place in a URL.
  const isUsable = host !== '' && !host.includes('%') && !/[/@?#]/.test(host);
  if (isUsable && URL.canParse(`http://${formatAuthority(host, 80)}`)) return host;
  throw wrongValue(asked, 'an address of this machine without a zone, such as 127.0.0.1, ::1 or 0.0.0.0');
}

/**
 * Reads a host name or an IP address, as URLs have it: no scheme, port or path. @returns it in lower case, an IPv6 address
 * without brackets @throws {@link wrongValue} for anything else
 */
export function hostName(text: string, asked: Asked): string {
  const host = text.trim().replace(/^\[(.*)\]$/, '$1');
  const url = `http://${formatAuthority(host, 80)}`;
  if (/^(?:[\w.-]+|[\da-f:.]+)$/i.test(host) && URL.canParse(url)) return readHost(new URL(url));
  throw wrongValue(asked, 'the name or IP address of a host, without a scheme and a port');
}

/** Reads the id of a recorded webhook. @throws {@link wrongValue} for anything but digits */
export function exchangeId(text: string, asked: Asked): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw wrongValue(
    asked,
    `the id of a recorded webhook, as relay-phone requests shows it; "${text}" is not an id`,
  );
}
