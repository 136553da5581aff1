// Sends random bytes to every path.
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countRuns } from '../../../test/support/runs.js';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';

const RUNS = countRuns(3000);

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox();
  await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
});
afterAll(() => sandbox.close());

/** Sends bytes; resolves with the status of the answer, or 0 if the connection closes without one. */
function sendRaw(head: string, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(sandbox.port, '127.0.0.1', () => {
      socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => resolve(0));
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)));
  });
}

const oneOf = (words: string) => fc.constantFrom(...words.split(' '));

const name = oneOf(
  'To From Body PhoneNumber AreaCode Contains PageSize Page PageToken FriendlyName SmsUrl SmsApplicationSid MediaUrl ' +
    'VoiceMethod StatusCallback ApplicationSid DateSent DateSent< NearLatLong Distance InRegion Status ValidityPeriod ' +
    'MessagingServiceSid PhoneNumberSid Type Fields CountryCode LogLevel StartDate EndDate StickySender Usecase',
);
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  oneOf(
    '+12025550100 +12025550100 +12025550190 +12025550190 202 Hello * +1***5550142 % -1 1e9 true AP NaN 2026-02-31',
  ),
  fc.constantFrom('', '\0', 'http://[', 'https://x', 'PASM', `PASM${'0'.repeat(32)}`, 'x'.repeat(5000)),
);
const parameter = fc.tuple(name, value).map((pair) => pair.map(encodeURIComponent).join('='));
const form = fc.array(parameter, { maxLength: 8 }).map((pairs) => pairs.join('&'));

const segment = fc.oneof(
  oneOf(
    'Messages IncomingPhoneNumbers Local Applications AvailablePhoneNumbers US OutgoingCallerIds Countries Keys ' +
      'Services PhoneNumbers Compliance Usa2p Media',
  ),
  fc.constantFrom('', '..', '%2e%2e', '%', '%00', '%ff', `SM${'0'.repeat(32)}`, 'a b'),
  fc.string({ maxLength: 8 }),
);
const oddPath = fc
  .tuple(
    fc.constantFrom(
      '',
      '/v1/PhoneNumbers',
      '/v1/Voice',
      '/v1/Services',
      '/v2/PhoneNumbers',
      '/2010-04-01',
      '/2010-04-01/Accounts',
      'ACCOUNT',
      '/_sandbox',
    ),
    fc.array(segment, { maxLength: 4 }),
    fc.constantFrom('', '.json', '.xml'),
  )
  .map(([root, segments, suffix]) => `${root}/${segments.join('/')}${suffix}`);
const realPath = oneOf(
  'ACCOUNT.json ACCOUNT/Messages.json ACCOUNT/Messages.json ACCOUNT/Applications.json ACCOUNT/OutgoingCallerIds.json ' +
    'ACCOUNT/IncomingPhoneNumbers.json ACCOUNT/IncomingPhoneNumbers/Local.json ACCOUNT/Balance.json ' +
    'ACCOUNT/AvailablePhoneNumbers/US/Local.json /v1/Messaging/Countries ACCOUNT/Keys.json /v1/Services /v1/Alerts ' +
    '/v1/PhoneNumbers/+12025550190 /v2/PhoneNumbers/2025550190 /v1/Tollfree/Verifications',
);
const request = fc.record({
  method: oneOf('GET GET POST POST DELETE PUT PATCH HEAD OPTIONS TRACE'),
  path: fc.oneof(realPath, oddPath),
  query: fc.oneof(form, fc.string({ unit: 'binary', maxLength: 20 })),
  body: fc.oneof(
    form.map((text) => Buffer.from(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  ),
  host: fc.constantFrom('127.0.0.1', '127.0.0.1', '127.0.0.1', 'api.twilio.com', 'a b', ''),
});

/** One request for each status that the sandbox must have answered, so that none of them is left to chance. */
const usual = { query: '', body: Buffer.from(''), host: '127.0.0.1' };
const EXAMPLES = [
  { ...usual, method: 'GET', path: 'ACCOUNT.json' },
  {
    ...usual,
    method: 'POST',
    path: 'ACCOUNT/Messages.json',
    body: Buffer.from('From=%2B12025550100&To=%2B12025550190&Body=Hello'),
  },
  { ...usual, method: 'POST', path: 'ACCOUNT/Messages.json' },
  { ...usual, method: 'GET', path: '/v1/Nothing' },
  { ...usual, method: 'PUT', path: 'ACCOUNT/Messages.json' },
];

describe('random bytes', () => {
  it('always get an answer, and never a 5xx', async () => {
    const seen = new Set<number>();
    const token = Buffer.from(`${sandbox.accountSid}:${sandbox.authToken}`).toString('base64');
    const property = fc.asyncProperty(request, async ({ method, path, query, body, host }) => {
      const known = path.replace('ACCOUNT', `/2010-04-01/Accounts/${sandbox.accountSid}`);
      const target = `${known}?${query}`.replace(/[\r\n ]/g, '%20');
      const status = await sendRaw(
        `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Basic ${token}\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
        body,
      );
      seen.add(status);
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(500);
    });
    await fc.assert(property, { numRuns: RUNS, examples: EXAMPLES.map((example) => [example]) });
    expect([...seen]).toEqual(expect.arrayContaining([200, 201, 400, 404, 405]));
  });
});
