// The types of a story, and its steps in plain words.
import type { z } from 'zod';
import type { createStepSchemas } from './step-schemas.js';

type StepSchemas = ReturnType<typeof createStepSchemas>;

/** The kinds of steps, by the key that names them. */
export type StepKind = keyof StepSchemas;

/** The content of a step of one kind; durations in milliseconds. */
export type StepContent<K extends StepKind> = z.output<StepSchemas[K]>;

/** A step of one kind. */
export type StoryStepOf<K extends StepKind> = K extends StepKind
  ? { readonly kind: K; readonly line: number; readonly content: StepContent<K> }
  : never;

/** Any step; `line` is its line in the file, from 1. */
export type StoryStep = StoryStepOf<StepKind>;

/** Where a number of the account comes from: the app's user API, a purchase, or the account already owns it. */
export type NumberPlan =
  | { readonly kind: 'mask'; readonly owner: string }
  | { readonly kind: 'bought'; readonly texts: string | undefined; readonly calls: string | undefined }
  | { readonly kind: 'owned'; readonly number: string };

/** A story. Each name is unique, and names a phone, a mask or another number. */
export interface Story {
  readonly name: string;
  /** The number of each phone; undefined if any number will do. */
  readonly phones: ReadonlyMap<string, string | undefined>;
  readonly numbers: ReadonlyMap<string, NumberPlan>;
  readonly steps: readonly StoryStep[];
}

/** Describes a step as a sentence without a full stop. */
export function describeStep({ kind, content }: StoryStep): string {
  // The content belongs to the kind, which the compiler cannot see when it indexes the table.
  return (DESCRIPTIONS[kind] as (content: object) => string)(content);
}

const DESCRIPTIONS: { readonly [K in StepKind]: (content: StepContent<K>) => string } = {
  text: ({ text, from, to, media }) => `${from} texts ${to}: ${text}${countMedia(media)}`,
  reply: ({ reply, from, media }) => `${from} replies: ${reply}${countMedia(media)}`,
  call: ({ call, from }) => `${from} calls ${call}`,
  answer: ({ answer }) => `${answer} answers`,
  reject: ({ reject }) => `${reject} rejects the call`,
  press: ({ press, from }) => `${from} presses ${press}`,
  say: ({ say, from }) => `${from} says: ${say}`,
  'hang up': ({ 'hang up': who }) => `${who} hangs up`,
  block: ({ block }) => `the app blocks ${block}`,
  unblock: ({ unblock }) => `the app unblocks ${unblock}`,
  advance: ({ advance }) => `${formatDuration(advance)} pass`,
  phone: ({ phone, ...behaviour }) => `from now on ${phone} has ${listSettings(behaviour)}`,
  sender: ({ sender, ...compliance }) => `from now on ${sender} is ${listSettings(compliance)}`,
  fail: ({ fail, with: how, times, method = 'any request' }) =>
    `${method} to ${fail || 'anything'} fails with ${how}${times === undefined ? '' : `, ${times} times`}`,
  'expect text': ({ 'expect text': on, ...wanted }) => `${on} gets a text${describeMatching(wanted)}`,
  'expect no text': ({ 'expect no text': on, ...wanted }) => `${on} gets no text${describeMatching(wanted)}`,
  'expect call': ({ 'expect call': on, from, state }) =>
    `${on} has a call${from ? ` from ${from}` : ''}${state ? ` that is ${state}` : ''}`,
  'expect no call': ({ 'expect no call': on, from }) => `${on} gets no call${from ? ` from ${from}` : ''}`,
  'expect heard': ({ 'expect heard': on, ...wanted }) => `${on} hears something${describeMatching(wanted)}`,
  'expect webhook': ({ 'expect webhook': purpose, status, error }) =>
    `the webhook for ${purpose} is answered${status === undefined ? '' : ` with ${status}`}${error === undefined ? '' : `, and fails with ${error}`}`,
  'expect no leak': ({ 'expect no leak': of, except = [] }) =>
    `nobody${except.length > 0 ? ` but ${except.join(' and ')}` : ''} saw the number of ${of}`,
  'expect unsupported': ({ 'expect unsupported': name }) =>
    `the app asks for ${name}, which the sandbox lacks`,
};

function describeMatching({
  from,
  is,
  contains,
  matches,
  media,
}: Partial<StepContent<'expect text'>>): string {
  const parts = [
    from && `from ${from}`,
    is !== undefined && `that is "${is}"`,
    contains !== undefined && `that contains "${contains}"`,
    matches !== undefined && `that matches /${matches}/`,
    media !== undefined && `with ${media} media`,
  ].filter(Boolean);
  return parts.map((part) => ` ${part}`).join('');
}

function countMedia(media: readonly string[] | undefined): string {
  return media ? ` (with ${media.length} media)` : '';
}

function listSettings(settings: object): string {
  const parts = Object.entries(settings).map(([name, value]) => `${name} ${describeSetting(value)}`);
  return parts.join(', ') || 'nothing changed';
}

function describeSetting(value: unknown): string {
  if (typeof value === 'number') return formatDuration(value);
  return typeof value === 'object'
    ? Object.entries(value ?? {})
        .flat()
        .join(' ')
    : String(value);
}

function formatDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}
