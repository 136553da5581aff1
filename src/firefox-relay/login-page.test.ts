// The page that signs a browser in: for one browser, one minute, one host, and a press of its own button.
import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../http/listen.js';
import { type HttpAnswer, sendRequest } from '../http/send.js';
import { LOGIN_TTL_MS, type LoginPage, type LoginPageOptions, openLoginPage } from './login-page.js';

const COOKIES: LoginPageOptions['cookies'] = [
  { name: 'sessionid', value: 'session-key', path: '/', maxAge: 1_209_600, httpOnly: true },
  { name: 'csrftoken', value: 'csrf-token', path: '/', maxAge: null, httpOnly: false },
];

let time = 0;
beforeEach(() => {
  time = 1_000_000;
});

async function open(options: Partial<LoginPageOptions> = {}): Promise<LoginPage> {
  const page = await openLoginPage({
    site: new URL('http://127.0.0.1:8000'),
    landing: '/phone/',
    email: 'me@example.com',
    cookies: COOKIES,
    verify: () => undefined,
    now: () => time,
    sleep: () => setTimeout(1),
    ...options,
  });
  onTestFinished(page.close);
  return page;
}

function send(page: LoginPage, method: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  return sendRequest({ method, url: new URL(page.address), headers, timeoutMs: 60_000 });
}

const originOf = (page: LoginPage) => new URL(page.address).origin;
const press = (page: LoginPage) => send(page, 'POST', { Origin: originOf(page) });

describe('the login page', () => {
  it('hands a browser that pressed its button the cookies, and leads it to Relay', async () => {
    const page = await open();
    const shown = await send(page, 'GET');
    expect(shown.status).toBe(200);
    expect(shown.body).toMatch(/at <b>http:\/\/127\.0\.0\.1:8000<\/b> as <b>me@example\.com<\/b>/);
    expect(shown.headers['set-cookie']).toBeUndefined();
    const { status, headers, body } = await press(page);
    expect([status, headers.location]).toEqual([303, 'http://127.0.0.1:8000/phone/']);
    expect(headers['set-cookie']).toEqual([
      'sessionid=session-key; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax',
      'csrftoken=csrf-token; Path=/; SameSite=Lax',
    ]);
    expect(body).not.toMatch(/session-key|csrf-token/);
    expect(await page.outcome).toBe('signed-in');
  });

  it('can be looked at many times and used once', async () => {
    const page = await open();
    for (let count = 0; count < 3; count += 1) expect((await send(page, 'GET')).status).toBe(200);
    const answers = await Promise.all([press(page), press(page), press(page)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 410, 410]);
    expect(answers.filter(({ headers }) => headers['set-cookie'])).toHaveLength(1);
    for (const method of ['GET', 'POST']) {
      const late = await send(page, method, { Origin: originOf(page) });
      expect([late.status, late.headers['set-cookie']]).toEqual([410, undefined]);
      expect(late.body).toContain('<a href="http://127.0.0.1:8000/phone/">');
    }
  });

  it('is good for 60 seconds', async () => {
    const page = await open();
    expect([LOGIN_TTL_MS, page.expiresAt]).toEqual([60_000, time + 60_000]);
    time += 59_999;
    expect((await send(page, 'GET')).status).toBe(200);
    time += 1;
    expect(await page.outcome).toBe('expired');
    const late = await press(page);
    expect([late.status, late.headers['set-cookie']]).toEqual([410, undefined]);
  });

  it.each([
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:8000',
    'localhost:PORT',
    '127.0.0.2:PORT',
    '127.0.0.1.evil.example:PORT',
  ])('refuses a request to the host %s', async (host) => {
    const page = await open();
    const { port } = new URL(page.address);
    const headers = { Host: host.replace('PORT', port), Origin: originOf(page) };
    for (const method of ['GET', 'POST'])
      expect(await send(page, method, headers)).toMatchObject({
        status: 403,
        body: expect.stringContaining('another host'),
      });
    expect((await press(page)).status).toBe(303);
  });

  it.each([
    undefined,
    'null',
    'http://evil.example',
    'http://127.0.0.1:8000',
    'https://127.0.0.1:PORT',
    'http://localhost:PORT',
  ])('refuses a form of the origin %s', async (origin) => {
    const page = await open();
    const { port } = new URL(page.address);
    const headers = origin === undefined ? {} : { Origin: origin.replace('PORT', port) };
    const refused = await send(page, 'POST', headers);
    expect([refused.status, refused.headers['set-cookie']]).toEqual([403, undefined]);
    expect((await press(page)).status).toBe(303);
  });

  it('has a secret of 256 bits in its path, and tells nothing without it', async () => {
    const [page, other] = [await open(), await open()];
    const secrets = [page, other].map(({ address }) => /\/login\/([\w-]+)$/.exec(address)?.[1] ?? '');
    expect(secrets.map((secret) => Buffer.from(secret, 'base64url').length)).toEqual([32, 32]);
    expect(secrets[0]).not.toBe(secrets[1]);
    for (const path of [
      '/',
      '/login/',
      `/login/${secrets[1]}`,
      `/login/${secrets[0]}/`,
      `/login/${secrets[0]}?x`,
    ]) {
      const url = new URL(path, page.address);
      for (const method of ['GET', 'POST']) {
        const headers = { Origin: originOf(page) };
        const { status, body } = await sendRequest({ method, url, headers, timeoutMs: 60_000 });
        expect([path, status, body]).toEqual([path, 404, expect.not.stringContaining('me@example.com')]);
      }
    }
    expect((await send(page, 'PUT', { Origin: originOf(page) })).status).toBe(405);
    expect((await press(page)).status).toBe(303);
  });

  it('may not be cached, framed, or read by another site, in any of its answers', async () => {
    const page = await open();
    const answers = [
      await send(page, 'GET'),
      await send(page, 'GET', { Host: 'evil' }),
      await press(page),
      await press(page),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 303, 410]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        // A stricter policy would hide the origin of the form.
        'referrer-policy': 'same-origin',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none';.* form-action 'self' http:\/\/127\.0\.0\.1:8000; .*frame-ancestors 'none'$/,
        ),
      });
    }
  });

  it('signs nobody in once that is not allowed any more', async () => {
    const error = new Error('a tunnel runs');
    const page = await open({
      verify: () => {
        throw error;
      },
    });
    const outcome = expect(page.outcome).rejects.toBe(error);
    const refused = await press(page);
    expect([refused.status, refused.headers['set-cookie']]).toEqual([500, undefined]);
    await outcome;
    expect((await press(page)).status).toBe(410);
  });

  it('shows an address with markup as text', async () => {
    const page = await open({ email: '<b>"&@example.com' });
    expect((await send(page, 'GET')).body).toContain('&lt;b>&quot;&amp;@example.com');
  });

  it('listens at the same host as Relay, whose cookies a browser shares with it', async ({ skip }) => {
    for (const host of ['127.0.0.1', '127.0.0.9', 'localhost', 'relay.localhost', '[::1]']) {
      if (host === '[::1]') skip(!(await hasIpv6()), 'this machine has no IPv6');
      const page = await open({ site: new URL(`http://${host}:8000`) }).catch(() => undefined);
      // macOS has only one address of 127.0.0.0/8.
      if (page === undefined && host === '127.0.0.9') continue;
      const { hostname, port, pathname } = new URL(page?.address ?? '');
      expect(hostname).toBe(host);
      const reached = host.endsWith('localhost') ? '127.0.0.1' : host;
      const headers = { Host: `${host}:${port}`, Origin: `http://${host}:${port}` };
      const url = new URL(`http://${reached}:${port}${pathname}`);
      expect((await sendRequest({ method: 'POST', url, headers, timeoutMs: 60_000 })).status).toBe(303);
    }
  });

  it('leaves no other address of localhost to another program', async ({ skip }) => {
    skip(!(await hasIpv6()), 'this machine has no IPv6');
    const page = await open({ site: new URL('http://localhost:8000') });
    const port = Number(new URL(page.address).port);
    for (const host of ['127.0.0.1', '::1'])
      await expect(listen(() => undefined, { host, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

async function hasIpv6(): Promise<boolean> {
  try {
    await (await listen(() => undefined, { host: '::1', port: 0 })).close();
    return true;
  } catch {
    return false;
  }
}
