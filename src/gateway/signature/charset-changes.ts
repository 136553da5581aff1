// Reads a form as if its bytes were in another charset than UTF-8, in which Twilio signs.
import { parse } from 'node:querystring';
import type { WebhookParameters } from '../../exchanges/parameters.js';

/** A form as it was signed, and the charset in which it arrived. */
export interface CharsetChange {
  readonly parameters: WebhookParameters;
  /** What happened, as a clause about a parameter. */
  readonly what: string;
}

/** The charset that many programs take for the default one, and the one that browsers take for it. */
const USUAL = ['iso-8859-1', 'windows-1252'] as const;

/** Lists the readings of a form that has other characters than ASCII; none if it has no others. */
export function* listCharsetChanges(
  parameters: WebhookParameters,
  body: Buffer,
  contentType: string | undefined,
): Iterable<CharsetChange> {
  if (!/[\u0080-\u00ff]|%[89a-f]/i.test(body.toString('latin1'))) return;
  const [, named] = /charset="?([\w.:-]{1,40})/i.exec(contentType ?? '') ?? [];
  for (const charset of new Set([...(named ? [named.toLowerCase()] : []), ...USUAL])) {
    const decoder = findDecoder(charset);
    if (!decoder) continue;
    yield { parameters: parseFormAs(body, decoder), what: `arrived in ${charset}, but is signed in UTF-8` };
  }
  for (const charset of USUAL) {
    const encode = createEncoder(charset);
    const restored = Object.keys(parameters).map((name) => [name, mapAll(parameters[name] ?? '', encode)]);
    yield {
      parameters: Object.fromEntries(restored) as WebhookParameters,
      what: `was read as ${charset}, and written as UTF-8 again`,
    };
  }
}

type Decoder = (bytes: Buffer) => string;

/** Returns undefined for a charset that Node.js does not know. */
function findDecoder(charset: string): Decoder | undefined {
  // To TextDecoder, iso-8859-1 is windows-1252.
  if (charset === 'iso-8859-1') return (bytes) => bytes.toString('latin1');
  try {
    const decoder = new TextDecoder(charset);
    return (bytes) => decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Parses a form whose bytes, percent-encoded or not, are characters of another charset. */
function parseFormAs(body: Buffer, decode: Decoder): WebhookParameters {
  const options = { maxKeys: 0, decodeURIComponent: (text: string) => decode(readBytes(text)) };
  return parse(body.toString('latin1'), '&', '=', options) as WebhookParameters;
}

/** Reads the bytes of a form's word, in which each character is one byte or `%` and its code. */
function readBytes(word: string): Buffer {
  const plain = word.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return Buffer.from(plain, 'latin1');
}

/** Returns a function that writes a text in a charset and reads the bytes as UTF-8; it leaves a text that is none as it is. */
function createEncoder(charset: (typeof USUAL)[number]): (text: string) => string {
  const codes = findCodes(charset);
  return (text) => {
    if (!/[^ -~\s]/.test(text)) return text;
    const bytes = [...text].map((character) => codes.get(character));
    if (!bytes.every((byte) => byte !== undefined)) return text;
    const read = Buffer.from(bytes).toString();
    return read.includes('\ufffd') ? text : read;
  };
}

/** To build one takes longer than all else that explains a signature. */
const tables = new Map<string, ReadonlyMap<string, number>>();

/** Returns the byte of each character of a charset. */
function findCodes(charset: (typeof USUAL)[number]): ReadonlyMap<string, number> {
  const known = tables.get(charset);
  if (known) return known;
  const decode = findDecoder(charset);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const codes = new Map(bytes.map((byte) => [decode?.(Buffer.of(byte)) ?? '', byte]));
  tables.set(charset, codes);
  return codes;
}

function mapAll(value: string | readonly string[], map: (text: string) => string): string | string[] {
  return typeof value === 'string' ? map(value) : value.map(map);
}
