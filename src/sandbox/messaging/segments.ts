// Counts the segments of a text, by its alphabet: GSM-7 or UCS-2.

// The alphabet of GSM 03.38, and its extension characters, which count as two.
const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM_EXTENDED = '\f^{}\\[~]|€';

const ONLY_GSM = new RegExp(`^[${escapeForClass(GSM_BASIC + GSM_EXTENDED)}]*$`);
/** Characters of GSM-7 that count as one. Most texts have no others, and this check is faster. */
const PLAIN = /^[ -Z_a-z\r\n]*$/;
const EXTENDED = new RegExp(`[${escapeForClass(GSM_EXTENDED)}]`, 'g');

/**
 * Counts the segments of a text. In GSM-7 a single segment has 160 characters; if there are several, each has 153. One
 * character outside of GSM-7 changes the whole text to UCS-2: 70 UTF-16 units, or 67 each.
 * See https://www.twilio.com/docs/glossary/what-sms-character-limit.
 */
export function countSegments(body: string): number {
  if (PLAIN.test(body)) return segmentsOf(body.length, 160, 153);
  if (!isGsm(body)) return segmentsOf(body.length, 70, 67);
  return segmentsOf(body.length + (body.match(EXTENDED)?.length ?? 0), 160, 153);
}

/** Whether all characters of a text are in GSM-7. */
export function isGsm(body: string): boolean {
  return ONLY_GSM.test(body);
}

function segmentsOf(length: number, single: number, each: number): number {
  return length <= single ? 1 : Math.ceil(length / each);
}

function escapeForClass(characters: string): string {
  return characters.replace(/[\\\]^-]/g, '\\$&');
}
