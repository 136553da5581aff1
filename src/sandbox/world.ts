// All that a sandbox consists of, handed to every part that answers requests.

import type { AccountStore } from './accounts/account/store.js';
import type { AlertStore } from './accounts/alerts/store.js';
import type { ApplicationStore } from './accounts/applications/store.js';
import type { ComplianceStore } from './accounts/compliance/store.js';
import type { NumberStore } from './numbers/incoming-phone-numbers/store.js';
import type { CallerIdStore } from './numbers/outgoing-caller-ids/store.js';
import type { CallLog } from './phones/calls/call-log.js';
import type { PhoneCall } from './phones/calls/phone-call.js';
import type { PhoneBook } from './phones/phones.js';
import type { Clock } from './platform/clock.js';
import type { Store } from './platform/database.js';
import type { EventStream } from './platform/events/stream.js';
import type { ActiveCalls } from './voice/active-calls.js';
import type { CallStore } from './voice/api/calls/store.js';
import type { RecordingStore } from './voice/api/recordings/store.js';
import type { CallQueues } from './voice/queues.js';
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
  readonly compliance: ComplianceStore;
  readonly alerts: AlertStore;
  readonly phones: PhoneBook;
  readonly webhooks: WebhookDispatch;
  readonly calls: CallStore;
  readonly recordings: RecordingStore;
  readonly callLog: CallLog;
  /** The phones in calls that go on, by the SID of the leg that each is on. */
  readonly handsets: Map<string, PhoneCall>;
  readonly switchboard: ActiveCalls;
  readonly queues: CallQueues;
}
