// Tests the environment variables that name another ngrok edge.
import { describe, expect, it } from 'vitest';
import { readNgrokEdge } from './edge.js';

describe('the ngrok edge of the environment', () => {
  it('is undefined if its variables are empty or missing', () => {
    expect(readNgrokEdge({ RELAY_PHONE_NGROK_CA: '' })).toEqual({ server: undefined, ca: undefined });
  });

  it.each([`${import.meta.dirname}/edge.ts`, import.meta.dirname, '/nowhere/ca.pem'])(
    'is refused if the file of the authority is not a PEM certificate: %s',
    (path) => {
      expect(() => readNgrokEdge({ RELAY_PHONE_NGROK_CA: path })).toThrow(
        `Failed to read the certificate of the ngrok edge: ${path} cannot be used`,
      );
    },
  );
});
