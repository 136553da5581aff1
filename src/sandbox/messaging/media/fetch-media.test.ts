// Media in flight: fetched from the app, stored, shown on phones, and the errors if they cannot be fetched.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../test/support/sandbox-client.js';
import { type AppAnswer, startApp, twiml, type WebhookApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';

const NUMBER = '+12025550100';
const OTHER = '+12025550101';
const PHONE = '+12125550190';
const PIXEL = Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAA=', 'base64');
const CARD = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Firefox Relay\r\nEND:VCARD\r\n';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;

async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
  sandbox = await createSandbox(options);
  client = createSandboxClient(sandbox);
}

beforeEach(async () => {
  await open({ webhooks: { lookup: (_host, _options, done) => done(noSuchHost(), '') } });
  app = await startApp(sandbox.authToken);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, smsUrl: `${app.origin}/sms` });
  await client.incomingPhoneNumbers.create({ phoneNumber: OTHER, smsUrl: `${app.origin}/other` });
  serve({
    '/card': { type: 'text/x-vcard; charset=utf-8', body: CARD },
    '/pixel': { type: 'image/gif', body: PIXEL },
  });
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

function noSuchHost(): Error {
  return Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
}

/** Answers these paths with files, and every other with empty TwiML. */
function serve(files: Readonly<Record<string, AppAnswer | 'hang'>>): void {
  app.answer(({ path }) => files[path] ?? twiml('<Response/>'));
}

const send = (mediaUrl: string[], options = {}) =>
  client.messages.create({ from: NUMBER, to: PHONE, body: 'Look', mediaUrl, ...options });
const alerts = async () => client.monitor.v1.alerts.list();

async function download(url: string | undefined): Promise<[number, string | null, Buffer]> {
  const answer = await fetch(url ?? '');
  return [answer.status, answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())];
}

describe('the media of a text to a phone', () => {
  it('are fetched, stored with their type, and shown on the phone', async () => {
    const { sid } = await send([`${app.origin}/card`, `${app.origin}/pixel`]);
    expect(await waitForStatus(client, sid, 'delivered')).toMatchObject({ numMedia: '2' });
    expect(app.calls).toMatchObject([
      { method: 'GET', path: '/card', headers: { accept: '*/*' } },
      { method: 'GET', path: '/pixel' },
    ]);
    const types = (await client.messages(sid).media.list()).map(({ contentType }) => contentType);
    expect(types).toEqual(['image/gif', 'text/x-vcard']);
    const [text] = sandbox.phone(PHONE).texts();
    expect(text?.media.map(({ contentType }) => contentType)).toEqual(['text/x-vcard', 'image/gif']);
    expect(await download(text?.media[0]?.url)).toEqual([200, 'text/x-vcard', Buffer.from(CARD)]);
    expect(await download(text?.media[1]?.url)).toEqual([200, 'image/gif', PIXEL]);
    expect(sandbox.events({ kind: 'media.fetched' })).toMatchObject([
      { sid, url: `${app.origin}/card`, contentType: 'text/x-vcard', size: CARD.length, errorCode: null },
      { sid, url: `${app.origin}/pixel`, size: PIXEL.length },
    ]);
    expect(await alerts()).toEqual([]);
  });

  it('delay their text, and no other', async () => {
    let release = () => {};
    const held = new Promise<AppAnswer>((resolve) => {
      release = () => resolve({ type: 'image/gif', body: PIXEL });
    });
    app.answer(() => held);
    const picture = await send([`${app.origin}/pixel`]);
    const { sid } = await client.messages.create({ from: NUMBER, to: PHONE, body: 'Hello' });
    await waitForStatus(client, sid, 'delivered');
    expect((await client.messages(picture.sid).fetch()).status).toBe('queued');
    release();
    await waitForStatus(client, picture.sid, 'delivered');
    expect(sandbox.phone(PHONE).texts()).toMatchObject([{ sid }, { sid: picture.sid }]);
  });

  it('are fetched 100 ms after the request, so that the app can store them first', async () => {
    await sandbox.close();
    await open({ clock: 'manual' });
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    const { sid } = await send([`${app.origin}/card`]);
    await sandbox.clock.advance('90ms');
    expect(app.calls).toEqual([]);
    await sandbox.clock.advance('1s');
    expect(app.calls).toMatchObject([{ path: '/card' }]);
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
  });

  it('are fetched through redirects', async () => {
    serve({
      '/there': { status: 302, headers: { Location: '/pixel' } },
      '/pixel': { type: 'image/gif', body: PIXEL },
    });
    const { sid } = await send([`${app.origin}/there`]);
    await waitForStatus(client, sid, 'delivered');
    const [text] = sandbox.phone(PHONE).texts();
    expect(await download(text?.media[0]?.url)).toEqual([200, 'image/gif', PIXEL]);
  });

  it('disappear from the phone when the account deletes them', async () => {
    const { sid } = await send([`${app.origin}/pixel`]);
    await waitForStatus(client, sid, 'delivered');
    const url = sandbox.phone(PHONE).texts()[0]?.media[0]?.url;
    const [medium] = await client.messages(sid).media.list();
    await client
      .messages(sid)
      .media(medium?.sid ?? '')
      .remove();
    expect((await download(url))[0]).toBe(404);
    expect(sandbox.phone(PHONE).texts()).toMatchObject([{ sid, media: [] }]);
  });

  it('are fetched for a limited number of messages at once, and all arrive', async () => {
    const sids = await Promise.all(
      Array.from({ length: 25 }, async () => (await send([`${app.origin}/pixel`])).sid),
    );
    for (const sid of sids) await waitForStatus(client, sid, 'delivered');
    expect(sandbox.phone(PHONE).texts()).toHaveLength(25);
  });
});

describe('media that cannot be fetched', () => {
  const MIB = 1024 * 1024;
  const jpeg = (size: number): AppAnswer => ({ type: 'image/jpeg', body: Buffer.alloc(size) });

  it.each<[string, string, Record<string, AppAnswer | 'hang'>, number]>([
    ['missing', '/a', { '/a': { status: 404, type: 'image/gif' } }, 11217],
    ['a page', '/a', { '/a': { type: 'text/html; charset=utf-8', body: '<p>Log in</p>' } }, 12300],
    ['of no type', '/a', { '/a': { body: PIXEL } }, 12300],
    ['too large', '/a', { '/a': jpeg(5 * MIB + 1) }, 11751],
    [
      'too large for a file',
      '/a',
      { '/a': { type: 'text/vcard', body: Buffer.alloc(500 * 1024 + 1) } },
      11751,
    ],
    ['redirected forever', '/a', { '/a': { status: 302, headers: { Location: '/a' } } }, 11215],
    [
      'redirected to an invalid URL',
      '/a',
      { '/a': { status: 302, headers: { Location: 'ftp://a' } } },
      11216,
    ],
    ['too slow', '/a#tt=100', { '/a': 'hang' }, 11203],
  ])('because the file is %s fail the message with %s', async (_name, path, files, code) => {
    serve(files);
    const mediaUrl = app.origin + path;
    const { sid } = await send([mediaUrl], { statusCallback: `${app.origin}/status` });
    expect(await waitForStatus(client, sid, 'failed', 'delivered')).toMatchObject({
      status: 'failed',
      errorCode: code,
      errorMessage: expect.not.stringMatching(/^Unknown/),
      dateSent: null,
      price: null,
    });
    expect(await alerts()).toMatchObject([
      { errorCode: String(code), requestUrl: mediaUrl, requestMethod: 'GET', resourceSid: sid },
    ]);
    expect(sandbox.events({ kind: 'media.fetched' })).toMatchObject([{ sid, errorCode: code }]);
    const statuses = () => app.formsAt('/status').map((form) => [form.MessageStatus, form.ErrorCode]);
    await expect.poll(statuses).toEqual([['failed', String(code)]]);
    expect(sandbox.phones()).toEqual([]);
    expect((await client.balance.fetch()).balance).toBe('97.70');
  });

  it('because they are too large together fail the message', async () => {
    serve({ '/a': jpeg(3 * MIB) });
    const { sid } = await send([`${app.origin}/a`, `${app.origin}/a`]);
    expect((await waitForStatus(client, sid, 'failed', 'delivered')).errorCode).toBe(11751);
    expect((await waitForStatus(client, (await send([`${app.origin}/a`])).sid, 'delivered')).numMedia).toBe(
      '1',
    );
  });

  it.each([
    ['http://127.0.0.1:1/a.jpg', 11202],
    ['http://nowhere.example/a.jpg', 11210],
  ])('at %s fail the message with %s', async (mediaUrl, code) => {
    const { sid } = await send([mediaUrl]);
    expect((await waitForStatus(client, sid, 'failed')).errorCode).toBe(code);
  });

  it('within the validity period fail the message', async () => {
    let late = 0;
    await sandbox.close();
    await open({ now: () => Date.now() + late });
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    app.answer(() => {
      late = 5000;
      return { type: 'image/gif', body: PIXEL };
    });
    const { sid } = await send([`${app.origin}/pixel`], { validityPeriod: 4 });
    expect(await waitForStatus(client, sid, 'failed', 'delivered')).toMatchObject({
      status: 'failed',
      errorCode: 30036,
    });
  });
});

describe('media that are being fetched', () => {
  it('are fetched again when the database is reopened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    const database = join(folder, 'world.db');
    await sandbox.close();
    await open({ database });
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    serve({ '/pixel': 'hang' });
    const { sid } = await send([`${app.origin}/pixel`]);
    await expect.poll(() => app.calls.length).toBe(1);
    await sandbox.close();
    serve({ '/pixel': { type: 'image/gif', body: PIXEL } });
    await open({ database });
    await waitForStatus(client, sid, 'delivered');
    await sandbox.close();
    await open({ database });
    const [text] = sandbox.phone(PHONE).texts();
    expect(await download(text?.media[0]?.url)).toEqual([200, 'image/gif', PIXEL]);
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it('are dropped by a reset', async () => {
    serve({ '/pixel': 'hang' });
    await send([`${app.origin}/pixel`]);
    await expect.poll(() => app.calls.length).toBe(1);
    sandbox.reset();
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    const { sid } = await client.messages.create({ from: NUMBER, to: PHONE, body: 'Hello' });
    await waitForStatus(client, sid, 'delivered');
    expect(await client.messages.list()).toHaveLength(1);
  });

  it('are complete when a manual clock is advanced', async () => {
    await sandbox.close();
    await open({ clock: 'manual' });
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    const { sid } = await send([`${app.origin}/pixel`]);
    await sandbox.clock.advance('1s');
    expect((await client.messages(sid).fetch()).status).toBe('delivered');
  });
});

describe('the media of a text to a number', () => {
  it('are served to the app at the URLs in the webhook', async () => {
    const data = `data:image/gif;base64,${PIXEL.toString('base64')}`;
    const mediaUrls = [data, `${app.origin}/card`, 'data:text/plain,caf%C3%A9'];
    const { messageSid } = await sandbox.phone(PHONE).text(NUMBER, '', { mediaUrls });
    const [form] = app.formsAt('/sms');
    expect(form).toMatchObject({
      NumMedia: '3',
      MediaContentType0: 'image/gif',
      MediaContentType1: 'text/x-vcard',
    });
    expect(await download(form?.MediaUrl0)).toEqual([200, 'image/gif', PIXEL]);
    expect(await download(form?.MediaUrl1)).toEqual([200, 'text/x-vcard', Buffer.from(CARD)]);
    expect(await download(form?.MediaUrl2)).toEqual([200, 'text/plain', Buffer.from('café')]);
    expect(sandbox.events({ kind: 'text.received' })).toMatchObject([
      { mediaUrls: ['data:image/gif;base64,', `${app.origin}/card`, 'data:text/plain,'] },
    ]);
    await client.messages(messageSid ?? '').remove();
    expect((await download(form?.MediaUrl0))[0]).toBe(404);
  });

  it('can be sent on with the URL in the webhook', async () => {
    app.answer(async ({ form, path }) => {
      if (path === '/pixel') return { type: 'image/gif', body: PIXEL };
      return twiml(`<Response><Message><Media>${form.MediaUrl0}</Media></Message></Response>`);
    });
    const { replies } = await sandbox.phone(PHONE).text(NUMBER, '', { mediaUrls: [`${app.origin}/pixel`] });
    await waitForStatus(client, replies[0]?.sid ?? '', 'delivered');
    const [text] = sandbox.phone(PHONE).texts();
    expect(await download(text?.media[0]?.url)).toEqual([200, 'image/gif', PIXEL]);
  });

  it('are copied from another number of the account', async () => {
    await send([`${app.origin}/pixel`], { to: OTHER });
    await expect.poll(() => app.formsAt('/other').length).toBe(1);
    const [form] = app.formsAt('/other');
    expect(form).toMatchObject({ NumMedia: '1', MediaContentType0: 'image/gif', From: NUMBER });
    expect(await download(form?.MediaUrl0)).toEqual([200, 'image/gif', PIXEL]);
  });

  it.each([
    ['http://127.0.0.1:1/a.jpg', /a\.jpg could not be fetched: TCP connection refused/],
    ['http://nowhere.example/a.jpg', /could not be fetched: Bad host name/],
    ['data:image/gif;base64', /http, https or data/],
    ['data:text/plain,%zz', /http, https or data/],
    ['ftp://example.com/a.jpg', /http, https or data/],
  ])('cannot be sent by a phone from %s', async (url, reason) => {
    const sending = sandbox.phone(PHONE).text(NUMBER, 'Look', { mediaUrls: [url] });
    await expect(sending).rejects.toMatchObject({ kind: 'usage', reason: expect.stringMatching(reason) });
    expect(await client.messages.list()).toEqual([]);
  });

  it('cannot be sent by a phone if they have more than 5 MB together', async () => {
    const half = `data:image/png;base64,${Buffer.alloc(2_700_000).toString('base64')}`;
    const phone = sandbox.phone(PHONE);
    await expect(phone.text(NUMBER, 'Look', { mediaUrls: [half, half] })).rejects.toMatchObject({
      kind: 'usage',
      reason: 'Media exceeds messaging provider size limit (11751): its files have more than 5 MB together',
    });
    await phone.text(NUMBER, 'Look', { mediaUrls: [half] });
    expect(await client.messages.list()).toHaveLength(1);
  });
});
