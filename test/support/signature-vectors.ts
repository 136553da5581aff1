// Known valid signatures, from the tests of the official SDKs and for the webhooks of Relay.

/** A signed request. */
export interface SignatureVector {
  readonly name: string;
  readonly token: string;
  readonly url: string;
  /** The values of each parameter of the form. */
  readonly form: Readonly<Record<string, readonly string[]>>;
  /** Sent instead of a form. */
  readonly body?: string;
  readonly signature: string;
}

const URL = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const WITH_PORT = URL.replace('.com', '.com:443');
const JSON_BODY = '{"property": "value", "boolean": true}';
const JSON_DIGEST = 'bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
const EMPTY_DIGEST = 'bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

const CALL = read(
  'CallSid=CA1234567890ABCDE Caller=+14158675309 Digits=1234 From=+14158675309 To=+18005551212',
);
const REPEATED = read('Sid=CA123 SidAccount=AC123 Digits=5678 Digits=1234 Digits=1234');
const BINDING = read('MessagingBinding.Address=+1325xxxxxxx MessagingBinding.Address=+1415xxxxxxx');

const FORMS: readonly [name: string, url: string, form: SignatureVector['form'], signature: string][] = [
  ['a form', URL, CALL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ['port 443', WITH_PORT, CALL, 'kvajT1Ptam85bY51eRf/AJRuM3w='],
  ['port 80', 'http://mycompany.com:80/myapp.php?foo=1&bar=2', CALL, '0ZXoZLH/DfblKGATFgpif+LLRf4='],
  ['another port', 'http://mycompany.com:1234/myapp.php?foo=1&bar=2', CALL, 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
  ['repeated names', URL, REPEATED, 'IK+Dwps556ElfBT0I3Rgjkr1wJU='],
  ['only repeated names', URL, BINDING, '83O6e2vORAoJHUNzJjDWN1jz+BA='],
  ['credentials', URL.replace('//', '//user:pass@'), CALL, 'CukzLTc1tT5dXEDIHm/tKBanW10='],
  ['a user alone', URL.replace('//', '//user@'), CALL, '2YRLlVAflCqxaNicjMpJcSTgzSs='],
  ['credentials and a port', WITH_PORT.replace('//', '//user:pass@'), CALL, 'ZQFR1PTIZXF2MXB8ZnKCvnnA+rI='],
  ['a quote in the query', `${URL}&Body=It%27s+amazing`, CALL, 'TfZzewPq8wqrGlMfyAud8+/IvJ0='],
  ['GET', URL, {}, 'zYQTYrRWXE7LtzbG4PfP7/bkkGo='],
];

const BODIES: readonly [name: string, url: string, body: string, signature: string][] = [
  ['JSON', `${URL}&${JSON_DIGEST}`, JSON_BODY, 'a9nBmqA0ju/hNViExpshrM61xv4='],
  [
    'JSON without a query',
    `https://mycompany.com/myapp.php?${JSON_DIGEST}`,
    JSON_BODY,
    'y77kIzt2vzLz71DgmJGsen2scGs=',
  ],
  ['empty JSON with a port', `${WITH_PORT}&${EMPTY_DIGEST}`, '{}', 'Ldidvp12m26NI7eqEvxnEpkd9Hc='],
  ['empty JSON', `${URL}&${EMPTY_DIGEST}`, '{}', 'rw/jVviOgicj2+kHZULvebnA4ag='],
];

const RELAY: readonly [path: string, form: string, signature: string][] = [
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
];

/** All known signatures. */
export const VECTORS: readonly SignatureVector[] = [
  ...FORMS.map(([name, url, form, signature]) => ({ name, token: '12345', url, form, signature })),
  ...BODIES.map(([name, url, body, signature]) => ({ name, token: '12345', url, form: {}, body, signature })),
  ...RELAY.map(([path, form, signature]) => ({
    name: `what Relay gets at ${path}`,
    token: '0123456789abcdef'.repeat(2),
    url: `https://relay.example.test/api/v1/${path}`,
    form: read(form),
    signature,
  })),
];

/** Parses `Name=value Name=value`; abbreviations stand for values that are long or have spaces. */
function read(text: string): Record<string, string[]> {
  const long: Record<string, string> = {
    SM: `SM${'0'.repeat(31)}1`,
    CA: `CA${'0'.repeat(31)}1`,
    AC: `AC${'0'.repeat(32)}`,
    'Hello_📲': 'Hello 📲',
  };
  const form: Record<string, string[]> = {};
  for (const [, name = '', value = ''] of text.matchAll(/(\S+?)=(\S*)/gu)) {
    form[name] = [...(form[name] ?? []), long[value] ?? value];
  }
  return form;
}
