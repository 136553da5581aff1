// The words of what the main number texts to the owner, and of the card that goes with them.

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
