// A sandbox that other machines can reach: who gets in, with which tokens, and what its URLs are.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findOwnAddress, NO_OWN_ADDRESS } from '../../../test/support/own-address.js';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox, type SandboxOptions } from '../create.js';

const NUMBER = '+12025550100';
const PHONE = '+13015550195';
const EVERY = '0.0.0.0';

async function open(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await createSandbox({ host: EVERY, ...options });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

function createDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relay-phone-remote-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'sandbox.db');
}

const randomToken = () => randomBytes(16).toString('hex');

/** Sends a request with headers of its own. */
async function send(
  { port }: Sandbox,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  host = '127.0.0.1',
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, headers, agent: false }, async (answer) =>
      resolve({ status: answer.statusCode ?? 0, body: await text(answer) }),
    );
    sent.once('error', reject);
    sent.end();
  });
}

const withToken = ({ controlToken }: Sandbox) => ({ authorization: `Bearer ${controlToken}` });

describe('a sandbox that listens on every address', () => {
  it('is used with the official SDK and the control API at the address of this machine', async ({ skip }) => {
    const address = findOwnAddress();
    skip(address === undefined, NO_OWN_ADDRESS);
    const sandbox = await open();
    const access = { ...sandbox, origin: `http://${address}:${sandbox.port}` };
    const client = createSandboxClient(access);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    const { status, body } = await send(sandbox, '/_sandbox/numbers', withToken(sandbox), address);
    expect([status, JSON.parse(body)]).toMatchObject([200, [{ number: NUMBER }]]);
  });

  it('needs a token for everything but its health and the proof that it is the right one', async () => {
    const sandbox = await open();
    const refused = { status: 401 };
    expect(await send(sandbox, '/_sandbox/account')).toMatchObject(refused);
    expect(await send(sandbox, '/_sandbox/openapi.json')).toMatchObject(refused);
    expect(await send(sandbox, `/2010-04-01/Accounts/${sandbox.accountSid}.json`)).toMatchObject(refused);
  });

  it('says of its health nothing but that it is ready', async () => {
    const sandbox = await open();
    expect(await send(sandbox, '/_sandbox/health')).toEqual({ status: 200, body: '{"status":"ready"}' });
  });

  it('is asked for by its own names and IP addresses, with any port, and by no other name', async () => {
    const sandbox = await open({
      publicOrigin: 'http://twilio:4020',
      webhooks: { allowedHosts: ['Gateway.example.', '10.1.2.3'] },
    });
    const ask = async (host: string) => (await send(sandbox, '/_sandbox/health', { host })).status;
    const known = [
      'localhost:49153',
      '127.0.0.1',
      '[::1]:80',
      '192.0.2.7:4020',
      '[2001:db8::7]:4020',
      'twilio:4020',
      'TWILIO',
      'twilio.:4020',
      'gateway.example:1',
      `${hostname().toLowerCase()}:4020`,
    ];
    for (const host of known) expect([host, await ask(host)]).toEqual([host, 200]);
    const foreign = [
      'evil.example',
      'evil.example:4020',
      'twilio.evil.example',
      'nottwilio',
      '127.0.0.1.evil.example',
      '127.1',
      '2130706433',
      'a b',
      'twilio:4020:4020',
      'twilio@evil.example',
      '[evil.example]',
      '[127.0.0.1]',
    ];
    for (const host of foreign) expect([host, await ask(host)]).toEqual([host, 403]);
  });

  it('answers REST requests under the names of Twilio and its own, and under no other', async () => {
    const sandbox = await open();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}.json`;
    const authorization = `Basic ${btoa(`${sandbox.accountSid}:${sandbox.authToken}`)}`;
    const ask = (host: string, more = {}) => send(sandbox, path, { host, authorization, ...more });
    for (const host of ['api.twilio.com', 'api.dublin.ie1.twilio.com', 'localhost:1', '10.0.0.1'])
      expect([host, (await ask(host)).status]).toEqual([host, 200]);
    for (const host of ['evil.example', 'api.twilio.com.evil.example', 'www.twilio.com.evil.example'])
      expect([host, await ask(host)]).toMatchObject([host, { status: 403 }]);
    const { status, body } = await ask('evil.example');
    expect([status, JSON.parse(body)]).toMatchObject([
      403,
      {
        code: 20003,
        message:
          "the Host 'evil.example' is not a name of this sandbox: --public-origin or --allow-host names it",
      },
    ]);
    for (const path of ['/', '/_sandbox/health'])
      expect((await send(sandbox, path, { host: 'a\x9b2J' })).body).toContain('a\\\\x9b2J');
    expect(await ask('localhost', { origin: 'http://localhost' })).toMatchObject({ status: 403 });
    expect(await ask('localhost', { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
  });

  it('answers no control request of a web page, not even of one at its own address', async () => {
    const sandbox = await open();
    for (const origin of [sandbox.origin, sandbox.publicOrigin, 'null', 'https://evil.example'])
      expect(await send(sandbox, '/_sandbox/account', { ...withToken(sandbox), origin })).toMatchObject({
        status: 403,
      });
  });

  it('sends webhooks nowhere until a host is allowed', async () => {
    const sandbox = await open();
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: `${app.origin}/sms` });
    const { alerts } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
    expect([alerts.map(({ errorCode }) => errorCode), app.calls]).toEqual([[11205], []]);
  });
});

describe('the tokens of a sandbox that other machines can reach', () => {
  it('are random by default, and new at each start of a database, whose API keys then end', async () => {
    const database = createDatabase();
    const local = await createSandbox({ database });
    const key = await createSandboxClient(local).newKeys.create();
    await createSandboxClient(local).incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    await local.close();
    const first = await createSandbox({ database, host: EVERY });
    await first.close();
    const second = await open({ database });
    expect(second.accountSid).toBe(local.accountSid);
    expect(second.numbers().map(({ number }) => number)).toEqual([NUMBER]);
    expect(new Set([local, first, second].map(({ authToken }) => authToken)).size).toBe(3);
    expect(new Set([local, first, second].map(({ controlToken }) => controlToken)).size).toBe(3);
    const path = `/2010-04-01/Accounts/${second.accountSid}.json`;
    for (const [user, secret] of [
      [local.accountSid, local.authToken],
      [local.testCredentials.sid, local.testCredentials.authToken],
      [key.sid, key.secret],
    ]) {
      const authorization = `Basic ${btoa(`${user}:${secret}`)}`;
      expect(await send(second, path, { authorization })).toMatchObject({ status: 401 });
    }
  });

  it('stay, with the API keys, if they are given again', async () => {
    const database = createDatabase();
    const given = {
      database,
      account: { sid: `AC${randomToken()}`, authToken: randomToken() },
      controlToken: randomBytes(24).toString('base64url'),
    };
    const first = await createSandbox({ ...given, host: EVERY });
    const { sid, secret } = await createSandboxClient(first).newKeys.create();
    await first.close();
    const second = await open(given);
    expect(second).toMatchObject({
      accountSid: given.account.sid,
      authToken: given.account.authToken,
      controlToken: given.controlToken,
    });
    const authorization = `Basic ${btoa(`${sid}:${secret}`)}`;
    const path = `/2010-04-01/Accounts/${second.accountSid}/Messages.json`;
    expect(await send(second, path, { authorization })).toMatchObject({ status: 200 });
  });

  it('are refused with a reason that does not quote them if they are weak', async () => {
    const weak = '0123456789abcdef0123456789abcdef';
    const testCredentials = { sid: `AC${randomToken()}`, authToken: weak };
    for (const options of [{ account: { authToken: weak } }, { controlToken: weak }, { testCredentials }]) {
      const failed = createSandbox({ host: EVERY, ...options });
      await expect(failed).rejects.toMatchObject({ kind: 'usage', reason: expect.stringMatching(/repeats/) });
      await expect(failed).rejects.not.toThrow(weak);
    }
    // Nobody else reaches a sandbox on loopback.
    const local = await createSandbox({ account: { authToken: weak }, controlToken: 'x' });
    await local.close();
  });

  it('are not those of another account than that of the database', async () => {
    const database = createDatabase();
    const local = await createSandbox({ database });
    await local.close();
    const other = createSandbox({ database, host: EVERY, account: { sid: `AC${randomToken()}` } });
    await expect(other).rejects.toMatchObject({ reason: expect.stringContaining(local.accountSid) });
  });
});

describe('the URLs of a sandbox with a public origin', () => {
  it('name it in the webhooks about media and recordings, and lead there', async () => {
    const sandbox = await open({
      publicOrigin: 'http://twilio:4020',
      webhooks: { allowedHosts: ['localhost'] },
    });
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(({ path }) => ({
      type: 'text/xml',
      body: path === '/voice' ? '<Response><Record action="/done"/></Response>' : '<Response/>',
    }));
    const client = createSandboxClient(sandbox);
    const urls = { smsUrl: `${app.origin}/sms`, voiceUrl: `${app.origin}/voice` };
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, ...urls });
    await sandbox.phone(PHONE).text(NUMBER, 'Look', { mediaUrls: ['data:image/png,a'] });
    const mediaUrl = app.formsAt('/sms')[0]?.MediaUrl0 ?? '';
    expect(mediaUrl).toMatch(/^http:\/\/twilio:4020\/2010-04-01\/Accounts\/AC/);
    const call = sandbox.phone(PHONE).call(NUMBER);
    call.say('Hello');
    await expect.poll(() => app.formsAt('/done')[0]?.RecordingUrl).toMatch(/^http:\/\/twilio:4020\//);
    // A client that asks under that name repeats its credentials after the redirect.
    const authorization = `Basic ${btoa(`${sandbox.accountSid}:${sandbox.authToken}`)}`;
    const headers = { host: 'twilio:4020', authorization };
    const { pathname } = new URL(mediaUrl);
    expect(await send(sandbox, pathname, headers)).toMatchObject({ status: 302 });
    const [, account = '', message = '', medium = ''] =
      /Accounts\/(\w+)\/Messages\/(\w+)\/Media\/(\w+)$/.exec(pathname) ?? [];
    expect(await send(sandbox, `/media/${account}/${message}/${medium}`, headers)).toEqual({
      status: 200,
      body: 'a',
    });
  });

  it.each(['twilio:4020', 'http://twilio:4020/path', 'ftp://twilio', 'http://u:p@twilio'])(
    'cannot be %s',
    async (publicOrigin) => {
      await expect(createSandbox({ publicOrigin })).rejects.toMatchObject({ kind: 'usage' });
    },
  );

  it('are those of where it listens by default, and of this machine if it listens everywhere', async () => {
    const local = await createSandbox();
    onTestFinished(() => local.close());
    expect(local.publicOrigin).toBe(local.origin);
    const sandbox = await open();
    expect(sandbox.origin).toBe(`http://127.0.0.1:${sandbox.port}`);
    expect(new URL(sandbox.publicOrigin).port).toBe(String(sandbox.port));
  });
});
