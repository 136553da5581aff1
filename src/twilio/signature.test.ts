// Holds the check of signatures to known vectors, and to a hundred thousand that are wrong.
import { expect, it } from 'vitest';
import { VECTORS } from '../../test/support/signature-vectors.js';
import { isSigned } from './signature.js';

const FORMS = VECTORS.filter(({ body }) => body === undefined).map(
  (vector) => [vector.name, vector] as const,
);

it.each(FORMS)('takes the signature of %s [T]', (_name, { token, url, form, signature }) => {
  expect(isSigned(token, signature, url, form)).toBe(true);
});

it('takes none of 100,000 that differ from the right one', () => {
  const [, vector] = FORMS[0] ?? [];
  if (!vector) throw new Error('there is no vector');
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
