// Reads the parameters of a request as Twilio does: PascalCase names, form-encoded, unknown ones ignored.
import { readBody, UnreadableBody } from '../../http/body.js';
import { invalidParameter, TwilioProblem } from './problem.js';
import type { RestContext } from './router.js';

/** Bytes: many times what the longest request of Twilio's API needs. */
const MAX_BODY_BYTES = 1_048_576;

/**
 * Reads the form in a request's body; the content type is ignored.
 *
 * @throws TwilioProblem 20413 if the body is longer than a mebibyte, 20400 if it ends early.
 */
export async function readRestForm({ incoming, record }: RestContext): Promise<URLSearchParams> {
  const text = await readBody(incoming, MAX_BODY_BYTES).catch((error: unknown) => {
    if (!(error instanceof UnreadableBody)) throw error;
    throw error.tooLong
      ? new TwilioProblem(413, 20413, 'Request Entity Too Large')
      : new TwilioProblem(400, 20400, 'The request body breaks off');
  });
  record.body = text;
  // SQLite ends a text at a NUL.
  return new URLSearchParams(
    text.includes('%00') || text.includes('\0') ? text.replace(/%00|\0/g, '') : text,
  );
}

/** Reads the parameters in a request's URL. */
export function readQuery({ target }: RestContext): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1));
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
 * Returns the time from `name>` to `name<`, or the whole day of `name`, in milliseconds since 1970; `before` is exclusive.
 * A missing end is undefined.
 *
 * @throws TwilioProblem 20422 for an invalid time.
 */
export function findSpan(
  parameters: URLSearchParams,
  name: string,
): { from: number | undefined; before: number | undefined } {
  const moment = findMoment(parameters, name);
  if (moment !== undefined) {
    const day = moment - (moment % DAY_MS);
    return { from: day, before: day + DAY_MS };
  }
  const last = findMoment(parameters, `${name}<`);
  return { from: findMoment(parameters, `${name}>`), before: last === undefined ? undefined : last + 1 };
}

const DAY_MS = 86_400_000;

/**
 * Returns a time, `YYYY-MM-DD` (midnight UTC) or ISO 8601, as milliseconds since 1970, or undefined if it is missing.
 *
 * @throws TwilioProblem 20422 for anything else.
 */
export function findMoment(parameters: URLSearchParams, name: string): number | undefined {
  const value = findValue(parameters, name);
  if (value === undefined) return undefined;
  const moment = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) throw invalidParameter(name, value);
  return moment;
}
