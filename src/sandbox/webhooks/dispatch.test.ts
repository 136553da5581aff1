// Webhooks to apps that refuse, break off, redirect, are late or have bad certificates.

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox, type SandboxOptions } from '../create.js';
import { signRequest } from './signature.js';

const NUMBER = '+12025550100';
const PHONE = '+12125550190';
const TOKEN = 'a'.repeat(32);

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;

async function open(options: SandboxOptions = {}): Promise<void> {
  sandbox = await createSandbox({ account: { authToken: TOKEN }, ...options });
  client = createSandboxClient(sandbox);
}

beforeEach(async () => {
  await open();
  app = await startApp(TOKEN);
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

/** Texts a number whose webhook is at `url`. */
async function call(url: string, phone = PHONE) {
  const [owned] = await client.incomingPhoneNumbers.list();
  if (owned) await client.incomingPhoneNumbers(owned.sid).update({ smsUrl: url });
  else await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: url });
  return (await sandbox.phone(phone).text(NUMBER, 'Hello')).webhook;
}

const paths = () => app.calls.map(({ method, path }) => `${method} ${path}`);
const tokens = () => app.calls.map(({ headers }) => headers['i-twilio-idempotency-token']);

describe('an HTTP error', () => {
  it.each([400, 404, 500, 503])('%i is not retried by default [S F263]', async (status) => {
    app.answer(() => ({ status }));
    expect(await call(`${app.origin}/`)).toMatchObject({ status, errorCode: 11217 });
    expect(app.calls).toHaveLength(1);
    expect(await client.monitor.v1.alerts.list()).toMatchObject([{ errorCode: '11217' }]);
  });

  it.each([
    ['rc=2&rp=5xx', 500, 3, 'S'],
    ['rc=2&rp=4xx,5xx', 404, 3, 'S'],
    ['rc=2&rp=all', 404, 3, 'S'],
    ['rp=5xx', 500, 2, 'S'],
    ['rc=0&rp=5xx', 500, 1, 'S'],
    ['rc=2&rp=4xx', 500, 1, 'S'],
    ['rc=6&rp=5xx', 500, 2, 'U'],
    ['rc=x&rp=5xx', 500, 2, 'U'],
  ])(
    'with #%s and %i is tried %i times, as the same request, and is one alert [%s F264]',
    async (overrides, status, times) => {
      app.answer(() => ({ status }));
      await call(`${app.origin}/a?b=c#${overrides}`);
      expect(paths()).toEqual(Array(times).fill('POST /a?b=c'));
      expect(app.calls.every(({ signed }) => signed)).toBe(true);
      expect(new Set(tokens()).size).toBe(1);
      expect(sandbox.events({ kind: 'webhook.sent' })).toHaveLength(times);
      expect(await client.monitor.v1.alerts.list()).toHaveLength(1);
    },
  );

  it('is retried until the first attempt that succeeds', async () => {
    app.answer(() => (app.calls.length < 3 ? { status: 500 } : twiml('<Response/>')));
    expect(await call(`${app.origin}/#rc=5&rp=5xx`)).toMatchObject({ status: 200, errorCode: null });
    expect(app.calls).toHaveLength(3);
    expect(await client.monitor.v1.alerts.list()).toEqual([]);
  });
});

describe('a redirect', () => {
  it.each([
    [301, 'GET', 'S'],
    [302, 'GET', 'S'],
    [303, 'GET', 'S'],
    [307, 'POST', 'S'],
  ])('%i is followed with %s, signed anew [%s F265]', async (status, method) => {
    app.answer(({ path }) =>
      path === '/from' ? { status, headers: { Location: '/to?x=%20' } } : twiml('<Response/>'),
    );
    expect(await call(`${app.origin}/from`)).toMatchObject({ status: 200, errorCode: null });
    expect(paths()).toEqual(['POST /from', `${method} /to?x=%20`]);
    expect(app.calls.map(({ signed }) => signed)).toEqual([true, true]);
    expect(app.calls[1]?.form.Body).toBe(method === 'GET' ? undefined : 'Hello');
    expect(new Set(tokens()).size).toBe(1);
    const verdicts = sandbox.events({ kind: 'webhook.sent' });
    expect(verdicts).toMatchObject([
      { verdict: 'redirected', status },
      { verdict: 'accepted', url: `${app.origin}/to?x=%20` },
    ]);
  });

  it.each([300, 304, 305, 306, 308, 399])('%i is not followed: 11216 [S F380]', async (status) => {
    app.answer(({ path }) =>
      path === '/from' ? { status, headers: { Location: '/to' } } : twiml('<Response/>'),
    );
    expect(await call(`${app.origin}/from`)).toMatchObject({ status, errorCode: 11216 });
    expect(paths()).toEqual(['POST /from']);
    expect(await client.monitor.v1.alerts.list()).toMatchObject([{ errorCode: '11216' }]);
  });

  it.each([301, 302, 303, 307])('%i without a Location fails with 11216 [S F381]', async (status) => {
    app.answer(() => ({ status }));
    expect(await call(`${app.origin}/`)).toMatchObject({ status, errorCode: 11216 });
  });

  it('that is not followed leads to the fallback URL', async () => {
    app.answer(({ path }) =>
      path === '/from' ? { status: 308, headers: { Location: '/to' } } : twiml('<Response/>'),
    );
    await client.incomingPhoneNumbers.create({
      phoneNumber: NUMBER,
      smsUrl: `${app.origin}/from`,
      smsFallbackUrl: `${app.origin}/fallback`,
    });
    const { webhook } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    expect(webhook).toMatchObject({ url: `${app.origin}/fallback`, errorCode: null });
    expect(app.formsAt('/fallback')).toMatchObject([{ ErrorCode: '11216', ErrorUrl: `${app.origin}/from` }]);
  });

  it('is followed at most ten times [S F266]', async () => {
    let most = 10;
    app.answer(({ path }) => {
      const hop = Number(path.slice(1));
      return hop < most ? { status: 302, headers: { Location: `/${hop + 1}` } } : twiml('<Response/>');
    });
    expect(await call(`${app.origin}/0`)).toMatchObject({ errorCode: null });
    most = 11;
    expect(await call(`${app.origin}/0`)).toMatchObject({ errorCode: 11215 });
  });

  it.each(['ftp://example.com/', 'http://', 'mailto:a@b.c'])(
    'to %s is a failure [S F267]',
    async (Location) => {
      app.answer(() => ({ status: 302, headers: { Location } }));
      expect(await call(`${app.origin}/`)).toMatchObject({ errorCode: 11216 });
    },
  );
});

describe('a connection', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  /** A server that does what `treat` does with a connection. */
  async function listen(treat: (socket: Socket) => void): Promise<string> {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      treat(socket);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => server?.close(resolve) ?? resolve(undefined));
  });

  it('that is refused is retried once: 11202 [S F268]', async () => {
    const host = await listen(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    expect(await call(`http://${host}/`)).toMatchObject({ status: null, errorCode: 11202 });
    expect(sandbox.events({ kind: 'webhook.sent' })).toHaveLength(2);
    await listen(() => undefined);
  });

  it('to an unknown host fails with 11210 [S F269]', async () => {
    await sandbox.close();
    await open({
      webhooks: {
        lookup: (_host, _options, done) => done(Object.assign(new Error(), { code: 'ENOTFOUND' }), []),
      },
    });
    expect(await call('http://nowhere.example.com/')).toMatchObject({ errorCode: 11210 });
  });

  it('whose TLS handshake is too slow fails with 11201 [S F270]', async () => {
    const host = await listen(() => undefined);
    expect(await call(`https://${host}/#ct=100&rc=0`)).toMatchObject({ errorCode: 11201 });
  });

  it('without TLS on an https URL fails with 11220 [S F271]', async () => {
    const host = await listen((socket) => void socket.end('Hello'));
    expect(await call(`https://${host}/#rc=0`)).toMatchObject({ errorCode: 11220 });
  });

  it.each([
    [
      'that does not speak HTTP fails with 11206',
      (socket: Socket) => void socket.end('Hello\r\n\r\n'),
      11206,
    ],
    [
      'that breaks off fails with 11205',
      (socket: Socket) => void socket.once('data', () => socket.destroy()),
      11205,
    ],
  ])('%s, and is not retried [S F272]', async (_name, treat, errorCode) => {
    const host = await listen(treat);
    expect(await call(`http://${host}/`)).toMatchObject({ status: null, errorCode });
    expect(sockets.size).toBe(1);
  });

  it.each(['rt=100', 'tt=100'])(
    'without an answer within #%s fails with 11203 [S F273]',
    async (overrides) => {
      const host = await listen(() => undefined);
      expect(await call(`http://${host}/#${overrides}`)).toMatchObject({ errorCode: 11203 });
      // The server of a busy process may notice the connection after its end.
      await expect.poll(() => sockets.size).toBe(1);
    },
  );

  it('whose answer stops halfway fails with 11203, and is retried with rp=rt [S F274]', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 11\r\n\r\n';
    const host = await listen(
      (socket) => void socket.write(sockets.size < 2 ? `${head}<Resp` : `${head}<Response/>`),
    );
    // Long enough for the second attempt on a busy machine.
    expect(await call(`http://${host}/#rt=2000&rp=rt`)).toMatchObject({ status: 200, errorCode: null });
    expect(sockets.size).toBe(2);
  });
});

describe('an https app', () => {
  const names = [{ name: 'commonName', value: 'app.example.com' }];
  const certify = (notAfterDate?: Date, host = 'app.example.com') =>
    generate(names, {
      keySize: 2048,
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
      ],
      ...(notAfterDate && { notBeforeDate: new Date(0), notAfterDate }),
    });
  let secure: WebhookApp;

  async function start(certificate: { cert: string; private: string }, trusted: boolean): Promise<void> {
    secure = await startApp(TOKEN, {
      cert: certificate.cert,
      key: certificate.private,
      host: 'app.example.com',
    });
    await sandbox.close();
    const lookup: NonNullable<SandboxOptions['webhooks']>['lookup'] = (_host, { all }, done) =>
      all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    await open({ webhooks: { lookup, ...(trusted && { ca: certificate.cert }) } });
  }
  afterEach(() => secure.close());

  it('gets webhooks about texts signed with its port, about calls without it [S F645]', async () => {
    await start(await certify(), true);
    const origin = `https://u:p@app.example.com:${secure.port}`;
    const own = { phoneNumber: NUMBER, smsUrl: `${origin}/sms?a=1`, voiceUrl: `${origin}/voice?a=1` };
    await client.incomingPhoneNumbers.create(own);
    await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    await sandbox.phone(PHONE).call(NUMBER).ended;
    const signedUrls = [
      `https://app.example.com:${secure.port}/sms?a=1`,
      'https://app.example.com/voice?a=1',
    ];
    expect(secure.calls.map(({ headers }) => headers['x-twilio-signature'])).toEqual(
      secure.calls.map(({ form }, index) =>
        signRequest(TOKEN, signedUrls[index] ?? '', Object.entries(form)),
      ),
    );
    expect(secure.calls.map(({ signed }) => signed)).toEqual([true, true]);
    const verdicts = sandbox.exchanges({ direction: 'webhook' }).map(({ verdict }) => verdict.result);
    expect(verdicts).toEqual(['valid', 'valid']);
  });

  it('with a trusted certificate receives webhooks [S F275]', async () => {
    await start(await certify(), true);
    expect(await call(`${secure.origin}/sms`)).toMatchObject({ status: 200, errorCode: null });
    expect(secure.calls).toMatchObject([{ path: '/sms', signed: true }]);
  });

  it.each([
    ['that is self-signed', undefined, 'app.example.com', false, 11237],
    ['that has expired', new Date(1), 'app.example.com', true, 11236],
    ['of another host', undefined, 'other.example.com', true, 11235],
  ])('with a certificate %s receives none [S F276]', async (_name, notAfter, host, trusted, errorCode) => {
    await start(await certify(notAfter, host), trusted);
    expect(await call(`${secure.origin}/sms#rc=0`)).toMatchObject({ status: null, errorCode });
    expect(secure.calls).toEqual([]);
  });
});

describe('cookies', () => {
  it('are kept for four hours after their last use, for each pair of numbers and each host [S F277]', async () => {
    await sandbox.close();
    let now = Date.UTC(2026, 0, 1);
    await open({ now: () => now });
    const set = ['a=1; Path=/; HttpOnly', 'b=x=y'];
    app.answer(() => ({
      ...twiml('<Response/>'),
      headers: app.calls.length === 1 ? { 'Set-Cookie': set } : {},
    }));
    const cookie = async (phone = PHONE) => {
      await call(`${app.origin}/`, phone);
      return app.calls.at(-1)?.headers.cookie;
    };
    expect(await cookie()).toBeUndefined();
    expect(await cookie()).toBe('a=1; b=x=y');
    expect(await cookie('+12125550191')).toBeUndefined();
    await call(app.origin.replace('127.0.0.1', 'localhost'));
    expect(app.calls.at(-1)?.headers.cookie).toBeUndefined();
    for (const later of [4 * 3_600_000 - 1, 4 * 3_600_000 - 1]) {
      now += later;
      expect(await cookie()).toBe('a=1; b=x=y');
    }
    now += 4 * 3_600_000;
    expect(await cookie()).toBeUndefined();
  });

  it.each([
    ['without a name', '=x; Path=/'],
    ['without a name or an equals sign', 'x'],
    ['that is empty', ''],
    ['with a tab in its value', 'a=b\tc'],
    ['with a tab in its name', 'a\tb=c'],
  ])('%s fail the webhook with 11206 [S F382]', async (_name, cookie) => {
    app.answer(() => ({ ...twiml('<Response/>'), headers: { 'Set-Cookie': ['ok=1', cookie] } }));
    expect(await call(`${app.origin}/`)).toMatchObject({ status: 200, errorCode: 11206 });
    expect(await client.monitor.v1.alerts.list()).toMatchObject([{ errorCode: '11206' }]);
  });

  it('belong to one call, or to the texts between two numbers [U F644]', async () => {
    await client.incomingPhoneNumbers.create({
      phoneNumber: NUMBER,
      smsUrl: `${app.origin}/sms`,
      voiceUrl: `${app.origin}/voice`,
    });
    app.answer(({ path }) => ({
      ...twiml(path === '/voice' ? '<Response><Redirect>/next</Redirect></Response>' : '<Response/>'),
      headers: { 'Set-Cookie': [`${path.slice(1)}=1`] },
    }));
    for (const number of [1, 2]) {
      await sandbox.phone(PHONE).text(NUMBER, String(number));
      await sandbox.phone(PHONE).call(NUMBER).ended;
    }
    expect(app.calls.map(({ path, headers }) => [path, headers.cookie])).toEqual([
      ['/sms', undefined],
      ['/voice', undefined],
      ['/next', 'voice=1'],
      ['/sms', 'sms=1'],
      ['/voice', undefined],
      ['/next', 'voice=1'],
    ]);
  });

  it.each([
    ['Max-Age=0', 'b=; Max-Age=0'],
    ['a date of 1970', 'b=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
    ['a date of 1970 with dashes', 'b=x; expires=Thu, 01-Jan-1970 00:00:01 GMT'],
  ])('can be changed, and deleted with %s', async (_name, deleted) => {
    const sets = [['a=1', 'b=2'], ['a=3', deleted], []];
    app.answer(() => ({
      ...twiml('<Response/>'),
      headers: { 'Set-Cookie': sets[app.calls.length - 1] ?? [] },
    }));
    for (const expected of [undefined, 'a=1; b=2', 'a=3']) {
      await call(`${app.origin}/`);
      expect(app.calls.at(-1)?.headers.cookie).toBe(expected);
    }
  });
});

describe('a webhook URL', () => {
  it.each([
    ['with credentials', 'http://user:pass@', '/a', '/a'],
    ['without a path', 'http://', '', '/'],
    ['with unusual escapes', 'http://', "/a%2fb?x=It's+%C3%A9&y", "/a%2fb?x=It's+%C3%A9&y"],
    ['with letters that must be escaped', 'http://', '/é?ü=ß', '/%C3%A9?%C3%BC=%C3%9F'],
  ])('%s is requested and signed as Twilio does', async (_name, prefix, path, requested) => {
    await call(`${prefix}127.0.0.1:${app.port}${path}`);
    const [called] = app.calls;
    expect(called).toMatchObject({ path: requested });
    expect(called?.headers.authorization).toBeUndefined();
    expect(called?.signed).toBe(true);
  });
});

describe('an answer', () => {
  it('can be compressed [R F278]', async () => {
    const body = gzipSync('<Response><Message>Hi</Message></Response>');
    app.answer(() => ({ type: 'text/xml', headers: { 'Content-Encoding': 'gzip' }, body }));
    await call(`${app.origin}/`);
    expect((await client.messages.list({ to: PHONE })).map((message) => message.body)).toEqual(['Hi']);
  });

  it('that claims to be compressed and is not fails with 11206 [U F279]', async () => {
    app.answer(() => ({ type: 'text/xml', headers: { 'Content-Encoding': 'gzip' }, body: '<Response/>' }));
    expect(await call(`${app.origin}/`)).toMatchObject({ errorCode: 11206 });
  });

  it('that is too large fails with 11750 [S F280]', async () => {
    app.answer(() => twiml(`<Response><!-- ${'x'.repeat(64 * 1024)} --></Response>`));
    expect(await call(`${app.origin}/`)).toMatchObject({ status: 200, errorCode: 11750 });
  });
});
