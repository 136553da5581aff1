// Counts the parts a text is sent in.

// The 7-bit alphabet of GSM 03.38, and the characters that take two of its places.
const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM_EXTENDED = '\f^{}\\[~]|€';

const ONLY_GSM = new RegExp(`^[${escapeForClass(GSM_BASIC + GSM_EXTENDED)}]*$`);
/** The plain part of it, which most texts are made of. */
const PLAIN = /^[ -Z_a-z\r\n]*$/;
const EXTENDED = new RegExp(`[${escapeForClass(GSM_EXTENDED)}]`, 'g');

/**
 * How many segments a text takes: 160 places for one alone and 153 for each of several in GSM-7,
 * or 70 and 67 UTF-16 units in UCS-2, which one character outside GSM-7 makes necessary.
 * See https://www.twilio.com/docs/glossary/what-sms-character-limit.
 */
export function countSegments(body: string): number {
  if (PLAIN.test(body)) return parts(body.length, 160, 153);
  if (!isGsm(body)) return parts(body.length, 70, 67);
  return parts(body.length + (body.match(EXTENDED)?.length ?? 0), 160, 153);
}

/** Whether all of a text is in GSM-7. */
export function isGsm(body: string): boolean {
  return ONLY_GSM.test(body);
}

function parts(length: number, alone: number, each: number): number {
  return length <= alone ? 1 : Math.ceil(length / each);
}

function escapeForClass(characters: string): string {
  return characters.replace(/[\\\]^-]/g, '\\$&');
}
