// Tests that compressed bodies are decoded for people: whole ones, cut ones, damaged ones, and attacks.
import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody } from './content-coding.js';

const TEXT = '<Response><Message>héllo 📲</Message></Response>';
const LIMITS = { isCut: false, maxBytes: 1000 };

async function decode(body: Buffer, codings: string | undefined, limits = LIMITS) {
  const decoded = await decodeBody(body, codings, limits);
  return { ...decoded, body: decoded.body.toString() };
}

describe('decodeBody', () => {
  it.each([
    ['gzip', zlib.gzipSync(TEXT)],
    ['GZip', zlib.gzipSync(TEXT)],
    ['x-gzip', zlib.gzipSync(TEXT)],
    ['deflate', zlib.deflateSync(TEXT)],
    ['deflate', zlib.deflateRawSync(TEXT)],
    ['br', zlib.brotliCompressSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
    ['', Buffer.from(TEXT)],
    [undefined, Buffer.from(TEXT)],
    ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(TEXT))],
    ['deflate, identity, gzip', zlib.gzipSync(zlib.deflateSync(TEXT))],
    ['gzip', Buffer.concat([zlib.gzipSync(TEXT.slice(0, 10)), zlib.gzipSync(TEXT.slice(10))])],
  ])('decodes %s', async (codings, body) => {
    expect(await decode(body, codings)).toEqual({ body: TEXT, isCut: false, fault: null });
  });

  it('decodes zstd where Node.js can, and says so where it cannot', async () => {
    const { zstdCompressSync } = zlib as object as { readonly zstdCompressSync?: (text: string) => Buffer };
    if (zstdCompressSync) {
      const compressed = zstdCompressSync(TEXT);
      expect(await decode(compressed, 'zstd')).toEqual({ body: TEXT, isCut: false, fault: null });
    } else {
      const { body, fault } = await decode(Buffer.from('KLUv/QRYAQAA', 'base64'), 'zstd');
      expect([body, fault]).toEqual(['', 'this version of Node.js cannot decode zstd']);
    }
  });

  it.each([
    ['gzip', (text: string) => zlib.gzipSync(text)],
    ['deflate', (text: string) => zlib.deflateSync(text)],
    ['br', (text: string) => zlib.brotliCompressSync(text)],
  ])('decodes the beginning of a %s body of which only the beginning was kept', async (coding, compress) => {
    const text = Array.from({ length: 5000 }, (_, n) => `<Say>${n * 7919}</Say>`).join('');
    const compressed = compress(text);
    const part = compressed.subarray(0, compressed.length / 2);
    const decoded = await decode(part, coding, { isCut: true, maxBytes: 1_000_000 });
    expect(decoded.body.length).toBeGreaterThan(1000);
    expect(text.startsWith(decoded.body)).toBe(true);
    expect([decoded.isCut, decoded.fault]).toEqual([true, null]);
  });

  it.each([
    ['gzip', zlib.gzipSync(Buffer.alloc(100_000_000))],
    [
      'br',
      zlib.brotliCompressSync(Buffer.alloc(100_000_000), {
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 },
      }),
    ],
    ['deflate, gzip', zlib.gzipSync(zlib.deflateSync(Buffer.alloc(100_000_000)))],
  ])('decodes no more than the limit of a %s bomb', async (codings, bomb) => {
    const before = process.memoryUsage().arrayBuffers;
    const decoded = await decodeBody(bomb, codings, LIMITS);
    expect([decoded.body.length, decoded.isCut, decoded.fault]).toEqual([1000, true, null]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
  });

  it('gives up a body that was compressed four times', async () => {
    const { body, fault } = await decode(zlib.gzipSync('x'), 'gzip, gzip, gzip, gzip');
    expect([body, fault]).toEqual(['', 'it was compressed 4 times']);
  });

  it.each([
    ['gzip', 'plain text', ''],
    ['br', 'plain text', ''],
    ['deflate', 'plain text', ''],
    ['compress', 'x', ''],
    ['zlib, gzip', 'x', ''],
  ])('says why a body cannot be decoded as %s', async (coding, text, shown) => {
    const { body, fault } = await decode(Buffer.from(text), coding);
    expect(body).toBe(shown);
    expect(fault).toMatch(
      /^it is not valid (gzip|br|deflate): |^this version of Node.js cannot decode compress$/,
    );
  });

  it('shows what came before the damage', async () => {
    const text = Array.from({ length: 20_000 }, (_, n) => `${n * 7919};`).join('');
    const damaged = zlib.gzipSync(text);
    damaged.fill(0xff, damaged.length - 2000);
    const { body, fault } = await decode(damaged, 'gzip', { isCut: false, maxBytes: 1_000_000 });
    expect(body.length).toBeGreaterThan(1000);
    expect(text.startsWith(body.slice(0, 1000))).toBe(true);
    expect(fault).toMatch(/^it is not valid gzip: /);
  });
});
