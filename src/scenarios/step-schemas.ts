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

/** The purposes of webhooks, as the sandbox's events name them. */
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

/** Creates the schemas of all steps, by step kind. They refuse unknown keys. */
export function createStepSchemas(names: StoryNames) {
  const all = [...names.phones, ...names.numbers];
  const phone = oneOfNames('phone', names.phones);
  const number = oneOfNames('mask or number', names.numbers);
  const anyNumber = nameOrNumber('phone, mask or number', all);
  const text = textWith(all);
  const expectation = { within: duration.exactOptional() };
  const matching = {
    is: text.exactOptional(),
    contains: text.exactOptional(),
    matches: text.refine(isPattern, 'is not a regular expression').exactOptional(),
  };
  const textual = {
    ...matching,
    from: anyNumber.exactOptional(),
    media: count.exactOptional(),
    ...expectation,
  };

  return {
    text: z.strictObject({ text, from: phone, to: number, media: media.exactOptional() }),
    reply: z.strictObject({ reply: text, from: phone, media: media.exactOptional() }),
    call: z.strictObject({ call: number, from: phone }),
    answer: z.strictObject({ answer: phone }),
    reject: z.strictObject({ reject: phone }),
    press: z.strictObject({ press: keys, from: phone }),
    say: z.strictObject({ say: text, from: phone }),
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
      fail: z.string().refine(isPattern, 'is not a regular expression'),
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
      from: anyNumber.exactOptional(),
      state: z.literal(CALL_STATES).exactOptional(),
      ...expectation,
    }),
    'expect no call': z.strictObject({
      'expect no call': phone,
      from: anyNumber.exactOptional(),
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
    'expect unsupported': z.strictObject({
      'expect unsupported': z.string().regex(/\S/, 'takes a name such as Conversations or <Connect>'),
      ...expectation,
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

/** A whole number, in digits. */
const count = z
  .string()
  .regex(/^\d{1,9}$/, 'takes a whole number')
  .transform(Number);

/** A duration; its output is milliseconds. */
const duration = z.string().transform((text, context) => {
  const milliseconds = findDurationMs(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue(`"${text}" is not a duration such as 500ms, 30s, 5m, 2h or 1d`);
  return z.NEVER;
});

/** One media URL, or a list of them. */
const media = z
  .union([z.string(), z.array(z.string())], { error: 'takes a URL, or a list of them' })
  .transform((urls) => [urls].flat());

const failedTexts = z
  .string()
  .regex(/^failed \d{5}$/)
  .transform((text) => ({ failed: Number(text.slice('failed '.length)) }));

/** The delivery outcome of texts to a phone. */
const textOutcome = z
  .union([z.literal(['delivered', 'read', 'silent']), count, failedTexts], {
    error:
      'takes delivered, read, silent, the error code of undelivered texts, such as 30003, or failed and a code: failed 30001',
  })
  .transform((texts) => (typeof texts === 'number' ? { undelivered: texts } : texts));

/** How a REST request fails. */
const failure = z.union([z.literal(['drop', 'hang']), count], {
  error: 'takes an HTTP status such as 503, or drop, or hang',
});

/** Keys of a phone. */
const keys = z.string().regex(/^[0-9*#A-D]+$/, 'takes keys: 0 to 9, *, # and A to D');

/** True for a regular expression, apart from its `$name` variables. */
function isPattern(text: string): boolean {
  try {
    return new RegExp(text.replace(VARIABLE, ''), 'u') !== undefined;
  } catch {
    return false;
  }
}

/** One of these names. @param what the kind of thing they name */
function oneOfNames(what: string, names: readonly string[]) {
  return z.string().refine((name) => names.includes(name), {
    error: ({ input }) => describeUnknownName(what, String(input), names),
  });
}

/** One of these names, or a phone number. */
function nameOrNumber(what: string, names: readonly string[]) {
  return z.string().refine((text) => NUMBER.test(text) || names.includes(text), {
    error: ({ input }) => describeUnknownName(what, String(input), names),
  });
}

/** A text whose `$name` variables are among these names. */
function textWith(names: readonly string[]) {
  return z.string().superRefine((text, context) => {
    for (const [, name = ''] of text.matchAll(VARIABLE)) {
      if (name === '$' || names.includes(name)) continue;
      context.addIssue(`nothing is called $${name}${suggest(name, names)}; write $$ for a dollar sign`);
    }
  });
}

/** Describes an unknown name, and suggests a similar one. */
export function describeUnknownName(what: string, name: string, names: readonly string[]): string {
  return `no ${what} is called "${name}"${suggest(name, names)}`;
}
