// What the forms of steps are made of: names, words, numbers and times.
import * as z from 'zod';
import { findDurationMs } from '../duration.js';
import { suggest } from '../nearest.js';

/** E.164, or a short code. */
export const NUMBER = /^(\+[1-9]\d{6,14}|\d{5,6})$/;

/** `$name` in a text stands for the number of that name, `$$` for a dollar sign. */
export const VARIABLE = /\$(\$|[A-Za-z]\w*)/g;

/** A whole number. */
export const count = z
  .string()
  .regex(/^\d{1,9}$/, 'takes a whole number')
  .transform(Number);

/** A length of time, as milliseconds. */
export const time = z.string().transform((text, context) => {
  const milliseconds = findDurationMs(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue(`"${text}" is no time, such as 500ms, 30s, 5m, 2h or 1d`);
  return z.NEVER;
});

/** What a text shows besides its words. */
export const media = z
  .union([z.string(), z.array(z.string())], { error: 'takes a URL, or a list of them' })
  .transform((urls) => [urls].flat());

/** What becomes of texts to a phone. */
export const textOutcome = z
  .union([z.literal(['delivered', 'silent']), count], {
    error: 'takes delivered, silent, or the code they end undelivered with, such as 30003',
  })
  .transform((texts) => (typeof texts === 'number' ? { undelivered: texts } : texts));

/** How a request fails. */
export const failure = z.union([z.literal(['drop', 'hang']), count], {
  error: 'takes the status of an answer, such as 503, or drop, or hang',
});

/** What a phone can press. */
export const keys = z.string().regex(/^[0-9*#A-D]+$/, 'takes keys: 0 to 9, *, # and A to D');

/** A regular expression, once `$name` is replaced in it. */
export function isPattern(text: string): boolean {
  try {
    return new RegExp(text.replace(VARIABLE, ''), 'u') !== undefined;
  } catch {
    return false;
  }
}

/** One of these names. @param what they are names of */
export function oneOfNames(what: string, names: readonly string[]) {
  return z.string().refine((name) => names.includes(name), {
    error: ({ input }) => missing(what, String(input), names),
  });
}

/** One of these names, or a number. */
export function nameOrNumber(what: string, names: readonly string[]) {
  return z.string().refine((text) => NUMBER.test(text) || names.includes(text), {
    error: ({ input }) => missing(what, String(input), names),
  });
}

/** Words in which `$name` is one of these names. */
export function wordsWith(names: readonly string[]) {
  return z.string().superRefine((text, context) => {
    for (const [, name = ''] of text.matchAll(VARIABLE)) {
      if (name === '$' || names.includes(name)) continue;
      context.addIssue(`nothing is called $${name}${suggest(name, names)}; a dollar sign is $$`);
    }
  });
}

/** Says that a name is nobody's, and whose was meant. */
export function missing(what: string, name: string, names: readonly string[]): string {
  return `no ${what} is called "${name}"${suggest(name, names)}`;
}
