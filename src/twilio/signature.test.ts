// Verifying signatures: known vectors, and 100,000 wrong ones.
import { expect, it } from 'vitest';
import { VECTORS } from '../../test/support/signature-vectors.js';
import { isSigned } from './signature.js';

const FORMS = VECTORS.filter(({ body }) => body === undefined).map(
  (vector) => [vector.name, vector] as const,
);

it.each(FORMS)('accepts the signature of %s [T]', (_name, { token, url, form, signature }) => {
  expect(isSigned(token, signature, url, form)).toBe(true);
});

it('rejects 100,000 signatures that differ from the right one', () => {
  const [, vector] = FORMS[0] ?? [];
  if (!vector) throw new Error('no vector without a body');
  const { token, url, form, signature } = vector;
  const accepted: string[] = [];
  for (let count = 0; count < 100_000; count += 1) {
    const bytes = Buffer.from(signature, 'base64');
    const place = count % 18;
    bytes.writeUIntBE(bytes.readUIntBE(place, 3) ^ (Math.floor(count / 18) + 1), place, 3);
    const wrong = bytes.toString('base64');
    if (isSigned(token, wrong, url, form)) accepted.push(wrong);
  }
  expect(accepted).toEqual([]);
});
