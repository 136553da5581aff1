// The products of Twilio's that only a thorough look needs: Messaging Services, registrations, alerts.
import MessagingModule from 'twilio/lib/rest/Messaging.js';
import MonitorModule from 'twilio/lib/rest/Monitor.js';
import type { TwilioClient } from './sdk.js';

type Messaging = typeof MessagingModule.prototype;
type Monitor = typeof MonitorModule.prototype;

/** See the head of this file. */
export interface Products {
  readonly messaging: Messaging['v1'];
  readonly monitor: Monitor['v1'];
}

/** A Messaging Service. */
export type ServiceInstance = Awaited<ReturnType<Messaging['v1']['services']['list']>>[number];

/** The products of the account that `client` signs in to. */
export function openProducts(client: TwilioClient): Products {
  return { messaging: new MessagingModule(client).v1, monitor: new MonitorModule(client).v1 };
}
