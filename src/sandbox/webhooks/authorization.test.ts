// Webhook URLs with a user name and password: servers that ask for Basic or Digest authentication.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import {
  type AppAnswer,
  type Called,
  startApp,
  twiml,
  type WebhookApp,
} from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';
import { findChallenge, formatAuthorization } from './authorization.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';
const TOKEN = 'a'.repeat(32);
const BASIC = `Basic ${btoa('user:pass')}`;

let sandbox: Sandbox;
let app: WebhookApp;
let origin: string;

beforeEach(async () => {
  sandbox = await createSandbox({ account: { authToken: TOKEN } });
  app = await startApp(TOKEN);
  origin = app.origin.replace('://', '://user:pass@');
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

const client = () => createSandboxClient(sandbox);

async function text(url: string) {
  await client().incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: url });
  return (await sandbox.phone(PHONE).text(NUMBER, 'Hello')).webhook;
}

const authorizations = () => app.calls.map(({ headers }) => headers.authorization?.split(' ')[0]);

function challenge(...schemes: string[]): AppAnswer {
  return { status: 401, headers: { 'WWW-Authenticate': schemes } };
}

/** Answers as a server that knows the password does. */
function requireBasic({ headers }: Called): AppAnswer {
  if (headers.authorization === BASIC) return twiml('<Response><Message>Hi</Message></Response>');
  return challenge('Basic realm="app"');
}

/** Checks a Digest authorization as RFC 7616 describes it, from the server's side. */
function isDigest({ headers, method, path }: Called, algorithm: string, nonce: string): boolean {
  const fields = new Map<string, string>();
  for (const [, name = '', quoted, plain] of (headers.authorization ?? '').matchAll(
    /(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g,
  )) {
    fields.set(name, (quoted ?? plain ?? '').replace(/\\(.)/g, '$1'));
  }
  const field = (name: string) => fields.get(name) ?? '';
  const hash = (value: string) =>
    createHash(algorithm.startsWith('SHA') ? 'sha256' : 'md5')
      .update(value)
      .digest('hex');
  const secret = hash(`user:a "quoted" realm:pass`);
  const key = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${field('cnonce')}`) : secret;
  const request = hash(`${method}:${path}`);
  const covered = [nonce, field('nc'), field('cnonce'), 'auth'].join(':');
  return field('uri') === path && field('response') === hash(`${key}:${covered}:${request}`);
}

describe('a webhook URL with a user name and password', () => {
  it('is requested without them first, and with them after a Basic challenge [S F383]', async () => {
    app.answer(requireBasic);
    expect(await text(`${origin}/sms`)).toMatchObject({ status: 200, errorCode: null });
    expect(app.calls.map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC]);
    expect(app.calls.map(({ form }) => form.Body)).toEqual(['Hello', 'Hello']);
    expect(new Set(app.calls.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
    expect(sandbox.events({ kind: 'webhook.sent' })).toMatchObject([
      { verdict: 'challenged', status: 401, errorCode: null },
      { verdict: 'accepted', status: 200 },
    ]);
    expect(await client().monitor.v1.alerts.list()).toEqual([]);
  });

  it('is signed without them [S F384]', async () => {
    app.answer(requireBasic);
    await text(`${origin}/sms?a=b`);
    expect(app.calls.map(({ signed }) => signed)).toEqual([true, true]);
  });

  it.each(['MD5', 'SHA-256', 'MD5-sess', 'SHA-256-sess'])(
    'answers a Digest challenge with %s [S F385]',
    async (algorithm) => {
      app.answer((called) =>
        isDigest(called, algorithm, 'n0')
          ? twiml('<Response/>')
          : challenge(
              `Digest realm="a \\"quoted\\" realm", nonce="n0", qop="auth", algorithm=${algorithm}, opaque="o"`,
            ),
      );
      expect(await text(`${origin}/sms?x=%20`)).toMatchObject({ status: 200, errorCode: null });
      expect(authorizations()).toEqual([undefined, 'Digest']);
      expect(app.calls[1]?.headers.authorization).toContain('opaque="o"');
    },
  );

  it('answers the strongest of several challenges', async () => {
    app.answer(({ headers }) =>
      headers.authorization?.includes('algorithm=SHA-256')
        ? twiml('<Response/>')
        : challenge(
            'Basic realm="x"',
            'Negotiate',
            'Digest realm="x", nonce="a", algorithm=MD5, qop="auth,auth-int"',
            'Digest realm="x", nonce="b", algorithm=SHA-256, qop="auth"',
          ),
    );
    expect(await text(`${origin}/sms`)).toMatchObject({ status: 200, errorCode: null });
  });

  it.each([
    ['refuses the password', 'Basic realm="x"', 2],
    ['names no realm', 'Basic', 1],
    ['asks for another scheme', 'Bearer realm="x"', 1],
    ['asks for an unknown algorithm', 'Digest realm="x", nonce="n", algorithm=SHA-512-256, qop="auth"', 1],
    ['asks only for auth-int', 'Digest realm="x", nonce="n", qop="auth-int"', 1],
  ])('fails with 11217 if the server %s [S F386]', async (_name, scheme, times) => {
    app.answer(() => challenge(scheme));
    expect(await text(`${origin}/sms`)).toMatchObject({ status: 401, errorCode: 11217 });
    expect(app.calls).toHaveLength(times);
  });

  it('fails with 11217 if the server asks for no authentication', async () => {
    app.answer(() => ({ status: 401 }));
    expect(await text(`${origin}/sms`)).toMatchObject({ status: 401, errorCode: 11217 });
    expect(app.calls).toHaveLength(1);
  });

  it('does not send them to another host after a redirect', async () => {
    const other = await startApp(TOKEN);
    other.answer(() => challenge('Basic realm="x"'));
    app.answer(() => ({ status: 302, headers: { Location: `${other.origin}/to` } }));
    expect(await text(`${origin}/sms`)).toMatchObject({ errorCode: 11217 });
    expect(other.calls.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    await other.close();
  });

  it.each(['user:p@ss', 'user:p%40ss', 'us$er:pass', 'us%zz'])(
    'fails with 11100 for the special characters in %s [S F387]',
    async (userinfo) => {
      app.answer(requireBasic);
      const url = `${app.origin.replace('://', `://${userinfo}@`)}/sms`;
      expect(await text(url)).toMatchObject({ status: null, errorCode: 11100 });
      expect(app.calls).toEqual([]);
    },
  );

  it('stays logged in for the duration of a call [S F388]', async () => {
    app.answer((called) =>
      called.headers.authorization !== BASIC
        ? challenge('Basic realm="app"')
        : twiml(called.path === '/voice' ? '<Response><Redirect>/next</Redirect></Response>' : '<Response/>'),
    );
    await client().incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: `${origin}/voice` });
    for (const _ of ['one call', 'another']) await sandbox.phone(PHONE).call(NUMBER).ended;
    const [first, next] = [
      ['/voice', undefined],
      ['/next', BASIC],
    ];
    expect(app.calls.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      first,
      ['/voice', BASIC],
      next,
      first,
      ['/voice', BASIC],
      next,
    ]);
  });

  it('counts the uses of a Digest nonce in a call, and takes a new nonce when the server sends one', async () => {
    const uses = () =>
      app.calls.map(({ headers }) => /nonce="(\w+)".*nc=(\d+)/.exec(headers.authorization ?? '')?.slice(1));
    const ask = (nonce: string) => challenge(`Digest realm="x", nonce="${nonce}", qop="auth"`);
    app.answer(({ path, headers }) => {
      const authorization = headers.authorization ?? '';
      if (path === '/stale') return authorization.includes('"new"') ? twiml('<Response/>') : ask('new');
      if (authorization === '') return ask('old');
      return twiml(`<Response><Redirect>${path === '/voice' ? '/next' : '/stale'}</Redirect></Response>`);
    });
    await client().incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: `${origin}/voice` });
    await sandbox.phone(PHONE).call(NUMBER).ended;
    expect(uses()).toEqual([
      undefined,
      ['old', '00000001'],
      ['old', '00000002'],
      ['old', '00000003'],
      ['new', '00000001'],
    ]);
  });

  it('is used for the media of a message as for webhooks', async () => {
    app.answer((called) =>
      called.headers.authorization === BASIC ? { type: 'image/png', body: 'x' } : requireBasic(called),
    );
    await client().incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    await client().messages.create({ from: NUMBER, to: PHONE, mediaUrl: [`${origin}/cat.png`] });
    await expect.poll(() => sandbox.events({ kind: 'media.fetched' })).toMatchObject([{ errorCode: null }]);
    expect(app.calls.map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC]);
  });

  it('is used for a replay as for webhooks', async () => {
    app.answer(requireBasic);
    await text(`${origin}/sms`);
    const [newest] = sandbox.exchanges({ direction: 'webhook' });
    const { exchange } = await sandbox.replay(newest?.id ?? 0);
    expect(exchange).toMatchObject({ status: 200 });
    expect(app.calls.slice(2).map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC]);
  });
});

describe('a challenge', () => {
  const find = (header: string) =>
    findChallenge({ status: 401, headers: { 'www-authenticate': header }, isCut: false });

  it.each(['', ',', '=', 'Digest', 'Digest realm', 'Basic x', `${' '.repeat(5000)}=`, 'Digest realm="', '"'])(
    'is not found in %j',
    (header) => {
      expect(find(header)).toBeUndefined();
    },
  );

  it('without qop is answered as in the example of RFC 2069, with its erratum', () => {
    const found = find('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"');
    const request = { url: 'http://Mufasa:CircleOfLife@www.nowhere.org/dir/index.html', method: 'GET' };
    expect(found && formatAuthorization(found, request)).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea"',
    );
  });
});
