// The words that owners read: the form of a forwarded text, and why a reply was not sent.
import type { ReplyRefusal } from './reply.js';

/** The most characters Twilio takes in one text (21617). */
export const MAX_TEXT_LENGTH = 1600;

/**
 * What an owner receives of a contact's text, in Firefox Relay's form. A text that the form makes too long for one
 * comes as several, each with the sender in front.
 */
export function formatForwards(from: string, body: string): string[] {
  const heading = `[Relay 📲 ${from}] `;
  return splitText(body, MAX_TEXT_LENGTH - heading.length).map((part) => heading + part);
}

/** What an owner is told of a reply that went to nobody. */
export function formatRefusal(refusal: ReplyRefusal): string {
  switch (refusal.code) {
    case 'no_phone_log':
      return 'Not sent. No log of your contacts is kept, so there is nobody to reply to.';
    case 'no_previous_sender':
      return 'Not sent. Nobody has texted this number yet, so there is nobody to reply to.';
    case 'short_prefix_matches_no_senders':
      return `Not sent. None of your contacts has a number that ends with ${refusal.named}.`;
    case 'multiple_number_matches':
      return `Not sent. Several of your contacts have numbers that end with ${refusal.named}. Begin with the whole number instead.`;
    case 'no_body_after_short_prefix':
      return `Not sent. Nothing was written behind ${refusal.named}.`;
    case 'full_number_matches_no_senders':
      return `Not sent. ${refusal.named} has neither texted nor called this number.`;
    case 'no_body_after_full_number':
      return `Not sent. Nothing was written behind ${refusal.named}.`;
  }
}

/** Cuts a text into parts of at most `longest` UTF-16 units, and never through a character. */
function splitText(text: string, longest: number): string[] {
  if (text.length <= longest) return [text];
  const parts = [''];
  for (const character of text) {
    const last = parts.at(-1) ?? '';
    if (last.length + character.length > longest) parts.push(character);
    else parts[parts.length - 1] = last + character;
  }
  return parts;
}

/** The text with a code, word for word as Firefox Relay's: programs read the code out of it. */
export function formatCode(code: string): string {
  return `Your Firefox Relay verification code is ${code}`;
}

/** The text that comes with the card of a new mask. */
export function formatWelcome(): string {
  return 'Your mask is ready. Save this contact, and you will know what was relayed to you.';
}

/** A vCard 3.0 (RFC 2426) of the mask. */
export function formatVCard(mask: string): string {
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', 'N:;Firefox Relay;;;', 'FN:Firefox Relay', `TEL:${mask}`];
  return `${[...lines, 'END:VCARD'].join('\r\n')}\r\n`;
}
