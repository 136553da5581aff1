// Shows what happens in the relay as it happens, and counts it for the summary.
import type { RelayEvent } from '../../../relay/relay.js';
import type { CliPorts } from '../../core/ports.js';
import type { Screen } from '../../core/screen.js';
import { describeRelayEvent, hideNumbers } from './relay-line.js';

/** See the head of this file. */
export interface RelayWatch {
  tell(event: RelayEvent): void;
  /** Says what happened in all. @param waiting how much is still to be sent */
  sumUp(waiting: number): void;
  /** A text with its numbers as they may be shown. */
  show(text: string): string;
}

/** @param showsNumbers whether numbers are shown whole */
export function watchRelay(ports: CliPorts, screen: Screen, showsNumbers: boolean): RelayWatch {
  const show = showsNumbers ? (text: string) => text : hideNumbers;
  const counts = new Map<RelayEvent['kind'], number>();
  const count = (kind: RelayEvent['kind']) => counts.get(kind) ?? 0;

  function record(event: object, at: string): void {
    screen.record(JSON.parse(show(JSON.stringify({ at, ...event }))) as object);
  }

  return {
    show,
    tell: (event) => {
      counts.set(event.kind, count(event.kind) + 1);
      const at = new Date(ports.now()).toISOString();
      screen.line(show(describeRelayEvent(at, event)));
      record(event, at);
    },
    sumUp: (waiting) => {
      const [texts, replies, calls] = [count('text.came'), count('reply.came'), count('call.came')];
      const left = waiting > 0 ? ` Waiting for the next start: ${waiting}.` : '';
      screen.line(`Relayed texts: ${texts}, replies: ${replies}, calls: ${calls}.${left}`);
      record({ kind: 'summary', texts, replies, calls, waiting }, new Date(ports.now()).toISOString());
    },
  };
}
