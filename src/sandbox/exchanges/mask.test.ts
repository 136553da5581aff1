// Tests that no secret of the account is ever shown in an exchange.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Called, startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createControlClient } from '../control/client.js';
import { createSandbox, type Sandbox } from '../create.js';
import { createSecretMask } from './mask.js';

const MASK = '+12025550123';
const CONTACT = '+13015550195';

const password = fc.string({
  unit: fc.constantFrom(...'abcXYZ019-._~!$()*,;=:@'),
  minLength: 8,
  maxLength: 20,
});
const name = fc.constantFrom('auth_token', 'AuthToken', 'authToken', 'secret', 'client_secret', 'Password');
const secretText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => `s3cr3t${text}`);

describe('a mask', () => {
  const { text: mask, document } = createSecretMask([]);

  it('hides the user and password of a URL, also in forms, queries and JSON', () => {
    fc.assert(
      fc.property(password, password, (user, secret) => {
        const url = `https://${user}:${secret}@app.example/path?a=b@c`;
        const form = String(new URLSearchParams({ To: '+1', StatusCallback: url, Body: 'x' }));
        const texts = [
          url,
          form,
          JSON.stringify({ url, other: 'https://x/' }),
          JSON.stringify({ url }).replaceAll('/', '\\/'),
          JSON.stringify({ request_variables: form }),
          `/path?next=${encodeURIComponent(url)}&b=c`,
          `/path?next=${encodeURIComponent(encodeURIComponent(url))}`,
          `<Redirect>${url}</Redirect>`,
        ];
        for (const text of texts) {
          const masked = mask(text);
          for (const spelling of [
            secret,
            encodeURIComponent(secret),
            encodeURIComponent(encodeURIComponent(secret)),
          ])
            expect(masked).not.toContain(spelling);
          expect(masked).toContain('(hidden)');
          expect(masked).toContain('app.example');
        }
      }),
    );
  });

  it('hides fields that hold credentials, in JSON, XML, forms and queries', () => {
    fc.assert(
      fc.property(name, fc.uuid(), (field, secret) => {
        const json = JSON.stringify({ sid: 'AC1', [field]: secret, other: 'kept' });
        const form = String(new URLSearchParams({ To: 'kept', [field]: secret, Body: 'x' }));
        const texts = [
          json,
          JSON.stringify({ [field]: secret, other: 'kept' }, undefined, 2),
          JSON.stringify({ body: json }),
          `<Account><Sid>kept</Sid><${field}>${secret}</${field}></Account>`,
          form,
          `/path?${form}`,
          `/path?to=kept&next=${encodeURIComponent(`/other?${form}`)}`,
          JSON.stringify({ request_variables: form }),
        ];
        for (const text of texts) {
          expect(mask(text)).not.toContain(secret);
          expect(mask(text)).toContain('kept');
        }
        expect(document({ a: [{ [field]: secret, to: 'kept' }] })).toEqual({
          a: [{ [field]: '(hidden)', to: 'kept' }],
        });
        // A body that was cut in the middle of the value.
        const half = json.slice(0, json.indexOf(secret) + 12);
        expect(mask(half)).not.toContain(secret.slice(0, 12));
      }),
    );
  });

  it('hides known values in every spelling', () => {
    fc.assert(
      fc.property(secretText, (secret) => {
        const { text: hide, body } = createSecretMask([secret]);
        const spellings = [
          secret,
          encodeURIComponent(secret),
          String(new URLSearchParams({ a: secret })),
          JSON.stringify({ a: secret }),
        ];
        for (const spelling of spellings) {
          expect(hide(`x ${spelling} y`)).not.toContain(spelling.replace(/^a=/, ''));
          expect(hide(`x ${spelling} y`)).toContain('(hidden)');
        }
        expect(body(Buffer.from(`x ${secret} y`)).toString()).toBe('x (hidden) y');
        expect(body(`x ${secret} y`).toString()).toBe('x (hidden) y');
      }),
    );
  });

  it.each([
    'see https://app.example/ and mail me@app.example',
    'ratio 3://4',
    '{"token_count": 3, "to": "+12025550123"}',
    'StatusCallback=https%3A%2F%2Fapp.example%2F&To=me%40app.example',
    '<Response><Message>me@app.example</Message></Response>',
  ])('leaves %s as it is', (text) => {
    expect(mask(text)).toBe(text);
  });
});

describe('the exchanges of a sandbox', () => {
  let sandbox: Sandbox;
  let app: WebhookApp;

  beforeEach(async () => {
    sandbox = await createSandbox();
    app = await startApp(sandbox.authToken);
  });
  afterEach(async () => {
    await sandbox.close();
    await app.close();
  });

  async function ask(method: string, path: string, form?: Record<string, string>): Promise<string> {
    const { origin, accountSid, authToken } = sandbox;
    const answer = await fetch(`${origin}/2010-04-01/Accounts/${accountSid}${path}`, {
      method,
      headers: {
        Authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}`,
        Cookie: `session=${authToken}`,
      },
      ...(form && { body: new URLSearchParams(form) }),
    });
    return answer.text();
  }

  it('show no secret, wherever the app or the account puts one', async () => {
    const { authToken, controlToken, testCredentials, accountSid, origin } = sandbox;
    const userinfo = 'user:pa55-w0rd';
    const own = app.origin.replace('://', `://${userinfo}@`);
    await ask('POST', '/IncomingPhoneNumbers.json', {
      PhoneNumber: MASK,
      SmsUrl: `${own}/sms?token=${authToken}`,
    });
    const key = JSON.parse(await ask('POST', '/Keys.json', { FriendlyName: controlToken })) as {
      secret: string;
    };
    await ask('GET', '.json');
    await ask('GET', `/Messages.json?To=${authToken}&next=${encodeURIComponent(`${own}/x`)}`);
    await ask('POST', '/Messages.json', {
      From: MASK,
      To: CONTACT,
      Body: `mine is ${authToken}, yours ${testCredentials.authToken}`,
      StatusCallback: `${own}/status`,
    });
    const basic = btoa(`${accountSid}:${authToken}`);
    const challenge = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="app"' } };
    const isLoggedIn = ({ headers }: Called) => headers.authorization !== undefined;
    app.answer((called) =>
      isLoggedIn(called)
        ? {
            ...twiml(`<Response><Redirect>${own}/next</Redirect><!-- ${authToken} ${basic} --></Response>`),
            headers: { 'Set-Cookie': `session=${controlToken}`, 'X-Odd': `${controlToken}` },
          }
        : challenge,
    );
    await sandbox.phone(CONTACT).text(MASK, `Is it ${controlToken}?`);
    app.answer((called) =>
      isLoggedIn(called)
        ? { status: 500, body: `{"secret":"${key.secret}"} ${own}/ ${authToken}` }
        : challenge,
    );
    await sandbox.phone(CONTACT).text(MASK, 'Hi');
    // The alerts quote the app's answers, and the URLs.
    await fetch(`${origin}/v1/Alerts`, { headers: { Authorization: `Basic ${basic}` } });
    await ask('GET', '/IncomingPhoneNumbers.json');

    const control = createControlClient(sandbox);
    const all = await control.exchanges({ limit: 2000 });
    expect(all.length).toBeGreaterThan(8);
    const whole = await Promise.all(all.map(({ id }) => control.exchange(id)));
    const webhook = all.find(({ kind }) => kind === 'inbound-text');
    const replayed = await control.replay(webhook?.id ?? 0, { parameters: { Body: authToken } });
    const text = JSON.stringify([all, whole, replayed]);
    const secrets = [authToken, controlToken, testCredentials.authToken, key.secret, basic, 'pa55-w0rd'];
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect(text).toContain('(hidden)');
    // They are only hidden, and the app gets them.
    expect(app.calls.at(-1)?.form.Body).toBe(authToken);
    expect(app.calls.at(-1)?.headers.authorization).toBe(`Basic ${btoa(userinfo)}`);
  });
});
