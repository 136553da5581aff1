// Checks the signature against known vectors, and with the validator of the official SDK.
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { type SignatureVector, VECTORS } from '../../../test/support/signature-vectors.js';
import { type Parameter, signRequest, withBodyDigest } from './signature.js';

const TOKEN = '12345';
const URL_1 = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const BODY = '{"property": "value", "boolean": true}';

const NAMED = VECTORS.map((vector) => [vector.name, vector] as const);

function sign({ token, url, form }: SignatureVector): string {
  const parameters = Object.entries(form).flatMap(([name, values]) =>
    values.map((value): Parameter => [name, value]),
  );
  return signRequest(token, url, parameters);
}

describe('the signature', () => {
  it.each(NAMED)('of %s equals the known one [T F281]', (_name, vector) => {
    expect(sign(vector)).toBe(vector.signature);
  });

  it.each(NAMED)('of %s passes the validator of the official SDK [T F282]', (_name, vector) => {
    const { token, url, form, body, signature } = vector;
    const isValid = (told: string) =>
      body === undefined
        ? twilio.validateRequest(token, told, url, form)
        : twilio.validateRequestWithBody(token, told, url, body);
    expect(isValid(signature)).toBe(true);
    expect(isValid(`x${signature.slice(1)}`)).toBe(false);
  });

  it('passes the validator of the official SDK for any request, and fails once the request is changed [T F283]', () => {
    const form = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.string(), form, (token, parameters) => {
        const signature = signRequest(token, URL_1, Object.entries(parameters));
        expect(twilio.validateRequest(token, signature, URL_1, parameters)).toBe(true);
        expect(twilio.validateRequest(token, signature, `${URL_1}x`, parameters)).toBe(false);
      }),
    );
  });

  it('of a JSON body covers the digest in the query [T F284]', () => {
    for (const { url, body } of VECTORS.filter((vector) => vector.body !== undefined)) {
      const bare = url.replace(/[?&]bodySHA256=.*/, '');
      expect(withBodyDigest(bare, body ?? '')).toBe(url);
    }
    const url = withBodyDigest(URL_1, BODY);
    expect(twilio.validateRequestWithBody(TOKEN, signRequest(TOKEN, url), url, `${BODY} `)).toBe(false);
  });
});
