// Opt-outs: STOP, START and HELP, and who can still text the phone.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../test/support/sandbox-client.js';
import { startApp, twiml, type WebhookApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';

const NUMBER = '+12025550100';
const OTHER = '+12025550101';
const TOLL_FREE = '+18335550100';
const PHONE = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let app: WebhookApp;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  app = await startApp(sandbox.authToken);
  for (const phoneNumber of [NUMBER, OTHER, TOLL_FREE]) {
    await client.incomingPhoneNumbers.create({ phoneNumber, smsUrl: app.origin });
  }
});
afterEach(async () => {
  await sandbox.close();
  await app.close();
});

const say = (body: string, to = NUMBER) => sandbox.phone(PHONE).text(to, body);
const send = (from = NUMBER, to = PHONE) => client.messages.create({ from, to, body: 'Hello' });
const stopped = { status: 400, code: 21610, message: 'Attempt to send to unsubscribed recipient' };

describe('STOP', () => {
  it.each(['STOP', 'stop', ' Stop\n', 'StopAll', 'UNSUBSCRIBE', 'cancel', 'END', 'quit', 'REVOKE', 'OptOut'])(
    'as %j gets a reply, and blocks all texts from that number to that phone [S F079]',
    async (word) => {
      const { automaticReply, webhook } = await say(word);
      expect(automaticReply).toMatch(
        /^You have successfully been unsubscribed\..* Reply START to resubscribe\.$/,
      );
      expect(webhook).toMatchObject({ status: 200 });
      await expect(send()).rejects.toMatchObject(stopped);
      await send(OTHER);
      await send(NUMBER, '+12125550191');
    },
  );

  it('gets a reply only the first time [U F080]', async () => {
    await say('STOP');
    expect((await say('STOP')).automaticReply).toBeNull();
  });

  it.each(['STOP please', 'stopp', 'no stop', 'ST OP', 'constructor'])(
    'is not recognized in %j [S F081]',
    async (word) => {
      expect((await say(word)).automaticReply).toBeNull();
      expect(sandbox.events({ kind: 'opt-out' })).toEqual([]);
      await send();
    },
  );

  it('causes a webhook; the automatic reply reaches the phone and is not listed [R F082]', async () => {
    const { messageSid, automaticReply, traceId } = await say('STOP');
    expect(app.formsAt('/')).toMatchObject([{ Body: 'STOP', MessageSid: messageSid }]);
    expect((await client.messages.list()).map(({ sid }) => sid)).toEqual([messageSid]);
    expect(sandbox.phone(PHONE).texts()).toMatchObject([{ from: NUMBER, to: PHONE, body: automaticReply }]);
    expect(sandbox.events({ traceId }).map(({ kind }) => kind)).toEqual([
      'phone.texts',
      'text.received',
      'opt-out',
      'text.reached-phone',
      'webhook.began',
      'webhook.sent',
      'twiml.run',
    ]);
  });

  it("blocks the app's own reply, with an alert [U F083]", async () => {
    app.answer(() => twiml('<Response><Message>Sorry to see you go</Message></Response>'));
    expect((await say('STOP')).replies).toEqual([]);
    expect(await client.monitor.v1.alerts.list()).toMatchObject([{ errorCode: '21610' }]);
  });

  it('holds for all numbers of a Messaging Service [S F084]', async () => {
    const { sid } = await client.messaging.v1.services.create({
      friendlyName: 'Relay',
      inboundRequestUrl: app.origin,
    });
    for (const { sid: phoneNumberSid, phoneNumber } of await client.incomingPhoneNumbers.list()) {
      if (phoneNumber !== TOLL_FREE)
        await client.messaging.v1.services(sid).phoneNumbers.create({ phoneNumberSid });
    }
    await say('STOP');
    await expect(send(OTHER)).rejects.toMatchObject(stopped);
    const throughService = client.messages.create({ messagingServiceSid: sid, to: PHONE, body: 'Hello' });
    await expect(throughService).rejects.toMatchObject(stopped);
    await send(TOLL_FREE);
  });

  it('is forgotten by a reset', async () => {
    await say('STOP');
    sandbox.reset();
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    await send();
  });
});

describe('START', () => {
  it.each(['START', 'yes', 'Unstop'])('as %j opts in again [S F085]', async (word) => {
    await say('STOP');
    expect((await say(word)).automaticReply).toMatch(/^You have successfully been re-subscribed/);
    const { sid } = await send();
    await waitForStatus(client, sid, 'delivered');
  });

  it('gets no reply without an opt-out [U F086]', async () => {
    expect((await say('START')).automaticReply).toBeNull();
  });
});

describe('HELP', () => {
  it.each(['HELP', 'info'])('as %j gets a reply and changes nothing [R F087]', async (word) => {
    expect((await say(word)).automaticReply).toBe('Reply STOP to unsubscribe. Msg&Data Rates May Apply.');
    await send();
  });
});

describe('a toll-free number', () => {
  it('has its own replies to STOP and UNSTOP [R F088]', async () => {
    expect((await say('Stop', TOLL_FREE)).automaticReply).toMatch(
      /^NETWORK MSG: You replied with the word "stop"/,
    );
    await expect(send(TOLL_FREE)).rejects.toMatchObject(stopped);
    expect((await say('unstop', TOLL_FREE)).automaticReply).toMatch(
      /^NETWORK MSG: You have replied "unstop"/,
    );
    await send(TOLL_FREE);
  });

  it('ignores all other keywords [U F089]', async () => {
    expect((await say('UNSUBSCRIBE', TOLL_FREE)).automaticReply).toBeNull();
    await say('STOP', TOLL_FREE);
    expect((await say('START', TOLL_FREE)).automaticReply).toBeNull();
    await expect(send(TOLL_FREE)).rejects.toMatchObject(stopped);
  });
});
