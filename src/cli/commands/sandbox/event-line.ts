// Describes an event of the sandbox in one line, and shows it.
import { formatWithoutPassword } from '../../../origin.js';
import type { FollowNotices } from '../../../sandbox/control/follow.js';
import type { SandboxEvent, TextFacts } from '../../../sandbox/platform/events/event.js';
import { describeUnsupported } from '../../../sandbox/platform/events/unsupported.js';
import { readOutcome } from '../../../sandbox/traces/event-outcome.js';
import type { EventOf } from '../../../sandbox/traces/facts.js';
import { type Layout, layOut, shortenPath, shortenSid, shortenUrl } from '../../core/layout.js';
import type { Screen } from '../../core/screen.js';

/** Shows one event with its time in UTC, in the colour of what it tells of. @param indent spaces before it */
export function showEvent(screen: Screen, event: SandboxEvent, indent = ''): void {
  screen.rows(layOutEvent(event, screen.layout, indent), readOutcome(event));
}

/** Lays out one event. @param indent spaces before it */
export function layOutEvent(event: SandboxEvent, layout: Layout, indent: string): string[] {
  const [label] = describeEvent(event, FULL);
  const head = `${indent}${event.at.slice(11, 23)}  ${formatLabel(label)}`;
  return layOut(head, listContents(event, layout), layout);
}

/** Returns what shows, as warnings, that events are missing. */
export function warnOfMissedEvents({ warn }: Pick<Screen, 'warn'>): FollowNotices {
  return {
    onGap: ({ missed }) => warn(`${missed} ${missed === 1 ? 'event was' : 'events were'} missed`),
    onReset: () => warn('the sandbox was restarted: its earlier events are gone'),
  };
}

const LABEL_COLUMNS = 15;

/** Returns what stands before the content of an event: what kind it is. */
export function formatLabel(label: string): string {
  return `${label.padEnd(LABEL_COLUMNS)} `;
}

/** How the names in an event are written. */
interface Names {
  readonly sid: (sid: string) => string;
  readonly url: (url: string) => string;
  /** Of a REST request. */
  readonly path: (path: string) => string;
}

const same = (text: string) => text;
const FULL: Names = { sid: same, url: formatWithoutPassword, path: same };

/** Returns the content of an event as {@link layOut} takes it: the shorter, the fewer names are in full. */
export function listContents(
  event: SandboxEvent,
  { columns, isFull }: Layout,
): readonly [string, ...string[]] {
  const describe = (names: Names) => describeEvent(event, names)[1];
  if (isFull) return [describe(FULL)];
  const path = (one: string) => shortenUrl(shortenPath(one), columns);
  const url = (one: string) => shortenUrl(formatWithoutPassword(one), columns);
  return [
    describe({ ...FULL, path: shortenPath }),
    describe({ ...FULL, path: shortenPath, sid: shortenSid }),
    describe({ path, sid: shortenSid, url }),
  ];
}

/** Returns what kind of event it is, in at most 16 columns, and its content. */
export function describeEvent(
  event: SandboxEvent,
  { sid, url, path }: Names = FULL,
): [label: string, content: string] {
  switch (event.kind) {
    case 'request.in':
      return [
        event.isOwn ? 'command asked' : 'app asked',
        `${event.method} ${path(event.path)} → ${event.status}${describeRefusal(event)}`,
      ];
    case 'unsupported':
      return ['unsupported', describeUnsupported(event)];
    case 'fault.hit':
      return [
        'injected fault',
        `${event.method} ${path(event.path)} → ${event.answer} (rule ${event.faultId})`,
      ];
    case 'phone.texts':
      return ['phone texts', describeText(event)];
    case 'text.received':
      return ['number has it', `${event.to} from ${event.from}`];
    case 'text.queued':
      return ['text queued', describeText(event)];
    case 'text.status':
      return [`text ${event.status}`, `${sid(event.sid)}${describeCode(event)}`];
    case 'text.reached-phone':
      return ['phone has it', `${event.to} from ${event.from}: ${event.body}${countMedia(event.mediaUrls)}`];
    case 'webhook.began':
      return ['webhook', `${event.method} ${url(event.url)}`];
    case 'webhook.sent':
      return ['app answered', `${event.method} ${url(event.url)} → ${describeAnswer(event)}`];
    case 'media.fetched':
      return ['media fetched', `${url(event.url)} → ${describeMedia(event)}${describeCode(event)}`];
    case 'twiml.run':
      return ['TwiML', event.verb === 'Response' ? 'nothing to do' : event.verb];
    case 'twiml.alert':
      return [
        `TwiML ${event.logLevel}`,
        `${event.message} (${event.errorCode})${event.line === null ? '' : `, line ${event.line}, column ${event.column}`}`,
      ];
    case 'call.started':
      return ['call', `${event.from} → ${event.to} (${event.direction}, ${sid(event.sid)})`];
    case 'call.status':
      return [`call ${event.status.padEnd(11)}`, sid(event.sid)];
    case 'call.connected':
      return ['call connected', `${sid(event.sid)} with ${sid(event.otherSid)}`];
    case 'call.recorded':
      return ['call recorded', `${sid(event.recordingSid)}, ${event.duration} s`];
    case 'phone.call':
      return ['phone', `${event.phone} ${event.act}${event.detail === null ? '' : `: ${event.detail}`}`];
    case 'gather.waiting':
      return [
        'app waits',
        `for ${event.input.map((input) => (input === 'dtmf' ? 'keys' : 'words')).join(' or ')}, ${event.timeoutSeconds} s`,
      ];
    case 'exposure':
      return [
        'exposure',
        `${event.phone} was shown ${event.written} (${event.how})${event.assertionId === null ? '' : ', which must not happen'}`,
      ];
    case 'behaviour.changed':
      return ['behaviour', `${event.phone}: ${JSON.stringify(event.behaviour)}`];
    case 'clock.advanced':
      return ['clock', `advanced to ${event.now}`];
    case 'sandbox.reset':
      return ['sandbox', 'reset: everything before is gone'];
    case 'sandbox.restored':
      return ['sandbox', 'restored from a snapshot'];
    case 'opt-out':
      return ['opt-out', `${event.phone} said ${event.keyword} to ${event.number}`];
  }
}

function countMedia(urls: readonly string[]): string {
  return urls.length === 0 ? '' : ` (+ ${urls.length} media)`;
}

function describeText({ from, to, body, mediaUrls }: TextFacts): string {
  return `${from} → ${to}: ${body}${countMedia(mediaUrls)}`;
}

function describeRefusal({ status, problem }: EventOf<'request.in'>): string {
  if (problem !== null) return ` ${problem.code} ${problem.message}`;
  return status >= 400 ? ' refused' : '';
}

function describeAnswer(event: EventOf<'webhook.sent'>): string {
  const { status, verdict, failure, reason } = event;
  const what = failure === null ? verdict : `${failure}${describeCode(event)}`;
  return `${status ?? 'no answer'}, ${what}${reason === null ? '' : `: ${reason}`}`;
}

function describeMedia({ failure, contentType, size }: EventOf<'media.fetched'>): string {
  return failure ?? `${contentType}, ${size} bytes`;
}

function describeCode({ errorCode }: { readonly errorCode: number | null }): string {
  return errorCode === null ? '' : ` (${errorCode})`;
}
