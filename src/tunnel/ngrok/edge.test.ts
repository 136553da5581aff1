// The edge that the environment names.
import { describe, expect, it } from 'vitest';
import { readNgrokEdge } from './edge.js';

describe('the edge of the environment', () => {
  it('is none unless it says so', () => {
    expect(readNgrokEdge({ RELAY_PHONE_NGROK_CA: '' })).toEqual({ server: undefined, ca: undefined });
  });

  it.each([`${import.meta.dirname}/edge.ts`, import.meta.dirname, '/nowhere/ca.pem'])(
    'needs a certificate that is one: %s',
    (path) => {
      expect(() => readNgrokEdge({ RELAY_PHONE_NGROK_CA: path })).toThrow(
        `Failed to read the certificate of the ngrok edge: ${path} cannot be used`,
      );
    },
  );
});
