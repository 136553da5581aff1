// Decides which number of a Messaging Service sends a message.

import { findBlock } from '../numbers/inventory.js';
import type { PhoneNumber } from '../platform/phone-number.js';
import { TwilioProblem } from '../server/problem.js';
import type { World } from '../world.js';
import type { MessagingService } from './api/services/store.js';

/**
 * The number of a service's pool that sends to a recipient: the one it had before when the service's senders stick,
 * else one of its area code when they go by that, else one of its country, else any. Among equals the recipient's
 * number decides, so that the same one is chosen every time. See https://www.twilio.com/docs/messaging/services.
 *
 * @throws TwilioProblem 21704 when the pool is empty, 21703 when none in it can send this.
 */
export function chooseSender(
  { sid, settings }: MessagingService,
  recipient: Pick<PhoneNumber, 'number' | 'country'>,
  hasMedia: boolean,
  { pool, messages }: World,
): string {
  const all = pool.all(sid).map(({ phoneNumber }) => phoneNumber);
  if (all.length === 0)
    throw new TwilioProblem(400, 21704, 'The Messaging Service contains no phone numbers');
  const able = all.filter((number) => number !== recipient.number && (!hasMedia || sendsPictures(number)));
  const before = settings.stickySender ? messages.findSender(sid, recipient.number) : undefined;
  if (before !== undefined && able.includes(before)) return before;
  const near = preferSome(able, (number) => findBlock(number)?.country === recipient.country);
  const nearest = settings.areaCodeGeomatch
    ? preferSome(near, (number) => hasSameAreaCode(number, recipient.number))
    : near;
  const chosen = nearest[Number(recipient.number.slice(-4)) % nearest.length];
  if (chosen === undefined) throw noneAvailable();
  return chosen;
}

function preferSome(numbers: string[], isPreferred: (number: string) => boolean): string[] {
  const preferred = numbers.filter(isPreferred);
  return preferred.length > 0 ? preferred : numbers;
}

function hasSameAreaCode(one: string, other: string): boolean {
  return /^\+1/.test(one) && one.slice(0, 5) === other.slice(0, 5);
}

function sendsPictures(number: string): boolean {
  return findBlock(number)?.capabilities.mms === true;
}

function noneAvailable(): TwilioProblem {
  const message = 'The Messaging Service does not have a phone number available to send a message';
  return new TwilioProblem(400, 21703, message);
}
