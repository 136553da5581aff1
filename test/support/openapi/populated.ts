// A sandbox with at least one resource of each type, so that every operation has something to act on.
import { createSandbox, type Sandbox } from '../../../src/sandbox/create.js';
import { createSandboxClient, fetchRaw } from '../sandbox-client.js';

/** The local number of the account, in a Messaging Service. */
export const OWN = '+12025550100';
/** A phone. */
export const PHONE = '+12025550190';

/** Values of path placeholders that are not SIDs. */
const NAMES: Readonly<Record<string, string>> = { CountryCode: 'US', IsoCountry: 'US', PhoneNumber: PHONE };

/** The form of each operation that needs parameters. */
export const FORMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CreateCall: { To: PHONE, From: OWN, Twiml: '<Response/>' },
  CreateIncomingPhoneNumber: { PhoneNumber: '+12025550102' },
  CreateIncomingPhoneNumberLocal: { PhoneNumber: '+12025550103' },
  CreateIncomingPhoneNumberMobile: { PhoneNumber: '+61491570156' },
  CreateIncomingPhoneNumberTollFree: { PhoneNumber: '+18335550111' },
  CreateMessage: { To: PHONE, From: OWN, Body: 'Hello' },
  CreateService: { FriendlyName: 'Relay' },
  CreateValidationRequest: { PhoneNumber: '+12125550191' },
  UpdateCall: { Status: 'completed' },
  UpdateMessage: { Body: '' },
};

/** Starts the sandbox; the number bought last is not in a Messaging Service. */
export async function createPopulatedSandbox(): Promise<Sandbox> {
  const sandbox = await createSandbox();
  const client = createSandboxClient(sandbox);
  const buy = (phoneNumber: string) => client.incomingPhoneNumbers.create({ phoneNumber });
  const own = await buy(OWN);
  await buy('+18335550110');
  const service = await client.messaging.v1.services.create({ friendlyName: 'Relay' });
  await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: own.sid });
  const broken = await buy('+12025550101');
  // Port 1 is closed, so the next text causes an alert.
  await client.incomingPhoneNumbers(broken.sid).update({ smsUrl: 'http://127.0.0.1:1/' });
  await sandbox.phone(PHONE).text('+12025550101', 'Hello');
  await client.applications.create({ friendlyName: 'Relay' });
  await client.newKeys.create({ friendlyName: 'Relay' });
  await verifyPhone(sandbox, client);
  await recordCalls(sandbox, client);
  await client.messages.create({ from: OWN, to: PHONE, mediaUrl: ['https://example.com/a.png'] });
  return sandbox;
}

type Client = ReturnType<typeof createSandboxClient>;

function nextEnd(sandbox: Sandbox) {
  return sandbox.nextEvent((event) => event.kind === 'call.status' && event.status === 'completed');
}

async function verifyPhone(sandbox: Sandbox, client: Client): Promise<void> {
  const ended = nextEnd(sandbox);
  await client.validationRequests.create({ phoneNumber: PHONE });
  await ended;
}

/** Records the first call last, so that the newest recording does not belong to the newest call. */
async function recordCalls(sandbox: Sandbox, client: Client): Promise<void> {
  const first = await call(sandbox, client, '<Gather timeout="60"/>');
  const second = await call(sandbox, client, '');
  await speak(sandbox, second);
  await speak(sandbox, first);
}

async function call(sandbox: Sandbox, client: Client, before: string): Promise<string> {
  const begun = sandbox.nextEvent(
    (event) => event.kind === 'twiml.run' && ['Gather', 'Record'].includes(event.verb),
  );
  const twiml = `<Response>${before}<Record action="http://127.0.0.1:1/"/></Response>`;
  const { sid } = await client.calls.create({ from: OWN, to: PHONE, twiml });
  await begun;
  return sid;
}

async function speak(sandbox: Sandbox, sid: string): Promise<void> {
  const ended = nextEnd(sandbox);
  const live = sandbox
    .phone(PHONE)
    .liveCalls()
    .find((one) => one.sid === sid);
  // The first key ends the <Gather>, if there is one; the speech before it is kept for <Record>.
  live?.say('Hello');
  live?.press('##');
  await ended;
}

/** Returns a path with each placeholder replaced by the first item of the list before it. */
export async function fillIn(sandbox: Sandbox, path: string): Promise<string> {
  // Only Australia has mobile numbers for sale.
  if (path.endsWith('{CountryCode}/Mobile.json')) return fillIn(sandbox, path.replace('{CountryCode}', 'AU'));
  const [before, name] = /^(.*?)\/\{(\w+)\}/.exec(path)?.slice(1) ?? [];
  if (before === undefined || name === undefined) return path;
  const found = NAMES[name] ?? (await findFirst(sandbox, before));
  return fillIn(sandbox, path.replace(`{${name}}`, found));
}

async function findFirst(sandbox: Sandbox, list: string): Promise<string> {
  const answer = await fetchRaw(sandbox, list.startsWith('/2010') ? `${list}.json` : list);
  const rows = Object.values((await answer.json()) as object).find(Array.isArray) as { sid: string }[];
  if (!rows[0]) throw new Error(`${list} is empty: add an item in createPopulatedSandbox`);
  return rows[0].sid;
}
