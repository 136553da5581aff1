// What each step of a story looks like, as zod schemas that know the names of the story.
import { z } from 'zod';
import { findTime } from '../time.js';
import { suggest } from './nearest.js';

/** The names that a story declares. */
export interface Names {
  readonly phones: readonly string[];
  /** Masks and other numbers of the account. */
  readonly numbers: readonly string[];
}

/** E.164, or a short code. */
export const NUMBER = /^(\+[1-9]\d{6,14}|\d{5,6})$/;

/** `$name` in a text stands for the number of that name, `$$` for a dollar sign. */
export const VARIABLE = /\$(\$|[A-Za-z]\w*)/g;

/** What a webhook is for, in the words of the sandbox's events. */
const PURPOSES = ['inbound-text', 'text-status', 'call', 'call-status', 'recording-status'] as const;
const STATES = [
  'calling',
  'ringing',
  'talking',
  'ended',
  'busy',
  'rejected',
  'missed',
  'unanswered',
] as const;

/** The forms of all steps, by the word a step is known by. What is not in a form is refused. */
export function createForms(names: Names) {
  const all = [...names.phones, ...names.numbers];
  const phone = nameOf('phone', names.phones);
  const number = nameOf('mask or number', names.numbers);
  const anybody = z.union([z.string().regex(NUMBER), nameOf('phone, mask or number', all)], {
    error: ({ input }) => missing('phone, mask or number', String(input), all),
  });
  const words = z.string().superRefine((text, context) => {
    for (const [, name = ''] of text.matchAll(VARIABLE)) {
      if (name === '$' || all.includes(name)) continue;
      context.addIssue(`nothing is called $${name}${suggest(name, all)}; a dollar sign is $$`);
    }
  });
  const time = z.string().transform((text, context) => {
    const milliseconds = findTime(text);
    if (milliseconds !== undefined) return milliseconds;
    context.addIssue(`"${text}" is no time, such as 500ms, 30s, 5m, 2h or 1d`);
    return z.NEVER;
  });
  const expectation = { within: time.exactOptional() };
  const matching = {
    is: words.exactOptional(),
    contains: words.exactOptional(),
    matches: words.refine(isPattern, 'is no regular expression').exactOptional(),
  };
  const textual = {
    ...matching,
    from: anybody.exactOptional(),
    media: count.exactOptional(),
    ...expectation,
  };

  return {
    text: z.strictObject({ text: words, from: phone, to: number, media: media.exactOptional() }),
    reply: z.strictObject({ reply: words, from: phone, media: media.exactOptional() }),
    call: z.strictObject({ call: number, from: phone }),
    answer: z.strictObject({ answer: phone }),
    reject: z.strictObject({ reject: phone }),
    press: z.strictObject({ press: z.string().regex(/^[0-9*#A-D]+$/, KEYS), from: phone }),
    say: z.strictObject({ say: words, from: phone }),
    'hang up': z.strictObject({ 'hang up': phone }),
    block: z.strictObject({ block: phone }),
    unblock: z.strictObject({ unblock: phone }),
    advance: z.strictObject({ advance: time }),
    phone: z.strictObject({
      phone,
      texts: fate.exactOptional(),
      callbacks: z.literal(['once', 'duplicated', 'reordered']).exactOptional(),
      calls: z.literal(['answers', 'busy', 'rejects', 'no-answer']).exactOptional(),
      'caller id': z.literal(['shown', 'withheld']).exactOptional(),
      slow: time.exactOptional(),
    }),
    sender: z.strictObject({
      sender: number,
      a2p: z.literal(['registered', 'unregistered']).exactOptional(),
      'toll-free': z.literal(['verified', 'unverified']).exactOptional(),
    }),
    fail: z.strictObject({
      fail: z.string().refine(isPattern, 'is no regular expression'),
      method: z.string().exactOptional(),
      with: z.union([z.literal(['drop', 'hang']), count], { error: FAILURE }),
      code: count.exactOptional(),
      message: z.string().exactOptional(),
      when: z.literal(['before', 'after']).exactOptional(),
      skip: count.exactOptional(),
      times: count.exactOptional(),
    }),
    'expect text': z.strictObject({ 'expect text': phone, ...textual }).refine(hasOneMatch, ONE_MATCH),
    'expect no text': z.strictObject({ 'expect no text': phone, ...textual }).refine(hasOneMatch, ONE_MATCH),
    'expect call': z.strictObject({
      'expect call': phone,
      from: anybody.exactOptional(),
      state: z.literal(STATES).exactOptional(),
      ...expectation,
    }),
    'expect no call': z.strictObject({
      'expect no call': phone,
      from: anybody.exactOptional(),
      ...expectation,
    }),
    'expect heard': z
      .strictObject({ 'expect heard': phone, ...matching, ...expectation })
      .refine(hasOneMatch, ONE_MATCH),
    'expect webhook': z.strictObject({
      'expect webhook': z.literal(PURPOSES),
      status: count.exactOptional(),
      error: count.exactOptional(),
      ...expectation,
    }),
    'expect no leak': z.strictObject({
      'expect no leak': phone,
      except: z.array(phone).exactOptional(),
    }),
  };
}

const KEYS = 'takes keys: 0 to 9, *, # and A to D';
const FAILURE = 'takes the status of an answer, such as 503, or drop, or hang';
const ONE_MATCH = 'takes one of is, contains and matches';
const count = z
  .string()
  .regex(/^\d{1,9}$/, 'takes a whole number')
  .transform(Number);
const media = z
  .union([z.string(), z.array(z.string())], { error: 'takes a URL, or a list of them' })
  .transform((urls) => [urls].flat());
const fate = z
  .union([z.literal(['delivered', 'silent']), count], {
    error: 'takes delivered, silent, or the code they end undelivered with, such as 30003',
  })
  .transform((texts) => (typeof texts === 'number' ? { undelivered: texts } : texts));

function nameOf(what: string, names: readonly string[]) {
  return z.string().refine((name) => names.includes(name), {
    error: ({ input }) => missing(what, String(input), names),
  });
}

/** Says that a name is nobody's, and whose was meant. */
export function missing(what: string, name: string, names: readonly string[]): string {
  return `no ${what} is called "${name}"${suggest(name, names)}`;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text.replace(VARIABLE, ''), 'u') !== undefined;
  } catch {
    return false;
  }
}

function hasOneMatch(step: Partial<Record<'is' | 'contains' | 'matches', string>>): boolean {
  return [step.is, step.contains, step.matches].filter((one) => one !== undefined).length <= 1;
}
