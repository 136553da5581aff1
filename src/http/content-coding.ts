// Decodes a compressed body (gzip, deflate, br, zstd), to be shown. What is forwarded stays as it is.
import { once } from 'node:events';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** A decoded body, or its beginning. */
export interface DecodedBody {
  readonly body: Buffer;
  /** True if there is more. */
  readonly isCut: boolean;
  /** Why the body, or the rest of it, cannot be decoded, as a clause; null if it was. */
  readonly fault: string | null;
}

/** The codings of one body: more than two are an attack. */
const MAX_CODINGS = 3;
/** What one coding may yield before the next one: more than a body of 256 KB that was only compressed twice. */
const MAX_INTERMEDIATE_BYTES = 4 * 1024 * 1024;
/** The input is decoded in parts, so that an attack on the memory is noticed in time. */
const PART_BYTES = 16 * 1024;
/** The largest window of a zstd body in bits: https://www.rfc-editor.org/rfc/rfc9659. */
const ZSTD_WINDOW_BITS = 23;

/**
 * Decodes a body. The beginning of a body is decoded as far as it goes.
 *
 * @param codings the value of `Content-Encoding`; undefined or empty for a body that is not compressed
 * @param isCut true if `body` is only the beginning
 * @param maxBytes how much is decoded at the most
 */
export async function decodeBody(
  body: Buffer,
  codings: string | undefined,
  { isCut, maxBytes }: { readonly isCut: boolean; readonly maxBytes: number },
): Promise<DecodedBody> {
  const names = listCodings(codings);
  if (names.length > MAX_CODINGS)
    return { body: Buffer.alloc(0), isCut, fault: `it was compressed ${names.length} times` };
  let decoded: DecodedBody = { body, isCut, fault: null };
  // The last one was applied last.
  for (const [at, name] of names.toReversed().entries()) {
    const limit = at === names.length - 1 ? maxBytes : MAX_INTERMEDIATE_BYTES;
    const next = await decodeOnce(decoded.body, name, { isCut: decoded.isCut, maxBytes: limit });
    decoded = { ...next, fault: decoded.fault ?? next.fault };
  }
  return decoded;
}

/** Returns the codings of a `Content-Encoding` in the order in which they were applied. */
export function listCodings(codings: string | undefined): string[] {
  return (codings ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
}

async function decodeOnce(
  body: Buffer,
  coding: string,
  { isCut, maxBytes }: { readonly isCut: boolean; readonly maxBytes: number },
): Promise<DecodedBody> {
  if (body.length === 0) return { body, isCut, fault: null };
  const decoder = findDecoder(coding, body, 'part');
  if (!decoder)
    return { body: Buffer.alloc(0), isCut, fault: `this version of Node.js cannot decode ${coding}` };
  const decoded = await run(decoder, body, maxBytes);
  // As a part, every body that ends too early is valid.
  const whole = isCut || decoded.isLonger || decoded.error ? undefined : findDecoder(coding, body, 'whole');
  const error = decoded.error ?? (whole && (await run(whole, body, maxBytes)).error);
  return {
    body: decoded.body,
    isCut: isCut || decoded.isLonger,
    fault: error === undefined ? null : `it is not valid ${coding}: ${error.message}`,
  };
}

interface DecoderResult {
  readonly body: Buffer;
  /** True if it was stopped at the limit. */
  readonly isLonger: boolean;
  readonly error: Error | undefined;
}

async function run(decoder: Transform, body: Buffer, maxBytes: number): Promise<DecoderResult> {
  const chunks: Buffer[] = [];
  let length = 0;
  let error: Error | undefined;
  decoder.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) decoder.destroy();
  });
  decoder.on('error', (failure) => {
    error = failure;
  });
  await feed(decoder, body);
  const isLonger = length > maxBytes;
  return {
    body: Buffer.concat(chunks).subarray(0, maxBytes),
    isLonger,
    error: isLonger ? undefined : error,
  };
}

/** Resolves when the decoder has ended or was destroyed. */
async function feed(decoder: Transform, body: Buffer): Promise<void> {
  const closed = once(decoder, 'close').catch(() => undefined);
  for (let at = 0; at < body.length && !decoder.destroyed; at += PART_BYTES) {
    const isTaken = decoder.write(body.subarray(at, at + PART_BYTES));
    if (!isTaken) await Promise.race([once(decoder, 'drain').catch(() => undefined), closed]);
  }
  if (!decoder.destroyed) decoder.end();
  await closed;
}

/**
 * Creates the decoder of a coding; undefined if this version of Node.js has none.
 *
 * @param extent `part` to decode what is there, `whole` for an error at the end of a body that is not complete
 */
function findDecoder(coding: string, body: Buffer, extent: 'part' | 'whole'): Transform | undefined {
  const { Z_SYNC_FLUSH, Z_FINISH, BROTLI_OPERATION_FLUSH, BROTLI_OPERATION_FINISH } = zlib.constants;
  const options = { finishFlush: extent === 'part' ? Z_SYNC_FLUSH : Z_FINISH };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip(options);
    case 'deflate':
      return isZlib(body) ? zlib.createInflate(options) : zlib.createInflateRaw(options);
    case 'br':
      return zlib.createBrotliDecompress({
        finishFlush: extent === 'part' ? BROTLI_OPERATION_FLUSH : BROTLI_OPERATION_FINISH,
      });
    case 'zstd':
      return createZstdDecoder(extent);
    default:
      return undefined;
  }
}

/** Some servers send raw deflate data, without the header that the coding has. */
function isZlib(body: Buffer): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
}

/** What `node:zlib` has since Node.js 22.15. Our types are those of Node.js 20. */
interface Zstd {
  readonly createZstdDecompress?: (options: {
    readonly finishFlush: number | undefined;
    readonly params: Readonly<Record<number, number>>;
  }) => Transform;
  readonly constants: Readonly<
    Partial<Record<'ZSTD_d_windowLogMax' | 'ZSTD_e_flush' | 'ZSTD_e_end', number>>
  >;
}

function createZstdDecoder(extent: 'part' | 'whole'): Transform | undefined {
  const { createZstdDecompress, constants } = zlib as object as Zstd;
  const { ZSTD_d_windowLogMax, ZSTD_e_flush, ZSTD_e_end } = constants;
  if (!createZstdDecompress || ZSTD_d_windowLogMax === undefined) return undefined;
  return createZstdDecompress({
    finishFlush: extent === 'part' ? ZSTD_e_flush : ZSTD_e_end,
    params: { [ZSTD_d_windowLogMax]: ZSTD_WINDOW_BITS },
  });
}
