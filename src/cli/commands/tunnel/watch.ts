// Shows the events of a tunnel as they happen, and counts them for the summary.
import { formatExchangeReport } from '../../../gateway/report.js';
import type { CommandContext } from '../../core/command-context.js';
import { createRedactor } from '../../core/redact.js';
import { describeTunnelEvent, type TunnelEvent, type TunnelReportEvent } from './event-line.js';

/** Receives the events of a tunnel. */
export interface TunnelWatch {
  emit(event: TunnelEvent): void;
  /** Prints how many webhooks, refusals and losses there were. */
  sumUp(): void;
}

/** The shortest time between two refusals that are shown: a flood of them must not hide the webhooks. */
const REFUSAL_INTERVAL_MS = 1000;

/** @param showsNumbers true if phone numbers are printed in full */
export function watchTunnelEvents({ ports, screen }: CommandContext, showsNumbers: boolean): TunnelWatch {
  const redactor = createRedactor(showsNumbers);
  const counts = new Map<TunnelEvent['kind'], number>();
  const count = (kind: TunnelEvent['kind']) => counts.get(kind) ?? 0;
  const stamp = () => new Date(ports.now()).toISOString();
  let lastRefusal = Number.NEGATIVE_INFINITY;

  function isShown({ kind }: TunnelEvent): boolean {
    if (kind !== 'refused') return true;
    if (ports.now() - lastRefusal < REFUSAL_INTERVAL_MS) return false;
    lastRefusal = ports.now();
    return true;
  }

  return {
    emit: (event) => {
      counts.set(event.kind, count(event.kind) + 1);
      if (!isShown(event)) return;
      const at = stamp();
      const shown = format(event);
      screen.line(redactor.text(describeTunnelEvent(at, shown)));
      screen.record(redactor.document({ at, ...shown }));
    },
    sumUp: () => {
      const [webhooks, refused, losses] = [count('exchange'), count('refused'), count('lost')];
      screen.line(
        `Webhooks passed on: ${webhooks}, refused: ${refused}, times the tunnel was lost: ${losses}.`,
      );
      screen.record({ at: stamp(), kind: 'summary', webhooks, refused, losses });
    },
  };
}

function format(event: TunnelEvent): TunnelReportEvent {
  return 'exchange' in event ? { kind: event.kind, exchange: formatExchangeReport(event.exchange) } : event;
}
