// Where the webhooks and media downloads of a sandbox with allowed hosts go, and where not.
import { createServer } from 'node:http';
import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';
import { verifyAllowedTarget } from './allowed-targets.js';

const NUMBER = '+12025550100';
const PHONE = '+13015550195';
const TOKEN = '0123456789abcdef0123456789abcdef';

let app: WebhookApp;
let sandbox: Sandbox;
beforeEach(async () => {
  app = await startApp(TOKEN);
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

/** Opens a sandbox whose names lead to the given addresses, and where `localhost` is not allowed unless it is named. */
async function open(allowedHosts: readonly string[], addresses: readonly string[] = ['127.0.0.1']) {
  const asked: string[] = [];
  const lookup: LookupFunction = (name, { all }, done) => {
    asked.push(name);
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (all) done(null, found);
    else done(null, addresses[0] ?? '', 4);
  };
  sandbox = await createSandbox({
    account: { authToken: TOKEN },
    webhooks: { allowedHosts, lookup },
    clock: 'manual',
  });
  await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: NUMBER });
  return asked;
}

/** Texts the number, whose webhook is at `url`. @returns the failure of the last request, and how many there were */
async function textTo(url: string) {
  const client = createSandboxClient(sandbox);
  const [number] = await client.incomingPhoneNumbers.list();
  await number?.update({ smsUrl: url });
  const since = sandbox.events().at(-1)?.id ?? 0;
  const { alerts } = await sandbox.phone(PHONE).text(NUMBER, 'Hello');
  const sent = sandbox
    .events()
    .flatMap((event) => (event.id > since && event.kind === 'webhook.sent' ? [event] : []));
  return { requests: sent.length, failure: sent.at(-1)?.failure, code: alerts[0]?.errorCode };
}

const notAllowed = (host: string) => `HTTP connection failure: ${host} is not an allowed host (--allow-host)`;

describe('a webhook of a sandbox with allowed hosts', () => {
  it('goes to an allowed name, in any case and with a dot at its end', async () => {
    await open(['APP.example.', 'localhost']);
    for (const host of ['app.example', 'App.Example', 'app.example.'])
      expect(await textTo(`http://${host}:${app.port}/sms`)).toMatchObject({ failure: null });
    expect(app.calls).toHaveLength(3);
  });

  it.each([
    'other.example',
    'app.example.evil.test',
    'evil-app.example',
    'localhost',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '10.0.0.1',
    '169.254.169.254',
    'xn--pp-uja.example',
  ])('goes not to http://%s, and says so in its event and an alert, without a retry', async (host) => {
    await open(['app.example']);
    const { requests, failure, code } = await textTo(`http://${host}:${app.port}/sms#rc=3&rp=all`);
    const { hostname } = new URL(`http://${host}`);
    expect({ requests, failure, code }).toEqual({
      requests: 1,
      failure: notAllowed(hostname.replace(/^\[|\]$/g, '')),
      code: 11205,
    });
    expect(app.calls).toEqual([]);
  });

  it('goes to no URL whose user name looks like an allowed host', async () => {
    await open(['app.example']);
    expect(await textTo(`http://app.example@127.0.0.1:${app.port}/sms`)).toMatchObject({
      failure: notAllowed('127.0.0.1'),
    });
  });

  it('follows a redirect to an allowed host, and to no other', async () => {
    await open(['app.example', 'localhost']);
    const target = createServer((_request, response) => void response.end('<Response/>'));
    await new Promise<void>((resolve) => void target.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void target.close());
    let next = `http://app.example:${app.port}/next`;
    app.answer(({ path }) =>
      path === '/sms' ? { status: 302, headers: { Location: next } } : twiml('<Response/>'),
    );
    expect(await textTo(`http://app.example:${app.port}/sms`)).toMatchObject({ requests: 2, failure: null });
    next = 'http://169.254.169.254/latest/meta-data/';
    expect(await textTo(`http://app.example:${app.port}/sms`)).toEqual({
      requests: 2,
      failure: notAllowed('169.254.169.254'),
      code: 11205,
    });
  });

  it.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['0.0.0.0'],
    ['::1'],
    ['fe80::1'],
    ['fe80::1%eth0'],
    ['::ffff:169.254.169.254'],
    ['64:ff9b::a9fe:a9fe'],
    ['2002:a9fe:a9fe::1'],
    ['fd00:ec2::254'],
    ['100.100.100.200'],
    ['224.0.0.1'],
    ['ff02::1'],
    ['nowhere'],
  ])('goes not to an allowed name that leads to %s', async (address) => {
    // The special address is behind a harmless one, so that all are checked.
    await open(['app.example'], ['192.0.2.1', address]);
    expect(await textTo(`http://app.example:${app.port}/sms`)).toMatchObject({
      failure: `HTTP connection failure: app.example leads to ${address}, a special address (--allow-host)`,
      code: 11205,
    });
    expect(app.calls).toEqual([]);
  });

  it('looks a name up once, and connects to the address that was checked', async () => {
    const asked = await open(['app.example', '127.0.0.1']);
    await textTo(`http://app.example:${app.port}/sms`);
    expect([asked, app.calls.length]).toEqual([['app.example'], 1]);
  });

  it('goes nowhere if no host is allowed', async () => {
    await open([]);
    expect(await textTo(`${app.origin}/sms`)).toMatchObject({ failure: notAllowed('127.0.0.1') });
  });

  it('goes to both loopback addresses and all their names if localhost is allowed', async () => {
    await open(['localhost']);
    for (const host of ['localhost', '127.0.0.1', 'app.localhost', '[::1]'])
      expect(await textTo(`http://${host}:${app.port}/sms`)).toMatchObject({ failure: null });
  });

  it('fails a text whose media are at another host, with the same code', async () => {
    await open(['app.example']);
    const client = createSandboxClient(sandbox);
    const mediaUrl = [`${app.origin}/cat.jpg`];
    const { sid } = await client.messages.create({ from: NUMBER, to: PHONE, body: 'Look', mediaUrl });
    await sandbox.clock.advance('5s');
    expect(await client.messages(sid).fetch()).toMatchObject({ status: 'failed', errorCode: 11205 });
    expect(
      sandbox.events().flatMap((event) => (event.kind === 'media.fetched' ? [event.failure] : [])),
    ).toEqual([notAllowed('127.0.0.1')]);
    expect(app.calls).toEqual([]);
  });

  it('is not sent again to another host by a replay', async () => {
    await open(['app.example', 'localhost']);
    await textTo(`http://app.example:${app.port}/sms`);
    const [webhook] = sandbox.exchanges({ direction: 'webhook' });
    app.answer(() => ({ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }));
    const { exchange } = await sandbox.replay(webhook?.id ?? 0);
    expect(exchange.status).toBe(302);
    expect(app.calls).toHaveLength(2);
  });
});

describe('the lookup of an allowed name', () => {
  beforeEach(async () => {
    sandbox = await createSandbox();
  });
  const url = new URL('http://app.example/');

  it('passes the errors of the resolver on', async () => {
    const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const look = verifyAllowedTarget(url, ['app.example'], (_name, _options, done) => done(error, '', 4));
    expect(await new Promise((resolve) => look('app.example', {}, resolve))).toBe(error);
  });

  it('answers with one address where one is asked for, by a resolver that knows only one', async () => {
    const look = verifyAllowedTarget(url, ['app.example'], (_name, _options, done) =>
      done(null, '10.0.0.9', 4),
    );
    const found = await new Promise((resolve) => look('app.example', {}, (...result) => resolve(result)));
    expect(found).toEqual([null, '10.0.0.9', 4]);
  });

  it('lets a special address through that is allowed itself', async () => {
    const allowed = ['app.example', '169.254.7.7'];
    const look = verifyAllowedTarget(url, allowed, (_name, _options, done) => done(null, '169.254.7.7', 4));
    const found = await new Promise((resolve) =>
      look('app.example', { all: true }, (...result) => resolve(result)),
    );
    expect(found).toEqual([null, [{ address: '169.254.7.7', family: 4 }]]);
  });
});
