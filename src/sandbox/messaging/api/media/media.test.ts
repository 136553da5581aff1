// Lists, fetches and deletes the media of messages with the official SDK.
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw, waitForStatus } from '../../../../../test/support/sandbox-client.js';
import { startApp, type WebhookApp } from '../../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../../create.js';
import { guessContentType } from '../../media/download.js';

const FROM = '+12025550100';
const TO = '+12025550190';

let pictures: WebhookApp;
let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let messageSid: string;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
  pictures = await startApp(sandbox.authToken);
  pictures.answer(({ path }) => ({ type: path === '/a.jpg' ? 'image/jpeg' : 'image/png', body: path }));
  const mediaUrl = [`${pictures.origin}/a.jpg`, `${pictures.origin}/b.PNG?size=2`];
  messageSid = (await client.messages.create({ from: FROM, to: TO, mediaUrl })).sid;
  await waitForStatus(client, messageSid, 'delivered');
});
afterEach(async () => {
  await sandbox.close();
  await pictures.close();
});

const listMedia = () => client.messages(messageSid).media.list();

describe('the media of a message', () => {
  it('are listed and fetched [S F075]', async () => {
    const listed = await listMedia();
    expect(listed.map(({ contentType }) => contentType)).toEqual(['image/png', 'image/jpeg']);
    const [one] = listed;
    expect(one).toMatchObject({
      sid: expect.stringMatching(/^ME[0-9a-f]{32}$/),
      accountSid: sandbox.accountSid,
      parentSid: messageSid,
      dateCreated: expect.any(Date),
      uri: `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${messageSid}/Media/${one?.sid}.json`,
    });
    const fetched = await client
      .messages(messageSid)
      .media(one?.sid ?? '')
      .fetch();
    expect(fetched.toJSON()).toEqual(one?.toJSON());
  });

  it('are listed in pages, and filtered by day [S F076]', async () => {
    const { media } = client.messages(messageSid);
    expect(await media.list({ pageSize: 1 })).toHaveLength(2);
    const [{ dateCreated: today } = { dateCreated: new Date(0) }] = await media.list();
    const tomorrow = new Date(today.getTime() + 86_400_000);
    expect(await media.list({ dateCreated: today })).toHaveLength(2);
    expect(await media.list({ dateCreatedBefore: tomorrow })).toHaveLength(2);
    expect(await media.list({ dateCreatedAfter: tomorrow })).toEqual([]);
  });

  it('are deleted one by one [S F077]', async () => {
    const [one, two] = await listMedia();
    const medium = client.messages(messageSid).media(one?.sid ?? '');
    expect(await medium.remove()).toBe(true);
    await expect(medium.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(medium.remove()).rejects.toMatchObject({ status: 404 });
    expect((await listMedia()).map(({ sid }) => sid)).toEqual([two?.sid]);
    expect((await client.messages(messageSid).fetch()).numMedia).toBe('2');
  });

  it('are deleted with the message', async () => {
    const [one] = await listMedia();
    await client.messages(messageSid).remove();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${messageSid}/Media/${one?.sid}`;
    expect((await fetchRaw(sandbox, path)).status).toBe(404);
    await expect(listMedia()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('are not found under another message', async () => {
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    expect(await client.messages(sid).media.list()).toEqual([]);
    const [one] = await listMedia();
    const fetching = client
      .messages(sid)
      .media(one?.sid ?? '')
      .fetch();
    await expect(fetching).rejects.toMatchObject({ status: 404 });
  });

  it('are found behind a redirect to another host, without authentication [R F389]', async () => {
    const [, jpeg] = await listMedia();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${messageSid}/Media/${jpeg?.sid}`;
    for (const [host, other] of [
      ['127.0.0.1', 'localhost'],
      ['localhost', '127.0.0.1'],
    ] as const) {
      const url = `http://${host}:${sandbox.port}${path}`;
      const first = await fetch(url, { redirect: 'manual' });
      const location = first.headers.get('location') ?? '';
      expect([first.status, new URL(location).host]).toEqual([302, `${other}:${sandbox.port}`]);
      const followed = await fetch(url);
      expect([followed.headers.get('content-type'), await followed.text()]).toEqual(['image/jpeg', '/a.jpg']);
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
      await expect(fetch(url, { redirect: 'error' })).rejects.toThrow();
      // Clients that send their credentials to the other host are refused there.
      const authorization = `Basic ${btoa(`${sandbox.accountSid}:${sandbox.authToken}`)}`;
      expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
      expect((await fetch(location, { headers: { authorization } })).status).toBe(400);
    }
  });

  it('are described in XML with that extension [S F649]', async () => {
    const [, jpeg] = await listMedia();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${messageSid}/Media/${jpeg?.sid}.xml`;
    const answer = await fetchRaw(sandbox, path);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<ContentType>image/jpeg</ContentType>');
  });

  it('are found at the host of media files if they are asked of Twilio [R F390]', async () => {
    const [, jpeg] = await listMedia();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${messageSid}/Media/${jpeg?.sid}`;
    const answer = await request(sandbox.origin + path, { headers: { host: 'api.twilio.com' } });
    expect(answer.headers.location).toMatch(/^https:\/\/mms\.twiliocdn\.com\/media\/AC/);
    await answer.body.dump();
  });

  it('are not served under the names of other accounts and messages, nor after their deletion', async () => {
    const [one, two] = await listMedia();
    const fileOf = (account: string, message: string, sid = '') =>
      fetch(`${sandbox.origin}/media/${account}/${message}/${sid}`).then(({ status }) => status);
    expect(await fileOf(sandbox.accountSid, messageSid, one?.sid)).toBe(200);
    expect(await fileOf(`AC${'0'.repeat(32)}`, messageSid, one?.sid)).toBe(404);
    expect(await fileOf(sandbox.accountSid, `MM${'0'.repeat(32)}`, one?.sid)).toBe(404);
    await client
      .messages(messageSid)
      .media(two?.sid ?? '')
      .remove();
    expect(await fileOf(sandbox.accountSid, messageSid, two?.sid)).toBe(404);
  });

  it('need no authentication, but no other either [U F078]', async () => {
    const [, jpeg] = await listMedia();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${messageSid}/Media/${jpeg?.sid}`;
    expect((await fetch(`${sandbox.origin}${path}.json`)).status).toBe(401);
    expect((await fetch(sandbox.origin + path, { method: 'DELETE' })).status).toBe(401);
    const headers = { authorization: 'Basic bm8=' };
    expect((await fetch(sandbox.origin + path, { headers })).status).toBe(401);
  });
});

describe('a file that a browser opens', () => {
  it.each([
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['image/png', '<script>alert(1)</script>'],
    ['text/vcard', '<html><script>alert(1)</script></html>'],
  ])('is shown in a sandbox without scripts, and never as another type: %s', async (type, body) => {
    pictures.answer(() => ({ type, body }));
    const sent = await client.messages.create({ from: FROM, to: TO, mediaUrl: [`${pictures.origin}/x`] });
    await waitForStatus(client, sent.sid, 'delivered');
    const [medium] = await client.messages(sent.sid).media.list();
    const answer = await fetch(`${sandbox.origin}${medium?.uri.replace('.json', '')}`);
    expect(await answer.text()).toBe(body);
    const policy = answer.headers.get('content-security-policy')?.split('; ') ?? [];
    expect(policy.slice(0, 2)).toEqual(['sandbox', "default-src 'none'"]);
    expect(policy.join(' ')).not.toMatch(/allow-|script-src/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('the guessed content type', () => {
  it.each([
    ['https://example.com/a.gif', 'image/gif'],
    ['https://example.com/contact.VCF#x', 'text/vcard'],
    ['https://example.com/a.jpg/', 'application/octet-stream'],
    ['https://example.com/picture', 'application/octet-stream'],
    ['https://example.com/a.constructor', 'application/octet-stream'],
    ['https://example.jpg', 'application/octet-stream'],
  ])('of %s is %s', (url, type) => {
    expect(guessContentType(url)).toBe(type);
  });
});
