// Describes a phone, its texts and its calls in lines for people. Times are in UTC.
import type { MediaLink } from '../../../../sandbox/messaging/text-gateway.js';
import type { PhonesReport } from '../../../../sandbox/report.js';
import { layOut } from '../../../core/layout.js';
import type { Screen } from '../../../core/screen.js';
import type { TimelineEntry } from './timeline.js';

/** A line: what stands at its start, and the text behind it, which may quote strangers. */
interface Line {
  readonly head: string;
  readonly text: string;
}

type Phone = PhonesReport['phones'][number];

/** Shows a phone with its timeline. */
export function showPhone(screen: Screen, phone: Phone): void {
  screen.title(describePhone(phone));
  for (const { head, text } of formatTimeline(phone.timeline))
    screen.rows(layOut(head, [text], screen.layout));
}

/** Returns the title of a phone: its number, its label, and what is unusual about it. */
function describePhone({ number, label, behaviour, optedOutOf, timeline }: Phone): string {
  const notes = [
    ...describeBehaviour(behaviour),
    ...(optedOutOf.length > 0 ? [`opted out of ${optedOutOf.join(', ')}`] : []),
    ...(timeline.length === 0 ? ['no text or call'] : []),
  ];
  const name = label === '' ? number : `${number}  ${label}`;
  return notes.length === 0 ? name : `${name}  (${notes.join('; ')})`;
}

/** Returns what differs from a usual phone, one clause each. */
export function describeBehaviour(behaviour: Phone['behaviour']): string[] {
  const { callbacks, callerId, slow, blocked = [] } = behaviour;
  return [
    ...describeReach(behaviour),
    ...(callbacks === 'once' ? [] : [`status callbacks ${callbacks}`]),
    ...(callerId === 'withheld' ? ['withholds its number'] : []),
    ...(slow > 0 ? [`slow by ${slow / 1000} s`] : []),
    ...(blocked.length > 0 ? [`blocks ${blocked.join(', ')}`] : []),
  ];
}

/** The code of a text to a phone that is off. */
const UNREACHABLE = 30003;

function describeReach({ texts, calls }: Phone['behaviour']): string[] {
  const code = typeof texts === 'object' && 'undelivered' in texts ? texts.undelivered : undefined;
  if (code === UNREACHABLE && calls === 'no-answer') return ['off: receives no texts and no calls'];
  return [
    ...(code === undefined ? [] : [`texts end undelivered with ${code}`]),
    ...(typeof texts === 'object' && 'failed' in texts ? [`texts to it fail with ${texts.failed}`] : []),
    ...(texts === 'read' ? ['reads its texts'] : []),
    ...(texts === 'silent' ? ['sends no receipts for texts'] : []),
    ...(calls === 'answers' ? [] : [CALLS[calls]]),
  ];
}

const CALLS = { busy: 'busy', rejects: 'rejects calls', 'no-answer': 'answers no calls' } as const;

/** Returns the lines of a timeline; one with the date stands before the first entry of each day. */
function formatTimeline(timeline: readonly TimelineEntry[]): Line[] {
  const days = timeline.map(({ at }) => at.slice(0, 10));
  return timeline.flatMap((entry, index) => [
    ...(days[index] === days[index - 1] ? [] : [{ head: '  ', text: `${days[index]} UTC` }]),
    ...formatEntry(entry),
  ]);
}

const INDENT = ' '.repeat(18);

function formatEntry(entry: TimelineEntry): Line[] {
  const head = `    ${formatTimeOfDay(entry.at)}  `;
  if (entry.kind === 'text') {
    const { direction, with: other, body, media } = entry;
    return [
      { head, text: `${direction === 'received' ? 'from' : 'to'} ${other}: ${body}` },
      ...media.map(formatMedia),
    ];
  }
  const { direction, with: other, heard, said } = entry;
  const sounds = [
    ...heard.map(({ at, kind, content }) => ({ at: at ?? '', text: `heard (${kind})  ${content}` })),
    ...said.map(({ at, kind, content }) => ({ at, text: `said (${kind})  ${content}` })),
  ].sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  return [
    { head, text: `call ${direction === 'incoming' ? 'from' : 'to'} ${other}: ${describeEnd(entry)}` },
    ...sounds.map(({ text }) => ({ head: INDENT, text })),
  ];
}

/** The time of day of an ISO 8601 time. */
export function formatTimeOfDay(at: string): string {
  return at.slice(11, 23);
}

function formatMedia({ contentType, url }: MediaLink): Line {
  return { head: INDENT, text: `${contentType}  ${url}` };
}

function describeEnd({ state, answeredAt, endedAt }: Extract<TimelineEntry, { kind: 'call' }>): string {
  if (answeredAt === null || endedAt === null) return state;
  const seconds = (Date.parse(endedAt) - Date.parse(answeredAt)) / 1000;
  return `${state} after ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
