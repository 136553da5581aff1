// Twilio's Messaging and Monitor APIs: Messaging Services, registrations, alerts. Import it only where they are used.
import MessagingModule from 'twilio/lib/rest/Messaging.js';
import MonitorModule from 'twilio/lib/rest/Monitor.js';
import type { TwilioClient } from './sdk.js';

type Messaging = typeof MessagingModule.prototype;
type Monitor = typeof MonitorModule.prototype;

/** The APIs of one account. */
export interface Products {
  readonly messaging: Messaging['v1'];
  readonly monitor: Monitor['v1'];
}

/** A Messaging Service as the SDK returns it. */
export type ServiceInstance = Awaited<ReturnType<Messaging['v1']['services']['list']>>[number];

/** Returns the APIs of the account of `client`. */
export function openProducts(client: TwilioClient): Products {
  return { messaging: new MessagingModule(client).v1, monitor: new MonitorModule(client).v1 };
}
