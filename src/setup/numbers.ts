// The numbers of the account: what each is for, where its texts and calls go, and what it costs.
import { RelayPhoneError } from '../errors.js';
import { formatWithoutPassword } from '../origin.js';
import { explaining } from '../twilio/failure.js';
import { createPriceFinder, findPresentPrice } from './price.js';
import type { RoutedNumber } from './purchase.js';
import type { NumberReport } from './report.js';
import type { Setup } from './setup.js';

/** A number as the account lists it. */
export interface ListedNumber extends RoutedNumber {
  readonly trunkSid: string | null;
}

/** The owners' real numbers of the masks that the small Relay has, by mask; undefined for an owner who is not known. */
export type MaskOwners = ReadonlyMap<string, string | undefined>;

/** Lists all numbers of the account. @throws RelayPhoneError `refused` or `network` */
export function listAccountNumbers({ client }: Pick<Setup, 'client'>): Promise<readonly ListedNumber[]> {
  return explaining("list the account's numbers", client.account.incomingPhoneNumbers.list());
}

/** Returns the numbers that relay-phone bought, or connected with a TwiML app, and has not released. */
export function listOwnNumbers({ journal }: Pick<Setup, 'journal'>): ReadonlySet<string> {
  const changes = [
    ...journal.find('number-bought', 'done'),
    ...journal.find('number-bought', 'intended'),
    ...journal.find('number-attached', 'done'),
  ];
  return new Set(changes.map(({ data }) => data.phoneNumber));
}

/**
 * Describes numbers of the account. A price that could not be found out is a warning, and null.
 *
 * @param masks those of the small Relay
 * @param services of {@link findServices}
 * @throws RelayPhoneError `refused` or `network` if Twilio does not list the TwiML apps.
 */
export async function describeNumbers(
  setup: Setup,
  numbers: readonly ListedNumber[],
  masks: MaskOwners,
  services: NumberServices,
): Promise<NumberReport[]> {
  const apps = await findApps(setup, numbers);
  const own = listOwnNumbers(setup);
  const findPrice = createPriceFinder((number) => findPresentPrice(setup, number));
  return Promise.all(
    numbers.map(async (number) => {
      const { phoneNumber, sid } = number;
      const isMain = phoneNumber === setup.settings.mainNumber;
      const isMask = masks.has(phoneNumber) || leadsTo(number, setup.settings.applicationSid);
      return {
        phoneNumber,
        sid,
        use: isMain ? ('main' as const) : isMask ? ('mask' as const) : ('other' as const),
        maskOf: masks.get(phoneNumber) ?? null,
        ours: isMain || masks.has(phoneNumber) || own.has(phoneNumber),
        texts: formatRoute(number.smsApplicationSid, number.smsUrl, apps, 'smsUrl'),
        calls: formatRoute(number.voiceApplicationSid, number.voiceUrl, apps, 'voiceUrl'),
        trunk: number.trunkSid || null,
        service: services.get(sid) ?? null,
        monthly: (await findPrice(phoneNumber)) ?? null,
      };
    }),
  );
}

/** Relay buys each mask with the TwiML app of its settings. */
function leadsTo(number: ListedNumber, applicationSid: string | undefined): boolean {
  return (
    applicationSid !== undefined &&
    [number.smsApplicationSid, number.voiceApplicationSid].includes(applicationSid)
  );
}

type App = Readonly<Record<'sid' | 'friendlyName' | 'smsUrl' | 'voiceUrl', string>>;

/** Returns the TwiML apps by SID. Without a number that has one, Twilio is not asked. */
async function findApps(
  { client }: Setup,
  numbers: readonly ListedNumber[],
): Promise<ReadonlyMap<string, App>> {
  if (!numbers.some((number) => number.smsApplicationSid || number.voiceApplicationSid)) return new Map();
  const apps = await explaining('list the TwiML apps', client.account.applications.list());
  return new Map(apps.map((app) => [app.sid, app]));
}

function formatRoute(
  appSid: string | null,
  ownUrl: string | null,
  apps: ReadonlyMap<string, App>,
  field: 'smsUrl' | 'voiceUrl',
): NumberReport['texts'] {
  const app = appSid ? apps.get(appSid) : undefined;
  const url = appSid ? app?.[field] : ownUrl;
  return {
    app: appSid ? { sid: appSid, friendlyName: app?.friendlyName ?? null } : null,
    url: url ? formatWithoutPassword(url) : null,
  };
}

/** The Messaging Service of each number that sends for one, by the SID of the number. */
export type NumberServices = ReadonlyMap<string, NonNullable<NumberReport['service']>>;

/**
 * Finds the Messaging Service of each number that sends for one.
 *
 * @throws RelayPhoneError `refused` or `network` if Twilio does not list them.
 */
export async function findServices({ client }: Pick<Setup, 'client'>): Promise<NumberServices> {
  // Loaded here, because the setup steps import this file and need no Messaging Services.
  const { openProducts } = await import('../twilio/products.js');
  const { messaging } = openProducts(client);
  const services = await explaining('list the Messaging Services', messaging.services.list());
  const senders = await Promise.all(
    services.map(async ({ sid, friendlyName }) => {
      const task = `list the numbers of the Messaging Service ${sid}`;
      const rows = await explaining(task, messaging.services(sid).phoneNumbers.list());
      return rows.map((row) => [row.sid, { sid, friendlyName }] as const);
    }),
  );
  return new Map(senders.flat());
}

/** Finds the same. If that fails, there are none, and `setup` gets a warning. */
export async function findServicesOrWarn(setup: Setup): Promise<NumberServices> {
  try {
    return await findServices(setup);
  } catch (error) {
    if (!(error instanceof RelayPhoneError)) throw error;
    setup.warnings.push(`Which numbers send for a Messaging Service is not known. ${error.message}`);
    return new Map();
  }
}
