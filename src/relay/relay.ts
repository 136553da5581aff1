// The context that the parts of a relay share: its tables, its settings, and the events that they emit.
import type { Store } from '../state/database.js';
import type { Contacts } from './store/contacts.js';
import type { Masks } from './store/masks.js';
import type { OutgoingTable } from './store/outgoing.js';
import type { Phones } from './store/phones.js';
import type { ProcessedWebhooks } from './store/processed-webhooks.js';

/** The tables and settings of one relay. */
export interface Relay {
  readonly store: Store;
  readonly masks: Masks;
  readonly contacts: Contacts;
  readonly processedWebhooks: ProcessedWebhooks;
  readonly outgoing: OutgoingTable;
  readonly phones: Phones;
  /** True if a reply may start with a contact's number. */
  readonly readsPrefixes: boolean;
  readonly emit: (event: RelayEvent) => void;
}

/** An event of a relay. Phone numbers are complete; the output shortens them. */
export type RelayEvent =
  | {
      readonly kind: 'text.came' | 'reply.came';
      readonly from: string;
      readonly mask: string;
      /** Characters of the body; the body itself is private. */
      readonly length: number;
      /** Number of media files. */
      readonly media: number;
    }
  | {
      readonly kind: 'text.dropped' | 'reply.refused' | 'call.refused';
      readonly from: string;
      readonly mask: string;
      readonly why: string;
    }
  | { readonly kind: 'call.came'; readonly from: string; readonly mask: string }
  | { readonly kind: 'call.ended'; readonly mask: string; readonly seconds: number }
  | { readonly kind: 'text.sent'; readonly from: string; readonly to: string; readonly sid: string }
  | {
      readonly kind: 'text.status';
      readonly sid: string;
      readonly status: string;
      readonly errorCode?: string;
    }
  | { readonly kind: 'forgotten'; readonly sid: string }
  | {
      /** `postponed`: the relay tries again later. */
      readonly kind: 'postponed' | 'refused' | 'given-up';
      readonly what: string;
      readonly why: string;
    }
  | { readonly kind: 'code.sent'; readonly from: string; readonly to: string }
  | { readonly kind: 'phone.verified'; readonly number: string }
  | { readonly kind: 'mask.bought'; readonly mask: string }
  | { readonly kind: 'caught-up'; readonly texts: number }
  | { readonly kind: 'repeated'; readonly path: string }
  | { readonly kind: 'turned-away'; readonly path: string; readonly status: number; readonly why: string };
