// Why a carrier did not deliver a text.

/** The error codes a phone can be told to fail with, and their titles in Twilio's error dictionary. */
const TITLES: Readonly<Record<number, string>> = {
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
  30032: 'Toll-Free Number Has Not Been Verified',
  30034: 'US A2P 10DLC - Message from an Unregistered Number',
};

/** All codes a text can remain undelivered with. */
export const DELIVERY_CODES: readonly number[] = Object.keys(TITLES).map(Number);

/** The title of a delivery code; see https://www.twilio.com/docs/api/errors. */
export function describeDelivery(code: number): string {
  return TITLES[code] ?? 'Unknown error';
}
