// Describes an event of the relay in one line.
import type { RelayEvent } from '../../../relay/relay.js';

/** One event as a line for people, with phone numbers in full. @param at ISO 8601 */
export function describeRelayEvent(at: string, event: RelayEvent): string {
  return `${at.slice(11, 23)}  ${describe(event)}`;
}

function describe(event: RelayEvent): string {
  switch (event.kind) {
    case 'text.came':
    case 'reply.came':
      return `${event.kind === 'text.came' ? 'text' : 'reply'} came    ${event.from} → ${event.mask}, ${event.length} characters${event.media > 0 ? `, ${event.media} media` : ''}`;
    case 'text.dropped':
      return `text dropped  ${event.from} → ${event.mask}: ${event.why}`;
    case 'reply.refused':
      return `reply refused ${event.from} → ${event.mask}: ${event.why}`;
    case 'call.came':
      return `call came     ${event.from} → ${event.mask}`;
    case 'call.refused':
      return `call refused  ${event.from} → ${event.mask}: ${event.why}`;
    case 'call.ended':
      return `call ended    ${event.mask}, ${event.seconds} s`;
    case 'text.sent':
      return `text sent     ${event.from} → ${event.to} (${event.sid})`;
    case 'text.status':
      return `text status   ${event.status} (${event.sid})${event.errorCode ? `, Twilio ${event.errorCode}` : ''}`;
    case 'forgotten':
      return `deleted       ${event.sid} at Twilio`;
    case 'postponed':
      return `later         ${event.what}: ${event.why}`;
    case 'refused':
      return `refused       ${event.what}: ${event.why}`;
    case 'given-up':
      return `given up      ${event.what}: ${event.why}`;
    case 'code.sent':
      return `code sent     ${event.from} → ${event.to}`;
    case 'phone.verified':
      return `verified      ${event.number}`;
    case 'mask.bought':
      return `mask bought   ${event.mask}`;
    case 'caught-up':
      return `caught up     texts that came meanwhile: ${event.texts}`;
    case 'repeated':
      return `came again    ${event.path}: answered as before`;
    case 'turned-away':
      return `turned away   ${event.path} with ${event.status}: ${event.why}`;
  }
}
