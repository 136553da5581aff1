// Checks Messaging Services: the ones that Relay adds masks to, and any that takes texts away from the TwiML app.
import { formatWithoutPassword } from '../../../origin.js';
import { fieldOf } from '../../../setup/webhooks.js';
import { CONSOLE_PAGES } from '../../../twilio/console-pages.js';
import type { ServiceInstance } from '../../../twilio/products.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import type { AccountView, MessagingServiceView } from '../account-view.js';
import { createDoctorCheck, type DoctorContext } from '../doctor-context.js';

type Id = 'service-gone' | 'service-loses-texts' | 'service-wins-over-app';

/** Checks that the services exist, and leave the texts of masks to the app. */
export const messagingServicesCheck = createDoctorCheck<Id>({
  id: 'messaging-services',
  group: 'messaging services',
  expects: 'the services in TWILIO_MESSAGING_SERVICE_SID exist, and no service keeps texts from the app',
  needs: ['account'],
  findings: {
    'service-gone': {
      severity: 'fault',
      why: 'Relay buys a mask, then fails because it cannot add the mask to the service.',
    },
    'service-loses-texts': {
      severity: 'fault',
      why: 'Texts to its numbers are lost: Twilio calls no webhook, and does not even list them.',
    },
    'service-wins-over-app': {
      severity: 'fault',
      why: 'Texts to its numbers go to the URL of the service, not to that of the TwiML app.',
    },
  },
  run: async (context) => {
    const view = await context.openAccount();
    const configured = listConfigured(context);
    const services = await view.messagingServices();
    const missing = await listMissing(view, configured, services);
    const relevant = await listRelevant(view, configured, services);
    if (configured.length === 0 && relevant.length === 0)
      return nothingToCheck('no service is configured, and none has a number of the app');
    const smsUrl = await findSmsUrl(view);
    return passUnless(relevant.map(({ service }) => describeService(service)).join(', '), [
      missing.length > 0 ? describeMissing(view, missing) : undefined,
      ...relevant.map((one) => findMisrouting(one, smsUrl)),
    ]);
  },
});

/** Returns the SIDs of the setting, a comma list. The environment overrides `.env`, even if it is empty there. */
function listConfigured({ environment, envFile }: DoctorContext): string[] {
  const key = 'TWILIO_MESSAGING_SERVICE_SID';
  const list = environment[key] ?? envFile?.values.get(key) ?? '';
  return list
    .split(',')
    .map((sid) => sid.trim())
    .filter(Boolean);
}

async function listMissing(
  view: AccountView,
  configured: readonly string[],
  services: readonly MessagingServiceView[],
): Promise<string[]> {
  const unlisted = configured.filter((sid) => !services.some(({ service }) => service.sid === sid));
  const exists = await Promise.all(unlisted.map(view.hasMessagingService));
  return unlisted.filter((_sid, index) => exists[index] === false);
}

/** Returns the configured services, and those with the main number or a number of the TwiML app. */
async function listRelevant(
  view: AccountView,
  configured: readonly string[],
  services: readonly MessagingServiceView[],
): Promise<MessagingServiceView[]> {
  const { mainNumber, applicationSid } = view.setup.settings;
  const own = (await view.numbers()).filter(
    ({ phoneNumber, smsApplicationSid }) =>
      phoneNumber === mainNumber || (applicationSid !== undefined && smsApplicationSid === applicationSid),
  );
  const numbers = own.map(({ phoneNumber }) => phoneNumber);
  return services.filter(
    (one) => configured.includes(one.service.sid) || one.numbers.some((number) => numbers.includes(number)),
  );
}

async function findSmsUrl(view: AccountView): Promise<string | undefined> {
  const twimlApp = await view.twimlApp();
  return twimlApp && fieldOf(twimlApp, 'smsUrl');
}

function describeMissing(view: AccountView, missing: readonly string[]): CheckFinding<Id> {
  return {
    id: 'service-gone',
    what: `TWILIO_MESSAGING_SERVICE_SID names ${missing.join(', ')}, which ${view.setup.client.accountSid} does not have`,
    tryNext: ['correct or remove TWILIO_MESSAGING_SERVICE_SID, then restart the app'],
  };
}

function findMisrouting(
  { service }: MessagingServiceView,
  smsUrl: string | undefined,
): CheckFinding<Id> | undefined {
  if (service.useInboundWebhookOnNumber) return undefined;
  const name = describeService(service);
  const tryNext = [
    `choose "Defer to sender's webhook" in the Integration settings of ${name} at ${CONSOLE_PAGES.services}`,
  ];
  // Twilio gives null for a URL that is not set.
  const inbound = service.inboundRequestUrl || undefined;
  if (inbound === undefined)
    return { id: 'service-loses-texts', what: `${name} drops incoming texts`, tryNext };
  if (inbound === smsUrl) return undefined;
  return {
    id: 'service-wins-over-app',
    what: `${name} sends incoming texts to ${formatWithoutPassword(inbound)}`,
    tryNext,
  };
}

function describeService({ friendlyName, sid }: ServiceInstance): string {
  return `the Messaging Service "${friendlyName}" (${sid})`;
}
