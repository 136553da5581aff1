// All that a sandbox consists of, handed to every part that answers requests.
import type { Carrier } from './carrier/carrier.js';
import type { FaultBook } from './faults.js';
import type { PhoneBook } from './phones/phones.js';
import type { RequestLog } from './requests.js';
import type { AccountStore } from './resources/accounts/store.js';
import type { ApplicationStore } from './resources/applications/store.js';
import type { NumberStore } from './resources/incoming-phone-numbers/store.js';
import type { MessageStore } from './resources/messages/store.js';
import type { CallerIdStore } from './resources/outgoing-caller-ids/store.js';
import type { Store } from './store/database.js';

/** A second pair of credentials that reaches nothing but Twilio's magic numbers. */
export interface TestCredentials {
  readonly sid: string;
  readonly authToken: string;
}

/** One running sandbox, seen from inside. */
export interface World {
  readonly store: Store;
  readonly now: () => number;
  /** The SID and token that requests must show; they never change. */
  readonly accountSid: string;
  readonly authToken: string;
  readonly controlToken: string;
  readonly testCredentials: TestCredentials | undefined;
  /** Whether to refuse what Twilio refuses though a laptop needs it. */
  readonly strict: boolean;
  readonly accounts: AccountStore;
  readonly applications: ApplicationStore;
  readonly numbers: NumberStore;
  readonly callerIds: CallerIdStore;
  readonly messages: MessageStore;
  readonly phones: PhoneBook;
  readonly carrier: Carrier;
  readonly faults: FaultBook;
  readonly requests: RequestLog;
}
