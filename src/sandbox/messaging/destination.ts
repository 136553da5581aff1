// Checks that the account may text a destination.
import type { GeoPermissions } from '../accounts/geo-permissions/store.js';
import type { PhoneNumber } from '../platform/phone-number.js';
import { TwilioProblem } from '../server/problem.js';
import { verifyAlphanumericDestination } from './alphanumeric-senders.js';

/** What the check needs. */
export interface DestinationDeps {
  readonly geoPermissions: Pick<GeoPermissions, 'isAllowed'>;
}

/**
 * Checks that a sender may text a recipient. An account has an alphanumeric sender only for countries that it may reach.
 *
 * @param sender undefined for a number of a Messaging Service that is not chosen yet
 * @throws TwilioProblem 21408 if the country is not allowed, 21657 if it does not know alphanumeric senders.
 */
export function verifyDestination(
  sender: string | undefined,
  recipient: PhoneNumber,
  { geoPermissions }: DestinationDeps,
): void {
  if (sender !== undefined && !sender.startsWith('+')) verifyAlphanumericDestination(sender, recipient);
  else if (!geoPermissions.isAllowed(recipient)) {
    const what = `for the region indicated by the 'To' number: ${recipient.number}.`;
    throw new TwilioProblem(400, 21408, `Permission to send an SMS has not been enabled ${what}`);
  }
}
