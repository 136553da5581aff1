// Reads the parameters of a request as Twilio does: PascalCase names, form-encoded, unknown ones ignored.
import { readRestBody } from './body.js';
import { invalidParameter } from './problem.js';
import type { RestContext } from './router.js';

/**
 * The form in a request's body, whatever content type it claims.
 *
 * @throws TwilioProblem 20413 for too long a body, 20400 for half a one.
 */
export async function readRestForm(context: RestContext): Promise<URLSearchParams> {
  const text = await readRestBody(context.incoming);
  // SQLite would end the text at a NUL.
  return new URLSearchParams(
    text.includes('%00') || text.includes('\0') ? text.replace(/%00|\0/g, '') : text,
  );
}

/** The parameters in a request's URL. */
export function readQuery({ target }: RestContext): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1));
}

/** A parameter's value; undefined when it is missing or empty. */
export function findValue(parameters: URLSearchParams, name: string): string | undefined {
  return parameters.get(name) || undefined;
}

/**
 * A `true`/`false` parameter; undefined when missing or empty.
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
 * A name of at most 64 characters; undefined when missing or empty.
 *
 * @throws TwilioProblem 20422 for a longer one.
 */
export function findFriendlyName(parameters: URLSearchParams): string | undefined {
  const name = findValue(parameters, 'FriendlyName');
  if (name && name.length > 64) throw invalidParameter('FriendlyName', 'it is longer than 64 characters');
  return name;
}

/**
 * The time between the moments `name>` and `name<`, or the day that `name` alone says; a missing end is open.
 * Milliseconds, `before` exclusive.
 *
 * @throws TwilioProblem 20422 for what is no moment.
 */
export function findSpan(
  parameters: URLSearchParams,
  name: string,
): { from: number | undefined; before: number | undefined } {
  const moment = findMoment(parameters, name);
  if (moment !== undefined) {
    const day = moment - (moment % DAY);
    return { from: day, before: day + DAY };
  }
  const last = findMoment(parameters, `${name}<`);
  return { from: findMoment(parameters, `${name}>`), before: last === undefined ? undefined : last + 1 };
}

const DAY = 86_400_000;

/**
 * A moment: `YYYY-MM-DD` (its midnight, UTC) or ISO 8601, as milliseconds; undefined when missing.
 *
 * @throws TwilioProblem 20422 for what is neither.
 */
export function findMoment(parameters: URLSearchParams, name: string): number | undefined {
  const value = findValue(parameters, name);
  if (value === undefined) return undefined;
  const moment = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) throw invalidParameter(name, value);
  return moment;
}
