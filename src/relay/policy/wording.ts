// The texts that a relay sends to its owner: forwarded texts, refused replies, codes, the welcome and the vCard.
import type { ReplyRefusal } from './reply.js';

/** Twilio's error code for a recipient who has opted out. */
export const OPTED_OUT = 21610;

/** Twilio's limit for the body of one message, in UTF-16 units (error 21617). */
export const MAX_TEXT_LENGTH = 1600;

/**
 * Formats a contact's text for the owner as Firefox Relay does. If the heading makes it too long for one message, it is
 * split into several, each with the heading.
 */
export function formatForwards(from: string, body: string): string[] {
  const heading = `[Relay 📲 ${from}] `;
  return splitText(body, MAX_TEXT_LENGTH - heading.length).map((part) => heading + part);
}

/** Formats the text that tells the owner why a reply was not sent. */
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

/** Formats the text that tells the owner that a reply was written for `to`, and Twilio did not take it. */
export function formatUnsent(to: string, code: number | undefined, reason: string): string {
  if (code === OPTED_OUT)
    return `Not sent. ${to} texted STOP to this number, and gets nothing until they text START.`;
  return `Not sent to ${to}: ${reason}${code === undefined ? '' : ` (Twilio ${code})`}.`.slice(
    0,
    MAX_TEXT_LENGTH,
  );
}

/** Splits a text into parts of at most `longest` UTF-16 units, between characters. */
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

/** Formats the text with a verification code exactly as Firefox Relay does, because programs parse it. */
export function formatCode(code: string): string {
  return `Your Firefox Relay verification code is ${code}`;
}

/** Formats the text that carries the vCard of a new mask. */
export function formatWelcome(): string {
  return 'Your mask is ready. Save this contact, and you will know what was relayed to you.';
}

/** Formats a vCard 3.0 (RFC 2426) of the mask. */
export function formatVCard(mask: string): string {
  const lines = ['BEGIN:VCARD', 'VERSION:3.0', 'N:;Firefox Relay;;;', 'FN:Firefox Relay', `TEL:${mask}`];
  return `${[...lines, 'END:VCARD'].join('\r\n')}\r\n`;
}
