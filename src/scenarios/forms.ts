// What each step of a story looks like, as zod schemas that know the names of the story.
import * as z from 'zod';
import {
  count,
  failure,
  isPattern,
  keys,
  media,
  nameOrNumber,
  oneOfNames,
  textOutcome,
  time,
  wordsWith,
} from './fields.js';

/** The names that a story declares. */
export interface Names {
  readonly phones: readonly string[];
  /** Masks and other numbers of the account. */
  readonly numbers: readonly string[];
}

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
  const phone = oneOfNames('phone', names.phones);
  const number = oneOfNames('mask or number', names.numbers);
  const anybody = nameOrNumber('phone, mask or number', all);
  const words = wordsWith(all);
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
    press: z.strictObject({ press: keys, from: phone }),
    say: z.strictObject({ say: words, from: phone }),
    'hang up': z.strictObject({ 'hang up': phone }),
    block: z.strictObject({ block: phone }),
    unblock: z.strictObject({ unblock: phone }),
    advance: z.strictObject({ advance: time }),
    phone: z.strictObject({
      phone,
      texts: textOutcome.exactOptional(),
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

const ONE_MATCH = 'takes one of is, contains and matches';
function hasOneMatch(step: Partial<Record<'is' | 'contains' | 'matches', string>>): boolean {
  return [step.is, step.contains, step.matches].filter((one) => one !== undefined).length <= 1;
}
