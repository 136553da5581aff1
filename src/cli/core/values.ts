// Reads the values of options: numbers, origins, durations. An error says what the option takes.
import { type Asked, wrongValue } from './command.js';

/** A port to listen on; 0 is any free port. */
export const port = wholeNumber(65_535);

/** A number from 0 to `highest`. */
export function wholeNumber(highest: number): (text: string, asked: Asked) => number {
  return (text, asked) => {
    if (/^\d{1,10}$/.test(text) && Number(text) <= highest) return Number(text);
    throw wrongValue(asked, `a number from 0 to ${highest}`);
  };
}

/** Text of one pattern; `form` completes "--country takes …". */
export function matching(pattern: RegExp, form: string): (text: string, asked: Asked) => string {
  return (text, asked) => {
    if (pattern.test(text)) return text;
    throw wrongValue(asked, form);
  };
}

/** The origin of an app, without a slash at its end. */
export function appOrigin(text: string, asked: Asked): string {
  const origin = findOrigin(text);
  if (origin !== undefined) return origin;
  throw wrongValue(asked, APP_ORIGIN);
}

/** What an option takes that names an app. */
export const APP_ORIGIN = 'the http or https origin of the app, without a path or user';

/** The origin that a URL consists of; undefined if it is not http or https, or has more than an origin. */
export function findOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return url && isWeb && url.href === `${url.origin}/` ? url.origin : undefined;
}

/** The id of a recorded webhook. */
export function exchangeId(text: string, asked: Asked): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw wrongValue(
    asked,
    `the id of a recorded webhook, as relay-phone requests shows it; "${text}" is not an id`,
  );
}
