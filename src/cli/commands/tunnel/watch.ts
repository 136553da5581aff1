// Shows what happens to a tunnel as it happens, and counts it for the summary.
import { formatExchangeReport } from '../../../gateway/report.js';
import type { CliPorts } from '../../core/ports.js';
import type { Screen } from '../../core/screen.js';
import { createView } from '../requests/exchanges.js';
import { describeTunnelEvent, type TunnelEvent, type TunnelReportEvent } from './tunnel-line.js';

/** See the head of this file. */
export interface TunnelWatch {
  tell(event: TunnelEvent): void;
  /** Says what happened in all. */
  sumUp(): void;
}

/** Milliseconds between two refusals that are shown: whoever knocks often must not bury what matters. */
const REFUSALS_APART = 1000;

/** @param showsNumbers whether phone numbers are shown whole */
export function watchTunnelEvents(ports: CliPorts, screen: Screen, showsNumbers: boolean): TunnelWatch {
  const view = createView(showsNumbers);
  const counts = new Map<TunnelEvent['kind'], number>();
  const count = (kind: TunnelEvent['kind']) => counts.get(kind) ?? 0;
  const stamp = () => new Date(ports.now()).toISOString();
  let lastRefusal = Number.NEGATIVE_INFINITY;

  function isShown({ kind }: TunnelEvent): boolean {
    if (kind !== 'refused') return true;
    if (ports.now() - lastRefusal < REFUSALS_APART) return false;
    lastRefusal = ports.now();
    return true;
  }

  return {
    tell: (event) => {
      counts.set(event.kind, count(event.kind) + 1);
      if (!isShown(event)) return;
      const at = stamp();
      const shown = format(event);
      screen.line(view.text(describeTunnelEvent(at, shown)));
      screen.record(view.document({ at, ...shown }));
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
