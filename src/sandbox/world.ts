// All that a sandbox consists of, handed to every part that answers requests.

import type { AccountStore } from './accounts/account/store.js';
import type { AlertStore } from './accounts/alerts/store.js';
import type { ApplicationStore } from './accounts/applications/store.js';
import type { ComplianceStore } from './accounts/compliance/store.js';
import type { Delivery } from './messaging/delivery/delivery.js';
import type { LoopGuard } from './messaging/loop-guard.js';
import type { MediaStore } from './messaging/media/store.js';
import type { OptOutStore } from './messaging/opt-outs/store.js';
import type { SenderPool } from './messaging/services/pool.js';
import type { ServiceStore } from './messaging/services/store.js';
import type { StatusCallbacks } from './messaging/status-callbacks/status-callbacks.js';
import type { MessageStore } from './messaging/store/messages.js';
import type { NumberStore } from './numbers/incoming-phone-numbers/store.js';
import type { CallerIdStore } from './numbers/outgoing-caller-ids/store.js';
import type { PhoneCalls } from './phones/calls/phone-calls.js';
import type { PhoneBook } from './phones/phones.js';
import type { Clock } from './platform/clock.js';
import type { Store } from './platform/database.js';
import type { EventStream } from './platform/events/stream.js';
import type { Voice } from './voice/voice.js';
import type { WebhookDispatch } from './webhooks/dispatch.js';

/** One running sandbox, seen from inside. */
export interface World {
  readonly store: Store;
  /** Where it listens: `http://127.0.0.1:4020`. */
  readonly origin: () => string;
  readonly now: () => number;
  readonly clock: Clock;
  readonly events: EventStream;
  /** The SID and token that requests must show; they never change. */
  readonly accountSid: string;
  readonly authToken: string;
  /** Whether to refuse what Twilio refuses though a laptop needs it. */
  readonly strict: boolean;
  readonly accounts: AccountStore;
  readonly applications: ApplicationStore;
  readonly numbers: NumberStore;
  readonly callerIds: CallerIdStore;
  readonly messages: MessageStore;
  readonly media: MediaStore;
  readonly services: ServiceStore;
  readonly pool: SenderPool;
  readonly compliance: ComplianceStore;
  readonly alerts: AlertStore;
  readonly phones: PhoneBook;
  readonly optOuts: OptOutStore;
  readonly webhooks: WebhookDispatch;
  readonly callbacks: StatusCallbacks;
  readonly loops: LoopGuard;
  readonly carrier: Delivery;
  readonly phoneCalls: PhoneCalls;
  readonly voice: Voice;
}
