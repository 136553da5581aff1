// All that a sandbox consists of, handed to every part that answers requests.
import type { Carrier } from './carrier/carrier.js';
import type { LoopGuard } from './carrier/loop-guard.js';
import type { Clock } from './clock.js';
import type { EventStream } from './events/stream.js';
import type { CallLog } from './phones/call-log.js';
import type { OptOutBook } from './phones/opt-outs.js';
import type { PhoneCall } from './phones/phone-call.js';
import type { PhoneBook } from './phones/phones.js';
import type { AccountStore } from './resources/accounts/store.js';
import type { AlertStore } from './resources/alerts/store.js';
import type { ApplicationStore } from './resources/applications/store.js';
import type { CallStore } from './resources/calls/store.js';
import type { ComplianceStore } from './resources/compliance/store.js';
import type { NumberStore } from './resources/incoming-phone-numbers/store.js';
import type { KeyStore } from './resources/keys/store.js';
import type { MediaStore } from './resources/media/store.js';
import type { MessageStore } from './resources/messages/store.js';
import type { CallerIdStore } from './resources/outgoing-caller-ids/store.js';
import type { RecordingStore } from './resources/recordings/store.js';
import type { NumberPool } from './resources/services/pool.js';
import type { ServiceStore } from './resources/services/store.js';
import type { FaultBook } from './rest/faults.js';
import type { RequestLog } from './rest/request-log.js';
import type { Store } from './store/database.js';
import type { QueueBook } from './voice/queues.js';
import type { Switchboard } from './voice/switchboard.js';
import type { WebhookSender } from './webhooks/sender.js';
import type { StatusCallbacks } from './webhooks/status-callbacks.js';

/** A second pair of credentials that reaches nothing but Twilio's magic numbers. */
export interface TestCredentials {
  readonly sid: string;
  readonly authToken: string;
}

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
  readonly controlToken: string;
  readonly testCredentials: TestCredentials;
  /** Whether to refuse what Twilio refuses though a laptop needs it. */
  readonly strict: boolean;
  readonly accounts: AccountStore;
  readonly applications: ApplicationStore;
  readonly numbers: NumberStore;
  readonly callerIds: CallerIdStore;
  readonly messages: MessageStore;
  readonly media: MediaStore;
  readonly keys: KeyStore;
  readonly services: ServiceStore;
  readonly pool: NumberPool;
  readonly compliance: ComplianceStore;
  readonly alerts: AlertStore;
  readonly phones: PhoneBook;
  readonly optOuts: OptOutBook;
  readonly webhooks: WebhookSender;
  readonly callbacks: StatusCallbacks;
  readonly loops: LoopGuard;
  readonly carrier: Carrier;
  readonly calls: CallStore;
  readonly recordings: RecordingStore;
  readonly callLog: CallLog;
  /** The phones in calls that go on, by the SID of the leg that each is on. */
  readonly handsets: Map<string, PhoneCall>;
  readonly switchboard: Switchboard;
  readonly queues: QueueBook;
  readonly faults: FaultBook;
  readonly requests: RequestLog;
}
