// What the parts of a relay share: its tables, its settings, and whom it tells what happens.
import type { Store } from '../state/database.js';
import type { RelayEvent } from './events.js';
import type { Contacts } from './store/contacts.js';
import type { Masks } from './store/masks.js';
import type { OutgoingTable } from './store/outgoing.js';
import type { PendingPurchases } from './store/pending-purchase.js';
import type { Phones } from './store/phones.js';
import type { ProcessedWebhooks } from './store/processed-webhooks.js';
import type { Receipts } from './store/receipts.js';
import type { VCards } from './store/vcards.js';

/** See the head of this file. */
export interface Relay {
  readonly store: Store;
  readonly masks: Masks;
  readonly contacts: Contacts;
  readonly processedWebhooks: ProcessedWebhooks;
  readonly outgoing: OutgoingTable;
  readonly receipts: Receipts;
  readonly phones: Phones;
  readonly pendingPurchases: PendingPurchases;
  readonly vCards: VCards;
  /** Whether a reply may name its contact. */
  readonly readsPrefixes: boolean;
  readonly emit: (event: RelayEvent) => void;
}
