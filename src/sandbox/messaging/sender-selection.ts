// Selects the sender of a new message: the form's `From`, or a number from its Messaging Service's sender pool.
import type { Account, AccountStore } from '../accounts/account/store.js';
import type { NumberStore } from '../numbers/incoming-phone-numbers/store.js';
import { findBlock } from '../numbers/inventory.js';
import { findPhoneNumber, type PhoneNumber } from '../platform/phone-number.js';
import { findValue } from '../server/form.js';
import { invalidAddress, TwilioProblem } from '../server/problem.js';
import { isAlphanumericSender } from './alphanumeric-senders.js';
import type { MessageStore } from './api/messages/store.js';
import type { SenderPool } from './api/sender-pool/store.js';
import type { MessagingService, ServiceStore } from './api/services/store.js';

/** What choosing a number of a service needs. */
export interface SenderPoolDeps {
  readonly pool: Pick<SenderPool, 'all'>;
  readonly messages: Pick<MessageStore, 'findSender'>;
}

/** What reading the sender of a form needs. */
export interface SenderFormDeps {
  readonly accountSid: string;
  readonly accounts: Pick<AccountStore, 'fixed'>;
  readonly numbers: Pick<NumberStore, 'owned'>;
  readonly services: Pick<ServiceStore, 'find'>;
  readonly pool: Pick<SenderPool, 'findServiceSid'>;
}

/** The sender of a message; if undefined, {@link chooseSender} chooses it from the service. */
export type MessageSender =
  | { readonly sender: string; readonly service: MessagingService | undefined }
  | { readonly sender: undefined; readonly service: MessagingService };

/** Checks that a form names a sender. @throws TwilioProblem 21603. */
export function requireSender(form: URLSearchParams): void {
  if (findValue(form, 'From') || findValue(form, 'MessagingServiceSid')) return;
  throw new TwilioProblem(400, 21603, "A 'From' phone number is required.");
}

/** A Messaging Service, which `From` may name too. */
const SERVICE_SID = /^MG[0-9a-fA-F]{32}$/;

/** The sender that a form names. @throws TwilioProblem 21212, 21267, 21621, 21659, 21660, 21701 or 21711. */
export function readSender(form: URLSearchParams, hasMedia: boolean, deps: SenderFormDeps): MessageSender {
  const service = findService(form, deps);
  const from = findValue(form, 'From') ?? '';
  if (service && (from === '' || SERVICE_SID.test(from))) return { sender: undefined, service };
  const sender = verifySender(from, hasMedia, deps);
  if (service && deps.pool.findServiceSid(sender) !== service.sid) {
    const message = `Sender ${sender} is not associated with the specified Messaging Service`;
    throw new TwilioProblem(400, 21711, message);
  }
  return { sender, service };
}

/**
 * Chooses the number of a service's sender pool that texts a recipient: with sticky sender the same number as before,
 * else with area code geomatch one with the same area code, else one in the same country, else any. If several fit, the
 * recipient's number decides, so the choice is always the same. See https://www.twilio.com/docs/messaging/services.
 *
 * @throws TwilioProblem 21704 if the pool is empty, 21703 if none of its numbers can send this.
 */
export function chooseSender(
  { sid, settings }: MessagingService,
  recipient: Pick<PhoneNumber, 'number' | 'country'>,
  hasMedia: boolean,
  { pool, messages }: SenderPoolDeps,
): string {
  const all = pool.all(sid).map(({ phoneNumber }) => phoneNumber);
  if (all.length === 0)
    throw new TwilioProblem(400, 21704, 'The Messaging Service contains no phone numbers');
  const able = all.filter((number) => number !== recipient.number && (!hasMedia || canSendMedia(number)));
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

function findService(form: URLSearchParams, { services }: SenderFormDeps): MessagingService | undefined {
  const from = findValue(form, 'From') ?? '';
  const sid = findValue(form, 'MessagingServiceSid') ?? (SERVICE_SID.test(from) ? from : undefined);
  const service = sid && services.find(sid);
  if (sid && !service) throw new TwilioProblem(404, 21701, 'The Messaging Service does not exist');
  return service || undefined;
}

function verifySender(from: string, hasMedia: boolean, deps: SenderFormDeps): string {
  const { numbers, accountSid, accounts } = deps;
  const sender = findPhoneNumber(from)?.number;
  if (sender === undefined) {
    if (SHORT_CODE.test(from)) throw notOwned(from, accountSid);
    if (isAlphanumericSender(from)) return verifyAlphanumericSender(from, hasMedia, accounts.fixed.type);
    const what = 'is not a valid phone number, shortcode, or alphanumeric sender ID.';
    throw invalidAddress(21212, 'From', from, `The 'From' number ${from} ${what}`);
  }
  const block = findBlock(sender);
  if (!block) {
    const what = 'is not a Twilio phone number or Short Code country mismatch';
    throw new TwilioProblem(400, 21659, `'From' ${sender} ${what}`);
  }
  if (!numbers.owned().has(sender)) {
    throw notOwned(sender, accountSid);
  }
  if (hasMedia && !block.capabilities.mms) throw cannotSendMedia();
  return sender;
}

/** Digits that can be a short code in some country; the account has none. */
const SHORT_CODE = /^\d{3,8}$/;

function verifyAlphanumericSender(from: string, hasMedia: boolean, type: Account['type']): string {
  if (type === 'Trial') {
    const what = 'cannot be used as the sender of messages on trial accounts';
    throw new TwilioProblem(400, 21267, `Alphanumeric Sender ID ${what}`);
  }
  if (hasMedia) throw cannotSendMedia();
  return from;
}

function notOwned(sender: string, accountSid: string): TwilioProblem {
  const message = `Mismatch between the 'From' number ${sender} and the account ${accountSid}`;
  return new TwilioProblem(400, 21660, message);
}

function cannotSendMedia(): TwilioProblem {
  return new TwilioProblem(400, 21621, "The 'From' number has not been enabled for MMS");
}

function preferSome(numbers: string[], isPreferred: (number: string) => boolean): string[] {
  const preferred = numbers.filter(isPreferred);
  return preferred.length > 0 ? preferred : numbers;
}

function hasSameAreaCode(one: string, other: string): boolean {
  return /^\+1/.test(one) && one.slice(0, 5) === other.slice(0, 5);
}

function canSendMedia(number: string): boolean {
  return findBlock(number)?.capabilities.mms === true;
}

function noneAvailable(): TwilioProblem {
  const message = 'The Messaging Service does not have a phone number available to send a message';
  return new TwilioProblem(400, 21703, message);
}
