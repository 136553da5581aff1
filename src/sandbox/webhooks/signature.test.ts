// Holds the signature to known vectors, and to the validator of the official SDK.
import fc from 'fast-check';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { type Parameter, signRequest, withBodyDigest } from './signature.js';

const TOKEN = '12345';
const URL_1 = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const CALL = read(
  'CallSid=CA1234567890ABCDE Caller=+14158675309 Digits=1234 From=+14158675309 To=+18005551212',
);
const BODY = '{"property": "value", "boolean": true}';
const BODY_DIGEST = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
const EMPTY_DIGEST = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

function read(text: string): Parameter[] {
  return text.split(' ').map((pair) => {
    const [name = '', value = ''] = pair.split('=');
    return [name, value];
  });
}

describe('the signature', () => {
  it.each<[string, string, readonly Parameter[], string]>([
    ['a form', URL_1, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['port 443', URL_1.replace('.com', '.com:443'), CALL, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    ['port 80', 'http://mycompany.com:80/myapp.php?foo=1&bar=2', CALL, '0ZXoZLH/DfblKGATFgpif+LLRf4='],
    ['another port', 'http://mycompany.com:1234/myapp.php?foo=1&bar=2', CALL, 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
    ['JSON', withBodyDigest(URL_1, BODY), [], 'a9nBmqA0ju/hNViExpshrM61xv4='],
    [
      'JSON without a query',
      withBodyDigest('https://mycompany.com/myapp.php', BODY),
      [],
      'y77kIzt2vzLz71DgmJGsen2scGs=',
    ],
    [
      'empty JSON with a port',
      withBodyDigest(URL_1.replace('.com', '.com:443'), '{}'),
      [],
      'Ldidvp12m26NI7eqEvxnEpkd9Hc=',
    ],
    ['empty JSON', withBodyDigest(URL_1, '{}'), [], 'rw/jVviOgicj2+kHZULvebnA4ag='],
    [
      'repeated names',
      URL_1,
      read('Sid=CA123 SidAccount=AC123 Digits=5678 Digits=1234 Digits=1234'),
      'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
    ],
    [
      'only repeated names',
      URL_1,
      read('MessagingBinding.Address=+1325xxxxxxx MessagingBinding.Address=+1415xxxxxxx'),
      '83O6e2vORAoJHUNzJjDWN1jz+BA=',
    ],
    ['credentials', URL_1.replace('https://', 'https://user:pass@'), CALL, 'CukzLTc1tT5dXEDIHm/tKBanW10='],
    ['a user alone', URL_1.replace('https://', 'https://user@'), CALL, '2YRLlVAflCqxaNicjMpJcSTgzSs='],
    [
      'credentials and a port',
      'https://user:pass@mycompany.com:443/myapp.php?foo=1&bar=2',
      CALL,
      'ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=',
    ],
    ['a quote in the query', `${URL_1}&Body=It%27s+amazing`, CALL, 'TfZzewPq8wqrGlMfyAud8+/IvJ0='],
    ['GET', URL_1, [], 'zYQTYrRWXE7LtzbG4PfP7/bkkGo='],
  ])('of %s', (_name, url, parameters, signature) => {
    expect(signRequest(TOKEN, url, parameters)).toBe(signature);
  });

  it.each([
    [
      'inbound_sms',
      'ToCountry=US ToState=NJ SmsMessageSid=SM SmsSid=SM MessageSid=SM NumMedia=0 ToCity= FromZip= FromState= SmsStatus=received FromCity= Body=Hello_📲 FromCountry=US To=+12015557777 ToZip= NumSegments=1 AccountSid=AC From=+13015550001 ApiVersion=2010-04-01',
      'WeA/Cf91ZU1mJEwNzVzlfkhrD2I=',
    ],
    [
      'inbound_call',
      'CallSid=CA AccountSid=AC From=+13015550001 Caller=+13015550001 To=+12015557777 Called=+12015557777 CallStatus=ringing Direction=inbound ApiVersion=2010-04-01',
      'PuIvM0l8FS8gKcGXAg92+6Fw1Cw=',
    ],
    [
      'sms_status',
      'SmsSid=SM MessageSid=SM SmsStatus=delivered MessageStatus=delivered To=+13015550001 AccountSid=AC From=+12015557777 ApiVersion=2010-04-01',
      '5/Ft6186BqhxYKbsr6weE0PcRcs=',
    ],
  ])('of what Relay gets at %s', (path, text, signature) => {
    const sids: Record<string, string> = {
      SM: `SM${'0'.repeat(31)}1`,
      CA: `CA${'0'.repeat(31)}1`,
      AC: `AC${'0'.repeat(32)}`,
      'Hello_📲': 'Hello 📲',
    };
    const parameters = read(text).map(([name, value]): Parameter => [name, sids[value] ?? value]);
    const url = `https://relay.example.test/api/v1/${path}`;
    expect(signRequest('0123456789abcdef0123456789abcdef', url, parameters)).toBe(signature);
  });

  it('is one the official SDK takes, whatever is signed, and refuses once that is changed', () => {
    const form = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.string(), form, (token, parameters) => {
        const signature = signRequest(token, URL_1, Object.entries(parameters));
        expect(twilio.validateRequest(token, signature, URL_1, parameters)).toBe(true);
        expect(twilio.validateRequest(token, signature, `${URL_1}x`, parameters)).toBe(false);
      }),
    );
  });

  it('of a body is one the official SDK takes', () => {
    const url = withBodyDigest(URL_1, BODY);
    expect(url).toBe(`${URL_1}&bodySHA256=${BODY_DIGEST}`);
    expect(withBodyDigest(URL_1, '{}')).toContain(EMPTY_DIGEST);
    expect(twilio.validateRequestWithBody(TOKEN, signRequest(TOKEN, url), url, BODY)).toBe(true);
    expect(twilio.validateRequestWithBody(TOKEN, signRequest(TOKEN, url), url, `${BODY} `)).toBe(false);
  });
});
