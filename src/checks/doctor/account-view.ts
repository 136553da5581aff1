// One Twilio account as the checks see it: each part is asked for once, however many checks look at it.
import type { Setup } from '../../setup/setup.js';
import { findApp } from '../../setup/webhooks.js';
import type { ApplicationInstance, TwilioClient } from '../../twilio/client.js';
import { explaining, explainTwilioFailure, isNotFound } from '../../twilio/failure.js';
import type { Products, ServiceInstance } from '../../twilio/products.js';

/** As many at once as Twilio gives: an account may own thousands. */
const PAGE_SIZE = 1000;
/** How many Messaging Services are looked into: each is asked for its numbers. */
const MAX_SERVICES = 40;

type AccountInstance = Awaited<ReturnType<TwilioClient['account']['fetch']>>;

/** A number that the account owns. */
export type NumberInstance = Awaited<
  ReturnType<TwilioClient['account']['incomingPhoneNumbers']['list']>
>[number];

/** A Messaging Service and the numbers in it, in E.164. */
export interface MessagingServiceView {
  readonly service: ServiceInstance;
  readonly numbers: readonly string[];
}

/** A Twilio account. Every part throws a RelayPhoneError if Twilio refuses or does not answer. */
export interface AccountView {
  readonly setup: Setup;
  readonly products: Products;
  account(): Promise<AccountInstance>;
  numbers(): Promise<readonly NumberInstance[]>;
  /** The TwiML app of the settings; undefined when none is set, or the account has no such app. */
  twimlApp(): Promise<ApplicationInstance | undefined>;
  /** The newest forty. */
  messagingServices(): Promise<readonly MessagingServiceView[]>;
  /** Whether the account has a Messaging Service with this SID. */
  hasMessagingService(sid: string): Promise<boolean>;
}

/** Opens the view of the account of `setup`; nothing is asked yet. */
export function createAccountView(setup: Setup, products: Products): AccountView {
  const { account } = setup.client;
  const { applicationSid } = setup.settings;
  return {
    setup,
    products,
    account: once(() => account.fetch()),
    // An object of its own for each list: the SDK keeps in it how the list ends.
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
      // Not through the instance, which the SDK gives no SID to go by.
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
    throw explainTwilioFailure(`look for the Messaging Service ${sid}`, error);
  }
}

/** Asks the first time, and remembers what came of it. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
