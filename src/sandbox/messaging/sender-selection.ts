// Decides who a new message is from: a number of the account, a Messaging Service, or a number of one.

import { findBlock } from '../numbers/inventory.js';
import { findPhoneNumber } from '../platform/phone-number.js';
import { findValue } from '../server/form.js';
import { TwilioProblem } from '../server/problem.js';
import type { World } from '../world.js';
import type { MessagingService } from './api/services/store.js';

/** Who a message is from; without a sender, its service chooses one. */
export type MessageSender =
  | { readonly sender: string; readonly service: MessagingService | undefined }
  | { readonly sender: undefined; readonly service: MessagingService };

/** Checks that a form says who a message is from. @throws TwilioProblem 21603. */
export function requireSender(form: URLSearchParams): void {
  if (findValue(form, 'From') || findValue(form, 'MessagingServiceSid')) return;
  throw new TwilioProblem(400, 21603, "A 'From' phone number is required.");
}

/** Who a form says a message is from. @throws TwilioProblem 21212, 21621, 21659, 21660, 21701 or 21711. */
export function readSender(form: URLSearchParams, hasMedia: boolean, world: World): MessageSender {
  const service = findService(form, world);
  const from = findValue(form, 'From');
  if (from === undefined && service) return { sender: undefined, service };
  const sender = verifySender(from ?? '', hasMedia, world);
  if (service && world.pool.findServiceSid(sender) !== service.sid) {
    const message = `Sender ${sender} is not associated with the specified Messaging Service`;
    throw new TwilioProblem(400, 21711, message);
  }
  return { sender, service };
}

function findService(form: URLSearchParams, { services }: World): MessagingService | undefined {
  const sid = findValue(form, 'MessagingServiceSid');
  const service = sid && services.find(sid);
  if (sid && !service) throw new TwilioProblem(404, 21701, 'The Messaging Service does not exist');
  return service || undefined;
}

function verifySender(from: string, hasMedia: boolean, { numbers, accountSid }: World): string {
  const sender = findPhoneNumber(from)?.number;
  if (sender === undefined) {
    const what = 'is not a valid phone number, shortcode, or alphanumeric sender ID.';
    throw new TwilioProblem(400, 21212, `The 'From' number ${from} ${what}`);
  }
  const block = findBlock(sender);
  if (!block) {
    const what = 'is not a Twilio phone number or Short Code country mismatch';
    throw new TwilioProblem(400, 21659, `'From' ${sender} ${what}`);
  }
  if (!numbers.owned().has(sender)) {
    throw new TwilioProblem(
      400,
      21660,
      `Mismatch between the 'From' number ${sender} and the account ${accountSid}`,
    );
  }
  if (hasMedia && !block.capabilities.mms) {
    throw new TwilioProblem(400, 21621, "The 'From' number has not been enabled for MMS");
  }
  return sender;
}
