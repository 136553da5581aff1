// Decodes the text of a body by its charset: that of a byte order mark, of the Content-Type, of the XML declaration, or UTF-8.

import { TextDecoder } from 'node:util';

/** A body as text. */
export interface CharsetText {
  /** Without a byte order mark. */
  readonly body: string;
  /** Why the text is not certain: an unknown charset, or bytes that the charset does not have. Undefined if it is. */
  readonly charsetFault?: string;
}

/**
 * Decodes a body. A byte order mark goes first: https://www.rfc-editor.org/rfc/rfc7303#section-3. Twilio does not document
 * the order of the other two. A body with a fault is read as UTF-8.
 *
 * @param contentType the header `Content-Type`
 */
export function decodeCharset(bytes: Buffer, contentType: string | undefined): CharsetText {
  const mark = MARKS.find(([written]) => bytes.subarray(0, written.length).equals(written));
  if (mark) return decodeAs(mark[1], bytes.subarray(mark[0].length));
  const stated = findCharset(contentType);
  if (stated !== undefined) return decodeAs(stated, bytes);
  const declared = findDeclaredCharset(bytes);
  // .NET writes the charset of its strings in a document that it then sends as UTF-8.
  if (declared !== undefined && /^utf-?16/i.test(declared)) return withFault(bytes, `it is not ${declared}`);
  return decodeAs(declared ?? findUtf16(bytes) ?? 'utf-8', bytes);
}

/** The byte order marks, and their charsets. */
const MARKS: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'utf-8'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
];

function decodeAs(charset: string, bytes: Buffer): CharsetText {
  const name = charset.toLowerCase();
  if (/^(utf-?8|(us-)?ascii|iso-8859-1|latin1|windows-1252)$/.test(name) && isAscii(bytes)) {
    return { body: bytes.toString('latin1') };
  }
  if (/^(us-)?ascii$/.test(name)) return withFault(bytes, 'it has bytes that are not us-ascii');
  if (/^(iso-8859-1|latin1)$/.test(name)) return { body: bytes.toString('latin1') };
  if (/^(windows-|x-cp|cp)1252$/.test(name)) return { body: decodeWindows1252(bytes) };
  // Without a byte order mark it is big-endian: https://www.rfc-editor.org/rfc/rfc2781#section-4.3.
  const decoder = findDecoder(name === 'utf-16' ? (findUtf16(bytes) ?? 'utf-16be') : name);
  if (!decoder) return withFault(bytes, `its charset '${charset}' is unknown`);
  try {
    return { body: decoder.decode(bytes) };
  } catch {
    return withFault(bytes, `it has bytes that are not ${decoder.encoding}`);
  }
}

function withFault(bytes: Buffer, charsetFault: string): CharsetText {
  return { body: bytes.toString(), charsetFault };
}

/** The charset in a `Content-Type`; undefined if it names none. */
function findCharset(contentType = ''): string | undefined {
  const [, charset] = /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType) ?? [];
  return charset;
}

/** The charset that an XML declaration names. */
function findDeclaredCharset(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, 200).trimStart();
  const declaration = /^<\?xml\s([^>]*)>/.exec(head)?.[1] ?? '';
  return /\sencoding\s*=\s*["']([^"']+)["']/.exec(` ${declaration}`)?.[1];
}

/** The kind of UTF-16 that a document without a byte order mark begins with; undefined if it does not begin with `<`. */
function findUtf16(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 2);
  return { '\0<': 'utf-16be', '<\0': 'utf-16le' }[start];
}

/** The characters of windows-1252 where ISO 8859-1 has control characters: 0x80 to 0x9f. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Some versions of Node.js decode windows-1252 as ISO 8859-1. */
function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80));
}

function findDecoder(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  } catch {
    return undefined;
  }
}

/** Most answers are: they need no decoder. */
function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}
