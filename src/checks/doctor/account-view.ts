// A Twilio account as the checks see it: each part is requested once, even if several checks need it.
import { once } from '../../once.js';
import type { Setup } from '../../setup/setup.js';
import { findApp } from '../../setup/webhooks.js';
import type { ApplicationInstance, TwilioClient } from '../../twilio/client.js';
import { explaining, explainTwilioFailure, isNotFound } from '../../twilio/failure.js';
import type { Products, ServiceInstance } from '../../twilio/products.js';

/** The largest page that Twilio serves: an account may own thousands of numbers. */
const PAGE_SIZE = 1000;
/** The most Messaging Services that are read: each takes another request, for its numbers. */
const MAX_SERVICES = 40;

type AccountInstance = Awaited<ReturnType<TwilioClient['account']['fetch']>>;

/** A number that the account owns. */
export type NumberInstance = Awaited<
  ReturnType<TwilioClient['account']['incomingPhoneNumbers']['list']>
>[number];

/** A Messaging Service and its numbers, in E.164. */
export interface MessagingServiceView {
  readonly service: ServiceInstance;
  readonly numbers: readonly string[];
}

/** A Twilio account. Every method throws a RelayPhoneError if Twilio refuses or does not answer. */
export interface AccountView {
  readonly setup: Setup;
  readonly products: Products;
  account(): Promise<AccountInstance>;
  numbers(): Promise<readonly NumberInstance[]>;
  /** The TwiML app of the settings; undefined if none is set, or if the account has no such app. */
  twimlApp(): Promise<ApplicationInstance | undefined>;
  /** The newest 40, with their numbers. */
  messagingServices(): Promise<readonly MessagingServiceView[]>;
  /** True if the account has a Messaging Service with this SID. */
  hasMessagingService(sid: string): Promise<boolean>;
}

/** Opens the view of the account of `setup`. Sends no request yet. */
export function createAccountView(setup: Setup, products: Products): AccountView {
  const { account } = setup.client;
  const { applicationSid } = setup.settings;
  return {
    setup,
    products,
    account: once(() => account.fetch()),
    // A new options object for each list, because the SDK stores the end of the list in it.
    numbers: once(() =>
      explaining("list the account's numbers", account.incomingPhoneNumbers.list({ pageSize: PAGE_SIZE })),
    ),
    twimlApp: once(async () => (applicationSid ? findApp(setup, applicationSid) : undefined)),
    messagingServices: once(() => listMessagingServices(products)),
    hasMessagingService: (sid) => hasMessagingService(products, sid),
  };
}

async function listMessagingServices({ messaging }: Products): Promise<MessagingServiceView[]> {
  const services = await explaining(
    'list the Messaging Services',
    messaging.services.list({ limit: MAX_SERVICES }),
  );
  return Promise.all(
    services.map(async (service) => {
      // Not `service.phoneNumbers()`: the SDK gives the instance no SID to build the URL from.
      const { phoneNumbers } = messaging.services(service.sid);
      const numbers = await explaining(
        `list the numbers of ${service.sid}`,
        phoneNumbers.list({ pageSize: PAGE_SIZE }),
      );
      return { service, numbers: numbers.map(({ phoneNumber }) => phoneNumber) };
    }),
  );
}

async function hasMessagingService({ messaging }: Products, sid: string): Promise<boolean> {
  try {
    await messaging.services(sid).fetch();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw explainTwilioFailure(`find the Messaging Service ${sid}`, error);
  }
}
