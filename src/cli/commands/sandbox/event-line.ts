// Describes an event of the sandbox in one line.
import { formatWithoutPassword } from '../../../origin.js';
import type { FollowNotices } from '../../../sandbox/control/follow.js';
import type { SandboxEvent } from '../../../sandbox/platform/events/event.js';
import { describeUnsupported } from '../../../sandbox/platform/events/unsupported.js';
import type { Screen } from '../../core/screen.js';

/** Returns one event as a line for people, with its time in UTC. */
export function describeEvent(event: SandboxEvent): string {
  return `${event.at.slice(11, 23)}  ${describeWithoutTime(event)}`;
}

/** Returns what shows, as warnings, that events are missing. */
export function warnOfMissedEvents({ warn }: Pick<Screen, 'warn'>): FollowNotices {
  return {
    onGap: ({ missed }) => warn(`${missed} ${missed === 1 ? 'event was' : 'events were'} missed`),
    onReset: () => warn('the sandbox was restarted: its earlier events are gone'),
  };
}

/** Returns one event as {@link describeEvent} does, without its time. */
export function describeWithoutTime(event: SandboxEvent): string {
  switch (event.kind) {
    case 'request.in':
      return `${event.isOwn ? 'command asked' : 'app asked    '}   ${event.method} ${event.path} → ${event.status}${event.problem === null ? '' : ` ${event.problem.code} ${event.problem.message}`}`;
    case 'unsupported':
      return describeUnsupported(event);
    case 'fault.hit':
      return `injected fault  ${event.method} ${event.path} → ${event.answer} (rule ${event.faultId})`;
    case 'phone.texts':
      return `phone texts     ${event.from} → ${event.to}: ${event.body}${countMedia(event.mediaUrls)}`;
    case 'text.received':
      return `number has it   ${event.to} from ${event.from}`;
    case 'text.queued':
      return `text queued     ${event.from} → ${event.to}: ${event.body}${countMedia(event.mediaUrls)}`;
    case 'text.status':
      return `${`text ${event.status}`.padEnd(15)} ${event.sid}${event.errorCode === null ? '' : ` (${event.errorCode})`}`;
    case 'text.reached-phone':
      return `phone has it    ${event.to} from ${event.from}: ${event.body}${countMedia(event.mediaUrls)}`;
    case 'webhook.began':
      return `webhook         ${event.method} ${formatWithoutPassword(event.url)}`;
    case 'webhook.sent':
      return `app answered    ${event.method} ${formatWithoutPassword(event.url)} → ${event.status ?? 'no answer'}, ${event.failure ?? event.verdict}${event.errorCode === null ? '' : ` (${event.errorCode})`}${event.reason === null ? '' : `: ${event.reason}`}`;
    case 'media.fetched':
      return `media fetched   ${formatWithoutPassword(event.url)} → ${event.failure ?? `${event.contentType}, ${event.size} bytes`}${event.errorCode === null ? '' : ` (${event.errorCode})`}`;
    case 'twiml.run':
      return `TwiML           ${event.verb === 'Response' ? 'nothing to do' : event.verb}`;
    case 'twiml.alert':
      return `TwiML ${event.logLevel.padEnd(10)}${event.message} (${event.errorCode})${event.line === null ? '' : `, line ${event.line}, column ${event.column}`}`;
    case 'call.started':
      return `call            ${event.from} → ${event.to} (${event.direction}, ${event.sid})`;
    case 'call.status':
      return `call ${event.status.padEnd(11)} ${event.sid}`;
    case 'call.connected':
      return `call connected  ${event.sid} with ${event.otherSid}`;
    case 'call.recorded':
      return `call recorded   ${event.recordingSid}, ${event.duration} s`;
    case 'phone.call':
      return `phone           ${event.phone} ${event.act}${event.detail === null ? '' : `: ${event.detail}`}`;
    case 'gather.waiting':
      return `app waits       for ${event.input.map((input) => (input === 'dtmf' ? 'keys' : 'words')).join(' or ')}, ${event.timeoutSeconds} s`;
    case 'exposure':
      return `exposure        ${event.phone} was shown ${event.written} (${event.how})${event.assertionId === null ? '' : ', which must not happen'}`;
    case 'behaviour.changed':
      return `behaviour       ${event.phone}: ${JSON.stringify(event.behaviour)}`;
    case 'clock.advanced':
      return `clock           advanced to ${event.now}`;
    case 'sandbox.reset':
      return 'sandbox         reset: everything before is gone';
    case 'sandbox.restored':
      return 'sandbox         restored from a snapshot';
    case 'opt-out':
      return `opt-out         ${event.phone} said ${event.keyword} to ${event.number}`;
  }
}

function countMedia(urls: readonly string[]): string {
  return urls.length === 0 ? '' : ` (+ ${urls.length} media)`;
}
