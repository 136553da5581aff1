// Finds the two numbers of a live account on which behaviours run, and refuses those that something else depends on.
import { RelayPhoneError } from '../../errors.js';
import { findOwned } from '../../setup/purchase.js';
import type { Setup } from '../../setup/setup.js';
import { explaining } from '../../twilio/failure.js';
import { openProducts } from '../../twilio/products.js';
import { type PointedFields, readPointedFields } from '../number-settings.js';
import type { SideNumber } from '../side.js';

/** A number that may be used. */
export interface LiveNumber extends SideNumber {
  /** Its present settings. */
  readonly fields: PointedFields;
}

/**
 * Returns the two numbers.
 *
 * @throws RelayPhoneError `usage` unless there are two different ones; `needsUser` if the account does not own one, or if
 *   it belongs to a Messaging Service or a trunk; `refused` or `network` if Twilio could not look.
 */
export async function findLiveNumbers(
  setup: Setup,
  named: readonly string[],
): Promise<readonly [a: LiveNumber, b: LiveNumber]> {
  const [one, other] = named;
  if (one === undefined || other === undefined || named.length !== 2 || one === other) throw twoNeeded(named);
  const pooled = await listPooled(setup);
  return [await findNumber(setup, one, pooled), await findNumber(setup, other, pooled)];
}

async function findNumber(
  setup: Setup,
  phoneNumber: string,
  pooled: ReadonlyMap<string, string>,
): Promise<LiveNumber> {
  const number = await explaining(`look for ${phoneNumber}`, findOwned(setup, phoneNumber));
  if (!number) throw unusable(phoneNumber, `the account ${setup.client.accountSid} does not own it`);
  const row = await explaining(
    `look at ${phoneNumber}`,
    setup.client.account.incomingPhoneNumbers(number.sid).fetch(),
  );
  const service = pooled.get(number.sid);
  if (service !== undefined) throw unusable(phoneNumber, `it belongs to the Messaging Service "${service}"`);
  if (row.trunkSid) throw unusable(phoneNumber, `it belongs to the trunk ${row.trunkSid}`);
  const { voice, sms } = row.capabilities;
  if (!voice || !sms) throw unusable(phoneNumber, 'it cannot do both texts and calls');
  return { sid: number.sid, phoneNumber, fields: readPointedFields(row) };
}

/** The names of the Messaging Services by the SIDs of their numbers. */
async function listPooled({ client }: Setup): Promise<ReadonlyMap<string, string>> {
  const { messaging } = openProducts(client);
  const pooled = new Map<string, string>();
  for (const service of await explaining('list the Messaging Services', messaging.services.list())) {
    const numbers = await explaining(
      `list the numbers of "${service.friendlyName}"`,
      messaging.services(service.sid).phoneNumbers.list(),
    );
    for (const { sid } of numbers) pooled.set(sid, service.friendlyName);
  }
  return pooled;
}

function twoNeeded(named: readonly string[]): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'run the behaviours with the account',
    reason: `it needs two numbers of the account, and ${named.length === 0 ? 'none was' : `"${named.join('", "')}" was`} given`,
    tryNext: [
      'relay-phone conformance --live --number +1… --number +1…',
      'relay-phone numbers, which lists the numbers of the account',
    ],
  });
}

function unusable(phoneNumber: string, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `use ${phoneNumber}`,
    reason,
    tryNext: ['--number with another number, which no app depends on', 'relay-phone numbers'],
  });
}
