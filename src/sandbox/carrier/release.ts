// Makes a scheduled message ready to be sent when its time has come.
import { findPhoneNumber } from '../numbers/phone-number.js';
import { findRefusal } from '../resources/compliance/refusal.js';
import type { Message } from '../resources/messages/store.js';
import { chooseSender } from '../resources/services/sender.js';
import { TwilioProblem } from '../rest/problem.js';
import type { World } from '../world.js';
import { verifySubscribed } from './opt-out.js';

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
