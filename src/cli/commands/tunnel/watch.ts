// Shows the events of a tunnel as they happen, and counts them for the summary.

import { formatExchangeReport } from '../../../exchanges/format.js';
import type { ExchangeReport } from '../../../exchanges/report.js';
import type { GatewayEvent } from '../../../gateway/events.js';
import type { TunnelState } from '../../../tunnel/supervisor/supervisor.js';
import type { CommandContext } from '../../core/command-context.js';
import { layOut } from '../../core/layout.js';
import { createRedactor } from '../../core/redact.js';
import type { Screen } from '../../core/screen.js';
import { showExchange } from '../requests/exchange-lines.js';

/** Receives the events of a tunnel. */
export interface TunnelWatch {
  emit(event: TunnelEvent): void;
  /** Prints how many webhooks, refusals and losses there were. */
  sumUp(): void;
}

/** The shortest time between two refusals that are shown: a flood of them must not hide the webhooks. */
const REFUSAL_INTERVAL_MS = 1000;

/** What is shown of a tunnel. */
interface TunnelWatchOptions {
  /** True if phone numbers are printed in full. */
  readonly showsNumbers: boolean;
  /** Returns how the app is started. */
  readonly howToStart: () => string;
}

/** Creates the receiver of a tunnel's events. */
export function watchTunnelEvents(
  { ports, screen }: CommandContext,
  { showsNumbers, howToStart }: TunnelWatchOptions,
): TunnelWatch {
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
      const shown = redactor.document({ at: stamp(), ...format(event) });
      showTunnelEvent(screen, shown.at, shown, howToStart);
      screen.record(shown);
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

/** An event of a tunnel, its gateway or the app behind it. */
export type TunnelEvent =
  | Exclude<TunnelState, { readonly kind: 'refused' }>
  | GatewayEvent
  | { readonly kind: 'app-ended'; readonly exitCode: number };

/** The event as the JSON document has it. */
type TunnelReportEvent =
  | Exclude<TunnelEvent, { readonly exchange: unknown }>
  | { readonly kind: 'exchange' | 'refused'; readonly exchange: ExchangeReport };

/** An exchange looks as `requests` shows it. @param at ISO 8601 */
function showTunnelEvent(
  screen: Screen,
  at: string,
  event: TunnelReportEvent,
  howToStart: () => string,
): void {
  if ('exchange' in event) {
    showExchange(screen, event.exchange);
    return;
  }
  const [label, content] = describe(event, howToStart);
  const rows = layOut(`        ${at.slice(11, 23)}  ${label.padEnd(13)} `, [content], screen.layout);
  screen.rows(rows, OUTCOMES[event.kind]);
}

/** What an event tells of, if it is not success. */
const OUTCOMES: Partial<Record<TunnelEvent['kind'], 'warning' | 'failed'>> = {
  lost: 'failed',
  retrying: 'warning',
  finding: 'failed',
  'app-down': 'failed',
  'recording-stopped': 'failed',
};

function describe(
  event: Exclude<TunnelReportEvent, { readonly exchange: unknown }>,
  howToStart: () => string,
): readonly [label: string, content: string] {
  switch (event.kind) {
    case 'connecting':
      return ['tunnel', 'connecting'];
    case 'up':
      return ['tunnel up', event.publicBase];
    case 'proven':
      return ['proven', `${event.publicBase} leads here`];
    case 'lost':
      return ['tunnel lost', event.why];
    case 'retrying':
      return ['tunnel', `${event.why}; again in ${(event.delay / 1000).toFixed(1)} s`];
    case 'finding':
      return ['fault', `of ${event.exchangeId}: ${event.finding.what}; try: ${event.finding.tryNext[0]}`];
    case 'app-down':
      return ['app down', `${event.app} ${event.why}; start it: ${howToStart()}`];
    case 'app-up':
      return ['app up', `${event.app} answers again`];
    case 'recording-stopped':
      return ['not recorded', `${event.why}; requests are still passed on`];
    case 'recording-resumed':
      return ['recording', 'resumed'];
    case 'app-ended':
      return ['app ended', `with ${event.exitCode}`];
  }
}
