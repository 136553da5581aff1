// Shows the events of the relay as they happen, and counts them for the summary.
import type { RelayEvent } from '../../../relay/relay.js';
import type { CommandContext } from '../../core/command-context.js';
import { cut, layOut, shortenSid } from '../../core/layout.js';
import { createRedactor } from '../../core/redact.js';
import type { Screen } from '../../core/screen.js';

/** Receives the events of the relay. */
export interface RelayWatch {
  emit(event: RelayEvent): void;
  /** Prints how many texts, replies and calls there were. @param waiting how many texts are still to be sent */
  sumUp(waiting: number): void;
}

/** The shortest time between two rejected webhooks that are shown: a flood of them must not hide the texts. */
const REJECTION_INTERVAL_MS = 1000;

/** The longest path in a line: a stranger may send any. */
const MAX_PATH = 80;

/** Creates the receiver of a relay's events. @param showsNumbers true if phone numbers are printed in full */
export function watchRelay({ ports, screen }: CommandContext, showsNumbers: boolean): RelayWatch {
  const redactor = createRedactor(showsNumbers);
  const counts = new Map<RelayEvent['kind'], number>();
  const count = (kind: RelayEvent['kind']) => counts.get(kind) ?? 0;
  const stamp = () => new Date(ports.now()).toISOString();

  let lastRejection = Number.NEGATIVE_INFINITY;

  function isShown({ kind }: RelayEvent): boolean {
    if (kind !== 'turned-away') return true;
    if (ports.now() - lastRejection < REJECTION_INTERVAL_MS) return false;
    lastRejection = ports.now();
    return true;
  }

  return {
    emit: (event) => {
      counts.set(event.kind, count(event.kind) + 1);
      if (!isShown(event)) return;
      const shown = redactor.document({ at: stamp(), ...event });
      showRelayEvent(screen, shown.at, shown);
      screen.record(shown);
    },
    sumUp: (waiting) => {
      const [texts, replies, calls] = [count('text.came'), count('reply.came'), count('call.came')];
      const left = waiting > 0 ? ` Waiting for the next start: ${waiting}.` : '';
      screen.line(`Relayed texts: ${texts}, replies: ${replies}, calls: ${calls}.${left}`);
      screen.record({ at: stamp(), kind: 'summary', texts, replies, calls, waiting });
    },
  };
}

/** Shows one event. @param at ISO 8601 */
function showRelayEvent(screen: Screen, at: string, event: RelayEvent): void {
  const { layout } = screen;
  const [label, full] = describe(event, (sid) => sid);
  const contents: [string, string] = [full, layout.isFull ? full : describe(event, shortenSid)[1]];
  screen.rows(layOut(`${at.slice(11, 23)}  ${label.padEnd(13)} `, contents, layout), outcomeOf(event));
}

function outcomeOf(event: RelayEvent): 'done' | 'warning' | 'failed' {
  switch (event.kind) {
    case 'refused':
    case 'given-up':
      return 'failed';
    case 'text.status':
      return event.errorCode ? 'failed' : 'done';
    case 'text.dropped':
    case 'reply.refused':
    case 'call.refused':
    case 'postponed':
    case 'turned-away':
      return 'warning';
    default:
      return 'done';
  }
}

function describe(
  event: RelayEvent,
  sid: (sid: string) => string,
): readonly [label: string, content: string] {
  switch (event.kind) {
    case 'text.came':
    case 'reply.came':
      return [
        event.kind === 'text.came' ? 'text came' : 'reply came',
        `${event.from} → ${event.mask}, ${event.length} characters${event.media > 0 ? `, ${event.media} media` : ''}`,
      ];
    case 'text.dropped':
      return ['text dropped', `${event.from} → ${event.mask}: ${event.why}`];
    case 'reply.refused':
      return ['reply refused', `${event.from} → ${event.mask}: ${event.why}`];
    case 'call.came':
      return ['call came', `${event.from} → ${event.mask}`];
    case 'call.refused':
      return ['call refused', `${event.from} → ${event.mask}: ${event.why}`];
    case 'call.ended':
      return ['call ended', `${event.mask}, ${event.seconds} s`];
    case 'text.sent':
      return ['text sent', `${event.from} → ${event.to} (${sid(event.sid)})`];
    case 'text.status':
      return [
        'text status',
        `${event.status} (${sid(event.sid)})${event.errorCode ? `, Twilio ${event.errorCode}` : ''}`,
      ];
    case 'forgotten':
      return ['deleted', `${sid(event.sid)} at Twilio`];
    case 'postponed':
      return ['later', `${event.what}: ${event.why}`];
    case 'refused':
      return ['refused', `${event.what}: ${event.why}`];
    case 'given-up':
      return ['given up', `${event.what}: ${event.why}`];
    case 'code.sent':
      return ['code sent', `${event.from} → ${event.to}`];
    case 'phone.verified':
      return ['verified', event.number];
    case 'mask.bought':
      return ['mask bought', event.mask];
    case 'caught-up':
      return ['caught up', `missed texts: ${event.texts}`];
    case 'repeated':
      return ['repeated', `${cut(event.path, MAX_PATH)}: answered as before`];
    case 'turned-away':
      return ['turned away', `${cut(event.path, MAX_PATH)} with ${event.status}: ${event.why}`];
  }
}
