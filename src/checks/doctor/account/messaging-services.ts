// Checks Messaging Services: the one that Relay adds masks to, and any that takes texts away from the TwiML app.
import { formatWithoutPassword } from '../../../public-origin.js';
import { fieldOf } from '../../../setup/webhooks.js';
import type { ServiceInstance } from '../../../twilio/products.js';
import { type CheckFinding, nothingToCheck, passUnless } from '../../check.js';
import type { AccountView, MessagingServiceView } from '../account-view.js';
import { createDoctorCheck, type DoctorContext } from '../doctor-context.js';

type Id = 'service-gone' | 'service-loses-texts' | 'service-wins-over-app';

/** Whether they are there, and leave the texts of masks to the app. */
export const messagingServicesCheck = createDoctorCheck<Id>({
  id: 'messaging-services',
  group: 'messaging services',
  checks: 'TWILIO_MESSAGING_SERVICE_SID and the services that numbers are in: there, and texts reach the app',
  needs: ['account'],
  findings: {
    'service-gone': {
      severity: 'fault',
      why: 'Relay buys a mask, cannot put it into the service, and fails.',
    },
    'service-loses-texts': {
      severity: 'fault',
      why: 'Texts to its numbers are thrown away: no webhook is called, and Twilio does not even list them.',
    },
    'service-wins-over-app': {
      severity: 'fault',
      why: 'Texts to its numbers go to the URL of the service, and not to that of the TwiML app.',
    },
  },
  run: async (context) => {
    const view = await context.openAccount();
    const named = listConfigured(context);
    const services = await view.messagingServices();
    const gone = await listMissing(view, named, services);
    const ours = await listRelevant(view, named, services);
    if (named.length === 0 && ours.length === 0)
      return nothingToCheck('no number is in a service, and none is set');
    const smsUrl = await findSmsUrl(view);
    return passUnless(ours.map(({ service }) => describeService(service)).join(', '), [
      gone.length > 0 ? describeMissing(view, gone) : undefined,
      ...ours.map((one) => findMisrouting(one, smsUrl)),
    ]);
  },
});

/** A comma list; what the environment says counts more, also when it is empty. */
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
  named: readonly string[],
  services: readonly MessagingServiceView[],
): Promise<string[]> {
  const unseen = named.filter((sid) => !services.some(({ service }) => service.sid === sid));
  const isThere = await Promise.all(unseen.map(view.hasMessagingService));
  return unseen.filter((_sid, index) => isThere[index] === false);
}

/** Those that are named, and those with the main number or a number in them that leads to the TwiML app. */
async function listRelevant(
  view: AccountView,
  named: readonly string[],
  services: readonly MessagingServiceView[],
): Promise<MessagingServiceView[]> {
  const { mainNumber, applicationSid } = view.setup.settings;
  const own = (await view.numbers()).filter(
    ({ phoneNumber, smsApplicationSid }) =>
      phoneNumber === mainNumber || (applicationSid !== undefined && smsApplicationSid === applicationSid),
  );
  const numbers = own.map(({ phoneNumber }) => phoneNumber);
  return services.filter(
    (one) => named.includes(one.service.sid) || one.numbers.some((number) => numbers.includes(number)),
  );
}

async function findSmsUrl(view: AccountView): Promise<string | undefined> {
  const app = await view.twimlApp();
  return app && fieldOf(app, 'smsUrl');
}

function describeMissing(view: AccountView, gone: readonly string[]): CheckFinding<Id> {
  return {
    id: 'service-gone',
    what: `TWILIO_MESSAGING_SERVICE_SID names ${gone.join(', ')}, which ${view.setup.client.accountSid} does not have`,
    tryNext: ['correct it, or take it out, then restart the app'],
  };
}

function findMisrouting(
  { service }: MessagingServiceView,
  smsUrl: string | undefined,
): CheckFinding<Id> | undefined {
  if (service.useInboundWebhookOnNumber) return undefined;
  const way = `Integration of ${describeService(service)} at https://console.twilio.com, Messaging: "Defer to sender's webhook"`;
  // Twilio gives null for one that is not set.
  const inbound = service.inboundRequestUrl || undefined;
  if (inbound === undefined)
    return {
      id: 'service-loses-texts',
      what: `${describeService(service)} receives no texts`,
      tryNext: [way],
    };
  if (inbound === smsUrl) return undefined;
  return {
    id: 'service-wins-over-app',
    what: `${describeService(service)} takes texts to ${formatWithoutPassword(inbound)}`,
    tryNext: [way],
  };
}

function describeService({ friendlyName, sid }: ServiceInstance): string {
  return `the Messaging Service "${friendlyName}" (${sid})`;
}
