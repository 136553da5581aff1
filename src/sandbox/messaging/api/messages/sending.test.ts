// Sends messages with the official SDK, and is refused for everything that can be wrong.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../../create.js';

const FROM = '+12025550100';
const TO = '+12025550190';
const GB = '+447400123456';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
  sandbox = await createSandbox(options);
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
}

beforeEach(() => open());
afterEach(() => sandbox.close());

describe('sending a message', () => {
  it('answers queued, and puts the text on the phone before the status is delivered [S F037]', async () => {
    const created = await client.messages.create({ from: FROM, to: TO, body: 'Hello 📲' });
    expect(created).toMatchObject({
      status: 'queued',
      from: FROM,
      to: TO,
      body: 'Hello 📲',
      direction: 'outbound-api',
      numMedia: '0',
      numSegments: '1',
      price: null,
      priceUnit: 'USD',
      dateSent: null,
      errorCode: null,
      errorMessage: null,
      accountSid: sandbox.accountSid,
      apiVersion: '2010-04-01',
      messagingServiceSid: null,
    });
    expect(created.sid).toMatch(/^SM[0-9a-f]{32}$/);
    const delivered = await waitForStatus(client, created.sid, 'delivered');
    expect(sandbox.phone(TO).texts()).toEqual([
      {
        sid: created.sid,
        from: FROM,
        to: TO,
        body: 'Hello 📲',
        mediaUrls: [],
        media: [],
        receivedAt: expect.any(String),
      },
    ]);
    expect(delivered).toMatchObject({ price: '-0.00830', dateSent: expect.any(Date), errorCode: null });
  });

  it('charges each segment when it is sent', async () => {
    const balance = async () => Number((await client.balance.fetch()).balance);
    const before = await balance();
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'x'.repeat(161) });
    const sent = await waitForStatus(client, sid, 'delivered');
    expect(sent).toMatchObject({ numSegments: '2', price: '-0.01660' });
    expect(before - (await balance())).toBeCloseTo(0.0166, 6);
  });

  it('creates an MMS if there is media [S F038]', async () => {
    const mediaUrl = ['https://example.com/a.jpg', 'https://example.com/b.jpg'];
    const created = await client.messages.create({ from: FROM, to: TO, mediaUrl });
    expect(created).toMatchObject({ sid: expect.stringMatching(/^MM/), numMedia: '2', body: '' });
  });

  it('keeps texts in the order in which they were sent', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    let last = '';
    for (const body of bodies) last = (await client.messages.create({ from: FROM, to: TO, body })).sid;
    await waitForStatus(client, last, 'delivered');
    expect(
      sandbox
        .phone(TO)
        .texts()
        .map(({ body }) => body),
    ).toEqual(bodies);
  });

  it.each(['MyBrand', 'O2', 'Bank-24 A&B', '1st_Class+', 'a'])(
    'comes from the alphanumeric sender %s in Britain [S F350]',
    async (from) => {
      const created = await client.messages.create({ from, to: GB, body: 'Hello' });
      expect(created).toMatchObject({ from, status: 'queued' });
      await waitForStatus(client, created.sid, 'delivered');
      expect(sandbox.phone(GB).texts()).toMatchObject([{ from, body: 'Hello' }]);
      expect(await client.messages.list({ from })).toMatchObject([{ sid: created.sid }]);
    },
  );

  it('cannot come from an alphanumeric sender on a trial account [U F351]', async () => {
    await sandbox.close();
    sandbox = await createSandbox({ account: { type: 'Trial' } });
    client = createSandboxClient(sandbox);
    const refused = client.messages.create({ from: 'MyBrand', to: GB, body: 'sms_2fa' });
    await expect(refused).rejects.toMatchObject({ status: 400, code: 21267 });
  });

  const good = { from: FROM, to: TO, body: 'Hello' };
  const tooMany = Array.from({ length: 11 }, () => 'https://example.com/a.jpg');
  it.each([
    ['no recipient [R F039]', { ...good, to: '' }, 400, 21604],
    ['no sender [R F040]', { ...good, from: '' }, 400, 21603],
    [
      'a messaging service nobody has [U F041]',
      { to: TO, body: 'Hello', messagingServiceSid: `MG${'0'.repeat(32)}` },
      404,
      21701,
    ],
    ['an empty body [R F042]', { ...good, body: '' }, 400, 21602],
    ['neither body nor media [R F043]', { from: FROM, to: TO }, 400, 21619],
    ['an invalid sender [R F044]', { ...good, from: 'Relay!' }, 400, 21212],
    ['a sender of twelve letters [S F343]', { ...good, from: 'RelayOfOurs1', to: GB }, 400, 21212],
    ['a short code that the account does not own [U F344]', { ...good, from: '12345' }, 400, 21660],
    ['a short code of eight digits [U F345]', { ...good, from: '12345678', to: GB }, 400, 21660],
    ['an alphanumeric sender to the US [S F346]', { ...good, from: 'Relay' }, 400, 21657],
    ['an alphanumeric sender to Canada [S F347]', { ...good, from: 'Relay', to: '+14165550190' }, 400, 21657],
    [
      'an alphanumeric sender to Mexico [U F348]',
      { ...good, from: 'Relay', to: '+525512345678' },
      400,
      21657,
    ],
    [
      'media from an alphanumeric sender [U F349]',
      { ...good, from: 'Relay', to: GB, mediaUrl: ['https://example.com/a.jpg'] },
      400,
      21621,
    ],
    ['a sender that is not a Twilio number [S F045]', { ...good, from: '+12025551234' }, 400, 21659],
    ['a sender that the account does not own [R F046]', { ...good, from: '+12025550101' }, 400, 21660],
    ['a recipient with an invalid number [R F047]', { ...good, to: '+12223334444' }, 400, 21211],
    ['a recipient that is text [R F048]', { ...good, to: 'my phone' }, 400, 21211],
    ['a short code as recipient [S F049]', { ...good, to: '64192' }, 400, 21265],
    ['the sender as recipient [S F050]', { ...good, to: FROM }, 400, 21266],
    ['1601 characters [R F051]', { ...good, body: 'x'.repeat(1601) }, 400, 21617],
    ['a callback that is not a URL [S F052]', { ...good, statusCallback: 'example.com/status' }, 400, 21609],
    [
      'a callback with an underscore in its host [S F053]',
      { ...good, statusCallback: 'https://a_b.example.com/' },
      400,
      21609,
    ],
    [
      'a callback of 4001 characters [S F054]',
      { ...good, statusCallback: `https://example.com/${'x'.repeat(3981)}` },
      400,
      21609,
    ],
    ['media without a scheme [R F055]', { ...good, mediaUrl: ['example.com/a.jpg'] }, 400, 21620],
    ['eleven media [S F056]', { ...good, mediaUrl: tooMany }, 400, 21623],
    ['a validity period of 0 [S F057]', { ...good, validityPeriod: 0 }, 400, 21624],
    [
      'an application that does not exist [U F058]',
      { ...good, applicationSid: `AP${'0'.repeat(32)}` },
      400,
      20422,
    ],
  ])('refuses %s', async (_name, options, status, code) => {
    await expect(client.messages.create(options)).rejects.toMatchObject({ status, code });
    expect(await client.messages.list()).toEqual([]);
  });

  it('accepts 1600 characters and a callback on this machine', async () => {
    const options = { ...good, body: 'x'.repeat(1600), statusCallback: 'http://127.0.0.1:8000/status' };
    expect((await client.messages.create(options)).numSegments).toBe('11');
  });

  it('refuses media from a number without MMS [S F059]', async () => {
    await client.incomingPhoneNumbers.create({ phoneNumber: '+442079460100' });
    const picture = { from: '+442079460100', to: TO, mediaUrl: ['https://example.com/a.jpg'] };
    await expect(client.messages.create(picture)).rejects.toMatchObject({ status: 400, code: 21621 });
  });
});

describe('a strict sandbox', () => {
  beforeEach(async () => {
    await sandbox.close();
    await open({ strict: true });
  });

  it.each([
    'http://localhost:8000/',
    'http://127.0.0.1/',
    'http://192.168.1.2/',
    'http://[::1]/',
    'http://printer/',
  ])('refuses the callback %s [S F060]', async (statusCallback) => {
    const sending = client.messages.create({ from: FROM, to: TO, body: 'Hello', statusCallback });
    await expect(sending).rejects.toMatchObject({
      status: 400,
      code: 21609,
      message: `The StatusCallback URL ${statusCallback} is not a valid URL.`,
    });
  });

  it("refuses an application's callback on this machine [S F061]", async () => {
    const app = await client.applications.create({ smsStatusCallback: 'http://localhost:8000/status' });
    const sending = client.messages.create({ from: FROM, to: TO, body: 'Hello', applicationSid: app.sid });
    await expect(sending).rejects.toMatchObject({ status: 400, code: 21609 });
  });

  it('accepts a public callback [S F062]', async () => {
    const options = { from: FROM, to: TO, body: 'Hello', statusCallback: 'https://relay.example.com/status' };
    expect((await client.messages.create(options)).status).toBe('queued');
  });
});

describe('a trial account', () => {
  beforeEach(async () => {
    await sandbox.close();
    await open({ account: { type: 'Trial' } });
  });

  it('can send only the predefined templates [R F063]', async () => {
    const free = client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await expect(free).rejects.toMatchObject({ status: 400, code: 572006 });
    const template = await client.messages.create({ from: FROM, to: TO, body: 'sms_2fa' });
    expect(template.status).toBe('queued');
  });
});
