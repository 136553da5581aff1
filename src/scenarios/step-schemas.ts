// The zod schemas of every step of a story.
import * as z from 'zod';
import { findDurationMs } from '../duration.js';
import { suggest } from '../nearest.js';

/** The names that a story declares. */
export interface StoryNames {
  readonly phones: readonly string[];
  /** Masks and other numbers of the account. */
  readonly numbers: readonly string[];
}

/** What a webhook is for, in the words of the sandbox's events. */
const PURPOSES = ['inbound-text', 'text-status', 'call', 'call-status', 'recording-status'] as const;
const CALL_STATES = [
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
export function createStepSchemas(names: StoryNames) {
  const all = [...names.phones, ...names.numbers];
  const phone = oneOfNames('phone', names.phones);
  const number = oneOfNames('mask or number', names.numbers);
  const anybody = nameOrNumber('phone, mask or number', all);
  const words = wordsWith(all);
  const expectation = { within: duration.exactOptional() };
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
    press: z.strictObject({ press: keys, from: phone }),
    say: z.strictObject({ say: words, from: phone }),
    'hang up': z.strictObject({ 'hang up': phone }),
    block: z.strictObject({ block: phone }),
    unblock: z.strictObject({ unblock: phone }),
    advance: z.strictObject({ advance: duration }),
    phone: z.strictObject({
      phone,
      texts: textOutcome.exactOptional(),
      callbacks: z.literal(['once', 'duplicated', 'reordered']).exactOptional(),
      calls: z.literal(['answers', 'busy', 'rejects', 'no-answer']).exactOptional(),
      'caller id': z.literal(['shown', 'withheld']).exactOptional(),
      slow: duration.exactOptional(),
    }),
    sender: z.strictObject({
      sender: number,
      a2p: z.literal(['registered', 'unregistered']).exactOptional(),
      'toll-free': z.literal(['verified', 'unverified']).exactOptional(),
    }),
    fail: z.strictObject({
      fail: z.string().refine(isPattern, 'is no regular expression'),
      method: z.string().exactOptional(),
      with: failure,
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
      state: z.literal(CALL_STATES).exactOptional(),
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

const ONE_MATCH = 'takes one of is, contains and matches';
function hasOneMatch(step: Partial<Record<'is' | 'contains' | 'matches', string>>): boolean {
  return [step.is, step.contains, step.matches].filter((one) => one !== undefined).length <= 1;
}

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
export const duration = z.string().transform((text, context) => {
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
    error: ({ input }) => describeUnknownName(what, String(input), names),
  });
}

/** One of these names, or a number. */
export function nameOrNumber(what: string, names: readonly string[]) {
  return z.string().refine((text) => NUMBER.test(text) || names.includes(text), {
    error: ({ input }) => describeUnknownName(what, String(input), names),
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
export function describeUnknownName(what: string, name: string, names: readonly string[]): string {
  return `no ${what} is called "${name}"${suggest(name, names)}`;
}
