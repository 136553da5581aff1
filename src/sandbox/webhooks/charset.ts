// Decodes the body of an answer by its charset: that of the Content-Type, else that of the XML declaration, else UTF-8.

import { TextDecoder } from 'node:util';

/** A body as text. */
export interface CharsetText {
  readonly body: string;
  /** Why the text is not certain: an unknown charset, or bytes that the charset does not have. Undefined if it is. */
  readonly charsetFault?: string;
}

/**
 * Decodes a body. Twilio does not document the order of the two charsets. A body with a fault is read as UTF-8.
 *
 * @param contentType the header `Content-Type`
 */
export function decodeCharset(bytes: Buffer, contentType: string | undefined): CharsetText {
  const charset = findCharset(contentType) ?? sniffCharset(bytes);
  if (charset === undefined && isAscii(bytes)) return { body: bytes.toString('latin1') };
  const decoder = findDecoder(charset ?? 'utf-8');
  if (!decoder) return { body: bytes.toString(), charsetFault: `its charset '${charset}' is unknown` };
  try {
    return { body: decoder.decode(bytes) };
  } catch {
    return { body: bytes.toString(), charsetFault: `it has bytes that are not ${decoder.encoding}` };
  }
}

/** The charset in a `Content-Type`; undefined if it names none. */
function findCharset(contentType = ''): string | undefined {
  const [, charset] = /;\s*charset\s*=\s*["']?([^"';\s]+)/i.exec(contentType) ?? [];
  return charset;
}

const [UTF_16_BE, UTF_16_LE] = [Buffer.from([0xfe, 0xff]), Buffer.from([0xff, 0xfe])];

/** The charset that a byte order mark or an XML declaration names. */
function sniffCharset(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 2).equals(UTF_16_BE)) return 'utf-16be';
  if (bytes.subarray(0, 2).equals(UTF_16_LE)) return 'utf-16le';
  const head = bytes.toString('latin1', 0, 200).trimStart();
  const declaration = /^(?:\xef\xbb\xbf)?<\?xml\s([^>]*)>/.exec(head)?.[1] ?? '';
  return /\sencoding\s*=\s*["']([^"']+)["']/.exec(` ${declaration}`)?.[1];
}

function findDecoder(charset: string): TextDecoder | undefined {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return undefined;
  }
}

/** Most answers are: they need no decoder. */
function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}
