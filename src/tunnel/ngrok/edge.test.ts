// Tests the ngrok edge that the environment names.
import { describe, expect, it } from 'vitest';
import { readNgrokEdge } from './edge.js';

describe('the edge of the environment', () => {
  it('is undefined without its variables', () => {
    expect(readNgrokEdge({ RELAY_PHONE_NGROK_CA: '' })).toEqual({ server: undefined, ca: undefined });
  });

  it.each([`${import.meta.dirname}/edge.ts`, import.meta.dirname, '/nowhere/ca.pem'])(
    'is refused without a PEM certificate in the file: %s',
    (path) => {
      expect(() => readNgrokEdge({ RELAY_PHONE_NGROK_CA: path })).toThrow(
        `Failed to read the certificate of the ngrok edge: ${path} cannot be used`,
      );
    },
  );
});
