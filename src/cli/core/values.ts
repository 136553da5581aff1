// Reads the values of options: numbers, origins, durations. An error says what the option takes.
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

/** Creates the reader of an option that takes text of one pattern; `form` completes "--country takes …". */
export function matching(pattern: RegExp, form: string): (text: string, asked: Asked) => string {
  return (text, asked) => {
    if (pattern.test(text)) return text;
    throw wrongValue(asked, form);
  };
}

/** Reads the origin of an app, without a slash at its end. @throws {@link wrongValue} for anything else */
export function appOrigin(text: string, asked: Asked): string {
  const origin = findOrigin(text);
  if (origin !== undefined) return origin;
  throw wrongValue(asked, APP_ORIGIN);
}

/** The form of an option that names an app, for {@link wrongValue}. */
export const APP_ORIGIN = 'the http or https origin of the app, without a path or user';

/** Returns the origin that a URL consists of; undefined if it is not http or https, or has more than an origin. */
export function findOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return url && isWeb && url.href === `${url.origin}/` ? url.origin : undefined;
}

/** Reads the id of a recorded webhook. @throws {@link wrongValue} for anything but digits */
export function exchangeId(text: string, asked: Asked): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw wrongValue(
    asked,
    `the id of a recorded webhook, as relay-phone requests shows it; "${text}" is not an id`,
  );
}
