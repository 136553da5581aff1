// Describes an event of the sandbox in one line, for terminals and for the page.
import type { SandboxEvent, TextFacts } from '../platform/events/event.js';
import { describeUnsupported } from '../platform/events/unsupported.js';
import type { EventOf } from './facts.js';

/** How the names in an event are written. */
export interface EventNames {
  readonly sid: (sid: string) => string;
  readonly url: (url: string) => string;
  /** Of a REST request. */
  readonly path: (path: string) => string;
}

/** Returns what kind of event it is, in at most 16 columns, and its content. */
export function describeEvent(
  event: SandboxEvent,
  { sid, url, path }: EventNames,
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
      return ['behaviour', `${event.phone}: ${describeBehaviour(event.behaviour)}`];
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

function describeBehaviour(behaviour: Readonly<Record<string, unknown>>): string {
  return Object.entries(behaviour)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
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
