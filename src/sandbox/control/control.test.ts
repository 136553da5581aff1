// Uses the control API, and tries to use it without the token.
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';
import { createControlClient } from './client.js';
import { verifySandbox } from './proof.js';
// Loaded before the client's timeout counts: compiling the sources may take long.
import './request-bodies.js';
import './contract/query.js';

const FROM = '+12025550100';
const TO = '+12025550190';
const NONCE = 'a'.repeat(16);

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.close());

/** Sends a request with any headers; fetch forbids some. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${sandbox.origin}/_sandbox${path}`,
      { method, headers },
      async (answer: IncomingMessage) => {
        const chunks: Buffer[] = await answer.toArray();
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const bearer = () => ({ authorization: `Bearer ${sandbox.controlToken}` });

describe('the control client', () => {
  it('does everything that the library does', async () => {
    const control = createControlClient(sandbox);
    const client = createSandboxClient(sandbox);
    const { accountSid, authToken, testCredentials } = sandbox;
    expect(await control.account()).toEqual({ accountSid, authToken, testCredentials });

    await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await waitForStatus(client, sid, 'delivered');
    expect(await control.phones()).toEqual(sandbox.phones());
    expect(await control.texts(TO)).toEqual(sandbox.phone(TO).texts());
    expect(await control.texts(TO)).toHaveLength(1);
    expect(await control.requests()).toEqual(sandbox.requests());

    await control.behave(TO, { texts: { undelivered: 30007 } });
    const refused = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect((await waitForStatus(client, refused.sid, 'undelivered')).errorCode).toBe(30007);

    const rule = { method: 'GET', skip: 1, times: 2, when: 'before', answer: { status: 500 } } as const;
    const fault = await control.fail(rule);
    expect(fault).toEqual({ id: expect.any(String), rule, hits: 0 });
    await client.balance.fetch();
    await expect(client.balance.fetch()).rejects.toMatchObject({ status: 500 });
    expect(await control.faults()).toEqual([{ ...fault, hits: 1 }]);
    await control.removeFault(fault.id);
    expect(await control.faults()).toEqual([]);

    await control.reset();
    expect(await control.phones()).toEqual([]);
    expect(await client.messages.list()).toEqual([]);
  });

  it('rejects with the reason of the sandbox', async () => {
    const control = createControlClient(sandbox);
    await expect(control.texts('whatsapp:+12025550190')).rejects.toMatchObject({
      kind: 'usage',
      message:
        'Failed to use whatsapp:+12025550190 as a phone: addresses of whatsapp are not in the sandbox.',
      tryNext: ['a number such as +12025550190, a short code, or a sender such as MYBANK'],
    });
    await expect(control.behave(TO, { texts: { undelivered: 1 } })).rejects.toMatchObject({ kind: 'usage' });
    await expect(control.fail({ path: '(', answer: 'drop' })).rejects.toMatchObject({ kind: 'usage' });
    await expect(control.removeFault('99')).rejects.toMatchObject({ kind: 'usage' });
    const nonsense = { answer: 'explode' } as unknown as Parameters<typeof control.fail>[0];
    await expect(control.fail(nonsense)).rejects.toMatchObject({ kind: 'usage' });
  });

  it('rejects if nothing listens', async () => {
    const { origin, controlToken } = sandbox;
    await sandbox.close();
    await expect(verifySandbox(origin, controlToken)).rejects.toMatchObject({ kind: 'network' });
  });

  it('does not send its token to another program on the port', async () => {
    const seen: IncomingMessage[] = [];
    const stranger = createServer((incoming, outgoing) => {
      seen.push(incoming);
      outgoing.end('{"product":"relay-phone","proof":"00"}');
    });
    await new Promise<void>((resolve) => void stranger.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    const control = createControlClient({ origin, controlToken: sandbox.controlToken });
    await expect(control.account()).rejects.toMatchObject({ kind: 'network' });
    await new Promise((resolve) => stranger.close(resolve));
    expect(seen.map(({ url, headers }) => [url?.split('?')[0], headers.authorization])).toEqual([
      ['/_sandbox/hello', undefined],
    ]);
  });
});

describe('GET /hello', () => {
  it('proves for a nonce that the sandbox knows the token', async () => {
    const other = await createSandbox({ controlToken: 'other' });
    await verifySandbox(sandbox.origin, sandbox.controlToken);
    await expect(verifySandbox(other.origin, sandbox.controlToken)).rejects.toMatchObject({
      kind: 'network',
    });
    await other.close();
  });

  it.each(['', '?nonce=short', `?nonce=${'a'.repeat(129)}`, `?nonce=${'a'.repeat(15)}!`])(
    'refuses the query "%s"',
    async (query) => {
      expect((await ask(`/hello${query}`)).status).toBe(400);
    },
  );
});

describe('the control API', () => {
  it.each(['/account', '/phones', '/faults', '/requests', '/nothing'])(
    'requires the token for %s',
    async (path) => {
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, { authorization: 'Bearer wrong' })).status).toBe(401);
      expect((await ask(path, bearer())).status).toBe(path === '/nothing' ? 404 : 200);
    },
  );

  it.each([
    ['GET', '/clock'],
    ['POST', '/clock'],
    ['GET', '/snapshot'],
    ['POST', '/restore'],
    ['POST', '/reset'],
    ['GET', `/phones/${TO}/next-text`],
    ['GET', `/who-saw/${TO}`],
    ['GET', '/events'],
    ['GET', '/events.json'],
  ])('requires the token for %s %s, and refuses web pages and other hosts', async (method, path) => {
    const get = async (headers: Record<string, string>) => (await ask(path, headers, method)).status;
    expect(await get({})).toBe(401);
    expect(await get({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await get({ ...bearer(), origin: 'http://localhost:8000' })).toBe(403);
    expect(await get({ ...bearer(), host: 'evil.example' })).toBe(403);
  });

  it('refuses web pages', async () => {
    expect((await ask('/account', { ...bearer(), origin: 'http://localhost:8000' })).status).toBe(403);
    expect((await ask(`/hello?nonce=${NONCE}`, { origin: 'null' })).status).toBe(403);
  });

  it.each([
    ...['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '169.254.0.1', 'api.twilio.com'],
    ...[
      '127.1.2.3',
      '127.1',
      '0.0.0.0',
      '2130706433',
      'localhost.',
      'sub.localhost',
      '[::ffff:127.0.0.1]',
      '::1',
    ],
    ...['localhost@evil.example', 'evil.example#localhost'],
  ])('refuses requests for the host "%s", with the port and without', async (name) => {
    for (const host of [name, `${name}:${sandbox.port}`]) {
      expect((await ask('/account', { ...bearer(), host })).status).toBe(403);
    }
  });

  it.each(['localhost', 'LocalHost', '127.0.0.1', '[::1]'])(
    'accepts requests for the host %s with the port of the sandbox, and no other port',
    async (name) => {
      const { port } = sandbox;
      const statusFor = async (host: string) => (await ask('/account', { ...bearer(), host })).status;
      expect(await statusFor(`${name}:${port}`)).toBe(200);
      for (const end of [
        '',
        ':',
        ':80',
        `:${port + 1}`,
        `:0${port}`,
        `:${port}/`,
        `:${port}.`,
        `:${port} `,
      ]) {
        const expected = `${name}${end}`.trim() === `${name}:${port}` ? 200 : 403;
        expect([end, await statusFor(`${name}${end}`)]).toEqual([end, expected]);
      }
    },
  );

  it.each([
    ['cross-site', 403],
    ['same-site', 403],
    ['same-origin', 200],
    ['none', 200],
  ])('answers %s requests of browsers with %i', async (site, status) => {
    expect((await ask('/account', { ...bearer(), 'sec-fetch-site': site })).status).toBe(status);
  });

  it('refuses with a JSON body that says why', async () => {
    const refusals = [
      await ask('/account'),
      await ask('/nothing', bearer()),
      await ask('/faults/9', bearer(), 'DELETE'),
      await ask('/account', { ...bearer(), origin: sandbox.origin }),
      await ask('/hello'),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([401, 404, 404, 403, 400]);
    for (const { text } of refusals) {
      expect(JSON.parse(text)).toEqual({
        error: expect.any(String),
        task: expect.any(String),
        tryNext: expect.any(Array),
      });
    }
  });

  it('is not affected by injected faults', async () => {
    sandbox.fail({ answer: 'drop' });
    expect((await ask('/phones', bearer())).status).toBe(200);
  });
});
