// Makes a scheduled message ready to be sent when its time has come.

import { findRefusal } from '../../accounts/compliance/refusal.js';
import { findPhoneNumber } from '../../platform/phone-number.js';
import { TwilioProblem } from '../../server/problem.js';
import type { World } from '../../world.js';
import type { Message } from '../api/messages/store.js';
import { chooseSender } from '../choose-sender.js';
import { verifySubscribed } from '../opt-outs/opt-outs.js';

/**
 * Chooses the sender again if the service has lost it, and looks whether the phone still wants texts: what would refuse
 * a message that is sent at once, fails one whose time has come.
 */
export function releaseScheduled(world: World, message: Message): Message {
  return world.messages.release(message, decide(world, message), world.now());
}

function decide(world: World, message: Message): Pick<Message, 'sender' | 'refusal'> {
  const { recipient, serviceSid } = message;
  const phone = { number: recipient, country: findPhoneNumber(recipient)?.country };
  try {
    const sender = findSender(world, message, phone);
    verifySubscribed(world, sender, recipient, serviceSid ?? undefined);
    return { sender, refusal: findRefusal(sender, phone.country, world) };
  } catch (error) {
    if (!(error instanceof TwilioProblem)) throw error;
    return { sender: message.sender, refusal: error.code };
  }
}

function findSender(world: World, message: Message, recipient: Parameters<typeof chooseSender>[1]): string {
  const { sender, serviceSid, mediaUrls } = message;
  if (world.pool.findServiceSid(sender) === serviceSid) return sender;
  const service = world.services.find(serviceSid ?? '');
  if (!service) throw new TwilioProblem(404, 21701, 'The Messaging Service does not exist');
  return chooseSender(service, recipient, mediaUrls !== '[]', world);
}
