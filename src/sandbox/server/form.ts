// Reads the parameters of a request as Twilio does: PascalCase names, form-encoded, unknown ones ignored.
import { readBody, UnreadableBody } from '../../http/body.js';
import { findMultipartFields } from './multipart.js';
import { invalidParameter, TwilioProblem } from './problem.js';
import type { RestContext } from './router.js';

/** Bytes: many times what the longest request of Twilio's API needs. */
const MAX_BODY_BYTES = 1_048_576;

/**
 * Reads the form in a request's body: `multipart/form-data` by its content type, else URL-encoded whatever the type.
 *
 * @throws TwilioProblem 20413 if the body is longer than a mebibyte, 20400 if it ends early or is invalid as multipart;
 *   or that of an invalid value of the operation's parameters.
 */
export async function readRestForm({ incoming, record, parameters }: RestContext): Promise<URLSearchParams> {
  let text: string;
  try {
    text = await readBody(incoming, MAX_BODY_BYTES);
  } catch (error) {
    throw error instanceof UnreadableBody ? refuseBody(error) : error;
  }
  record.body = text;
  const form = parseForm(text, incoming.headers['content-type']);
  record.lacks = parameters?.check(form);
  return form;
}

function refuseBody({ tooLong }: UnreadableBody): TwilioProblem {
  return tooLong
    ? new TwilioProblem(413, 20413, 'Request Entity Too Large')
    : new TwilioProblem(400, 20400, 'The request body breaks off');
}

function parseForm(text: string, type: string | undefined): URLSearchParams {
  if (type !== undefined && /^multipart\/form-data/i.test(type)) return readMultipart(text, type);
  // SQLite ends a text at a NUL.
  return new URLSearchParams(
    text.includes('%00') || text.includes('\0') ? text.replace(/%00|\0/g, '') : text,
  );
}

function readMultipart(text: string, type: string): URLSearchParams {
  const fields = findMultipartFields(text, type);
  if (!fields) throw new TwilioProblem(400, 20400, 'The multipart body is invalid');
  const form = new URLSearchParams();
  for (const [name, value] of fields) form.append(name, value.replaceAll('\0', ''));
  return form;
}

/** Reads the parameters in a request's URL. @throws TwilioProblem for an invalid value of the operation's parameters. */
export function readQuery({ target, parameters, record }: RestContext): URLSearchParams {
  const start = target.indexOf('?');
  const query = new URLSearchParams(start === -1 ? '' : target.slice(start + 1));
  record.lacks = parameters?.check(query);
  return query;
}

/** Returns a parameter's value, or undefined if it is missing or empty. */
export function findValue(parameters: URLSearchParams, name: string): string | undefined {
  return parameters.get(name) || undefined;
}

/**
 * Returns a `true`/`false` parameter, or undefined if it is missing or empty.
 *
 * @throws TwilioProblem 20422 for any other value.
 */
export function findFlag(parameters: URLSearchParams, name: string): boolean | undefined {
  const value = findValue(parameters, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw invalidParameter(name, value);
  return value === 'true';
}

/**
 * Returns `FriendlyName`, at most 64 characters, or undefined if it is missing or empty.
 *
 * @throws TwilioProblem 20422 for a longer one.
 */
export function findFriendlyName(parameters: URLSearchParams): string | undefined {
  const name = findValue(parameters, 'FriendlyName');
  if (name && name.length > 64) throw invalidParameter('FriendlyName', 'it is longer than 64 characters');
  return name;
}

/**
 * Returns the time from `name>` to `name<`, or the whole day, month or year of `name`, in milliseconds since 1970;
 * `before` is exclusive. A missing end is undefined.
 *
 * @throws TwilioProblem 20001 for an invalid time.
 */
export function findSpan(
  parameters: URLSearchParams,
  name: string,
): { from: number | undefined; before: number | undefined } {
  const find = (key: string) => {
    const text = findValue(parameters, key);
    const date = text === undefined ? undefined : parseDate(text);
    if (text !== undefined && !date) throw new TwilioProblem(400, 20001, 'Invalid date value.');
    return date;
  };
  const within = find(name);
  if (within) return { from: within.from, before: within.before };
  const last = find(`${name}<`);
  return { from: find(`${name}>`)?.moment, before: last && last.moment + 1 };
}

/**
 * Returns a time as milliseconds since 1970, or undefined if it is missing.
 *
 * @throws TwilioProblem 20001 for an invalid time.
 */
export function findMoment(parameters: URLSearchParams, name: string): number | undefined {
  const value = findValue(parameters, name);
  if (value === undefined) return undefined;
  const date = parseDate(value);
  if (date) return date.moment;
  const form = "must be a valid ISO 8601 formatted datetime string: yyyy-MM-dd'T'HH:mm:ss'Z'";
  throw new TwilioProblem(400, 20001, `Invalid ${name}: ${value}. ${name} ${form}`);
}

/** A time, and the year, month or day that it names; a time of day is within its day. Milliseconds since 1970. */
interface NamedTime {
  readonly moment: number;
  readonly from: number;
  /** Exclusive. */
  readonly before: number;
}

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/;
const DATE_AND_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?:Z|([+-]\d\d):?(\d\d))?$/;

/** Parses `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or ISO 8601 with a time, UTC without an offset; undefined for anything else. */
function parseDate(text: string): NamedTime | undefined {
  const [, date, time, hours, minutes] = DATE_AND_TIME.exec(text) ?? [];
  if (date !== undefined) {
    const offset = hours === undefined ? 'Z' : `${hours}:${minutes}`;
    const moment = parseDate(date) ? Date.parse(`${date}T${time}${offset}`) : Number.NaN;
    const from = Math.floor(moment / DAY_MS) * DAY_MS;
    return Number.isNaN(moment) ? undefined : { moment, from, before: from + DAY_MS };
  }
  const [whole, year, month, day] = DATE.exec(text) ?? [];
  const from = whole === undefined ? Number.NaN : Date.parse(whole);
  // Date.parse moves the 30th of February to March.
  if (Number.isNaN(from) || !new Date(from).toISOString().startsWith(text)) return undefined;
  const start = new Date(from);
  if (month === undefined) start.setUTCFullYear(Number(year) + 1);
  else if (day === undefined) start.setUTCMonth(Number(month));
  else start.setUTCDate(Number(day) + 1);
  return { moment: from, from, before: start.getTime() };
}

const DAY_MS = 86_400_000;
