// The events that a gateway emits.
import type { ExchangeFinding, ExchangeSummary } from '../exchanges/exchange.js';

/** An event of a gateway. Phone numbers are complete; the output shortens them. */
export type GatewayEvent =
  | {
      /** A request was forwarded or refused. */
      readonly kind: 'exchange' | 'refused';
      readonly exchange: ExchangeSummary;
    }
  | {
      /** A fault of an answer that took longer to find than to record the exchange. */
      readonly kind: 'finding';
      readonly exchangeId: number;
      readonly finding: ExchangeFinding;
    }
  | {
      /** The app cannot be reached; emitted once until it can. */
      readonly kind: 'app-down';
      readonly app: string;
      /** The rest of "the app …". */
      readonly why: string;
    }
  | { readonly kind: 'app-up'; readonly app: string }
  | {
      /** Exchanges cannot be written; emitted once until they can. Requests are still forwarded. */
      readonly kind: 'recording-stopped';
      readonly why: string;
    }
  | { readonly kind: 'recording-resumed' };
