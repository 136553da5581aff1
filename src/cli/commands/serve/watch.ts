// Shows the events of the relay as they happen, and counts them for the summary.
import type { RelayEvent } from '../../../relay/relay.js';
import type { CommandContext } from '../../core/command-context.js';
import { createRedactor } from '../../core/redact.js';
import { describeRelayEvent } from './event-line.js';

/** Receives the events of the relay. */
export interface RelayWatch {
  emit(event: RelayEvent): void;
  /** Prints how many texts, replies and calls there were. @param waiting how many texts are still to be sent */
  sumUp(waiting: number): void;
}

/** @param showsNumbers true if phone numbers are printed in full */
export function watchRelay({ ports, screen }: CommandContext, showsNumbers: boolean): RelayWatch {
  const redactor = createRedactor(showsNumbers);
  const counts = new Map<RelayEvent['kind'], number>();
  const count = (kind: RelayEvent['kind']) => counts.get(kind) ?? 0;
  const stamp = () => new Date(ports.now()).toISOString();

  return {
    emit: (event) => {
      counts.set(event.kind, count(event.kind) + 1);
      const at = stamp();
      screen.line(redactor.text(describeRelayEvent(at, event)));
      screen.record(redactor.document({ at, ...event }));
    },
    sumUp: (waiting) => {
      const [texts, replies, calls] = [count('text.came'), count('reply.came'), count('call.came')];
      const left = waiting > 0 ? ` Waiting for the next start: ${waiting}.` : '';
      screen.line(`Relayed texts: ${texts}, replies: ${replies}, calls: ${calls}.${left}`);
      screen.record({ at: stamp(), kind: 'summary', texts, replies, calls, waiting });
    },
  };
}
