// Says in words what a step does.
import type { StepContent, StepKind, StoryStep } from './story.js';

/** A step as a sentence without its full stop. */
export function describeStep({ verb, content }: StoryStep): string {
  // A step's content is that of its verb, which the compiler cannot see from outside of the table.
  return (WORDS[verb] as (content: object) => string)(content);
}

const WORDS: { readonly [V in StepKind]: (content: StepContent<V>) => string } = {
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
  advance: ({ advance }) => `${describeTime(advance)} pass`,
  phone: ({ phone, ...behaviour }) => `from now on ${phone} has ${list(behaviour)}`,
  sender: ({ sender, ...compliance }) => `from now on ${sender} is ${list(compliance)}`,
  fail: ({ fail, with: how, times, method = 'any request' }) =>
    `${method} to ${fail || 'anything'} fails with ${how}${times === undefined ? '' : `, ${times} times`}`,
  'expect text': ({ 'expect text': on, ...wanted }) => `${on} gets a text${matching(wanted)}`,
  'expect no text': ({ 'expect no text': on, ...wanted }) => `${on} gets no text${matching(wanted)}`,
  'expect call': ({ 'expect call': on, from, state }) =>
    `${on} has a call${from ? ` from ${from}` : ''}${state ? ` that is ${state}` : ''}`,
  'expect no call': ({ 'expect no call': on, from }) => `${on} gets no call${from ? ` from ${from}` : ''}`,
  'expect heard': ({ 'expect heard': on, ...wanted }) => `${on} hears something${matching(wanted)}`,
  'expect webhook': ({ 'expect webhook': purpose, status, error }) =>
    `the webhook for ${purpose} is answered${status === undefined ? '' : ` with ${status}`}${error === undefined ? '' : `, and fails with ${error}`}`,
  'expect no leak': ({ 'expect no leak': of, except = [] }) =>
    `nobody${except.length > 0 ? ` but ${except.join(' and ')}` : ''} saw the number of ${of}`,
};

function matching({ from, is, contains, matches, media }: Partial<StepContent<'expect text'>>): string {
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

function list(settings: object): string {
  const parts = Object.entries(settings).map(([name, value]) => `${name} ${describeSetting(value)}`);
  return parts.join(', ') || 'nothing changed';
}

function describeSetting(value: unknown): string {
  if (typeof value === 'number') return describeTime(value);
  return typeof value === 'object'
    ? Object.entries(value ?? {})
        .flat()
        .join(' ')
    : String(value);
}

function describeTime(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}
