// Describes an event of a tunnel in one line.
import type { GatewayEvent } from '../../../gateway/events.js';
import type { ExchangeReport } from '../../../gateway/report.js';
import type { TunnelState } from '../../../tunnel/supervisor/state.js';
import { describeExchange } from '../requests/exchange-lines.js';

/** How to start an app. */
export const START_APP = 'relay-phone serve, or in a checkout of Firefox Relay: python manage.py runserver';

/** An event of a tunnel, its gateway or the app behind it. */
export type TunnelEvent =
  | Exclude<TunnelState, { readonly kind: 'refused' }>
  | GatewayEvent
  | { readonly kind: 'app-ended'; readonly exitCode: number };

/** The event as the JSON document has it. */
export type TunnelReportEvent =
  | Exclude<TunnelEvent, { readonly exchange: unknown }>
  | { readonly kind: 'exchange' | 'refused'; readonly exchange: ExchangeReport };

/** One event as a line for people; an exchange looks as `requests` shows it. @param at ISO 8601 */
export function describeTunnelEvent(at: string, event: TunnelReportEvent): string {
  return 'exchange' in event
    ? describeExchange(event.exchange)
    : `        ${at.slice(11, 23)}  ${describe(event)}`;
}

function describe(event: Exclude<TunnelReportEvent, { readonly exchange: unknown }>): string {
  switch (event.kind) {
    case 'connecting':
      return 'tunnel        connecting';
    case 'up':
      return `tunnel up     ${event.publicBase}`;
    case 'proven':
      return `proven        ${event.publicBase} leads here`;
    case 'lost':
      return `tunnel lost   ${event.why}`;
    case 'retrying':
      return `tunnel        ${event.why}; again in ${(event.delay / 1000).toFixed(1)} s`;
    case 'app-down':
      return `app down      ${event.app} ${event.why}; start it: ${START_APP}`;
    case 'app-up':
      return `app up        ${event.app} answers again`;
    case 'recording-stopped':
      return `not recorded  ${event.why}; requests are passed on all the same`;
    case 'recording-resumed':
      return 'recorded      again';
    case 'app-ended':
      return `app ended     with ${event.exitCode}`;
  }
}
