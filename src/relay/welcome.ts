// Texts the owner the card of a mask, from the main number.
import { formatWelcome } from './policy/notices.js';
import type { Relay } from './relay.js';
import type { Mask } from './store/masks.js';

/** What {@link sendWelcome} goes by. */
export interface WelcomeOptions {
  /** The number from which the owner is texted; without one there is no welcome. */
  readonly mainNumber: string | undefined;
  /** The origin under which Twilio reaches the relay, and fetches the card. */
  readonly publicBase: string;
}

/** Writes the welcome down; the outbox sends it. */
export function sendWelcome(
  { vCards, outgoing }: Relay,
  mask: Mask,
  { mainNumber, publicBase }: WelcomeOptions,
): void {
  if (!mainNumber) return;
  outgoing.addText({
    purpose: 'notice',
    conversation: `${mainNumber} ${mask.realNumber}`,
    maskId: mask.id,
    sender: mainNumber,
    recipient: mask.realNumber,
    body: formatWelcome(),
    mediaUrls: [`${publicBase}/api/v1/vCard/${vCards.keyOf(mask.id)}/`],
  });
}
