// What happens in a gateway, as those who watch it are told.
import type { ExchangeSummary } from './exchanges/exchange.js';

/** One thing that happened. Numbers are whole here: who shows them hides them. */
export type GatewayEvent =
  | {
      /** Something came, and was passed on or refused. */
      readonly kind: 'exchange' | 'refused';
      readonly exchange: ExchangeSummary;
    }
  | {
      /** The app cannot be reached; told once, until it can be again. */
      readonly kind: 'app-down';
      readonly app: string;
      /** The rest of "the app …". */
      readonly why: string;
    }
  | { readonly kind: 'app-up'; readonly app: string }
  | {
      /** Nothing can be written down; told once, until something can be again. Traffic flows all the same. */
      readonly kind: 'recording-stopped';
      readonly why: string;
    }
  | { readonly kind: 'recording-resumed' };
