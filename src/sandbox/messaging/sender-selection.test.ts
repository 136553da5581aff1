// Sends messages through a Messaging Service with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../test/support/sandbox-client.js';
import { startApp } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';

const TO = '+12125550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let messagingServiceSid: string;

async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
  sandbox = await createSandbox({ allowedCountries: 'all', ...options });
  client = createSandboxClient(sandbox);
  messagingServiceSid = (await client.messaging.v1.services.create({ friendlyName: 'Relay' })).sid;
}

beforeEach(() => open());
afterEach(() => sandbox.close());

async function addNumber(phoneNumber: string): Promise<string> {
  const { sid } = await client.incomingPhoneNumbers.create({ phoneNumber });
  await client.messaging.v1.services(messagingServiceSid).phoneNumbers.create({ phoneNumberSid: sid });
  return sid;
}

async function sendTo(to: string): Promise<string> {
  const { sid } = await client.messages.create({ messagingServiceSid, to, body: 'Hello' });
  return (await waitForStatus(client, sid, 'delivered')).from;
}

describe('a message of a service', () => {
  it('is accepted without a sender, and delivered from a number of the pool [S F091]', async () => {
    await sandbox.close();
    await open({ clock: 'manual' });
    await addNumber('+12025550110');
    const accepted = { status: 'accepted', from: null, messagingServiceSid, numSegments: '0' };
    const created = await client.messages.create({ messagingServiceSid, to: TO, body: 'x'.repeat(161) });
    expect(created).toMatchObject(accepted);
    expect(await client.messages.list()).toMatchObject([accepted]);
    await sandbox.clock.advance('1m');
    const [delivered] = await client.messages.list();
    expect(delivered).toMatchObject({
      status: 'delivered',
      from: '+12025550110',
      messagingServiceSid,
      numSegments: '2',
    });
    expect(sandbox.phone(TO).texts()).toMatchObject([{ from: '+12025550110' }]);
  });

  it("is reported to the service's status callback from queued on, unless it has one of its own [S F092]", async () => {
    const app = await startApp(sandbox.authToken);
    await addNumber('+12025550110');
    const service = client.messaging.v1.services(messagingServiceSid);
    await service.update({ statusCallback: `${app.origin}/service` });
    const message = { messagingServiceSid, to: TO, body: 'Hello' };
    await client.messages.create(message);
    const statusesAt = (path: string) => app.formsAt(path).map(({ MessageStatus }) => MessageStatus);
    const all = ['queued', 'sent', 'delivered'];
    await expect.poll(() => statusesAt('/service')).toEqual(all);
    expect(app.calls[0]).toMatchObject({ signed: true });
    expect(app.calls[0]?.form).toMatchObject({
      MessagingServiceSid: messagingServiceSid,
      From: '+12025550110',
    });
    await client.messages.create({ ...message, statusCallback: `${app.origin}/own` });
    await expect.poll(() => statusesAt('/own')).toEqual(all);
    expect(statusesAt('/service')).toEqual(all);
    await app.close();
  });

  it('may have its service as the sender, also if it is scheduled [S F647]', async () => {
    await addNumber('+12025550110');
    const message = { from: messagingServiceSid, to: TO, body: 'Hello' };
    const { sid, ...accepted } = await client.messages.create(message);
    expect(accepted).toMatchObject({ status: 'accepted', from: null, messagingServiceSid });
    expect((await waitForStatus(client, sid, 'delivered')).from).toBe('+12025550110');
    const scheduled = { scheduleType: 'fixed', sendAt: new Date(Date.now() + 3_600_000) } as const;
    const later = await client.messages.create({ ...message, ...scheduled });
    expect(later).toMatchObject({ status: 'scheduled', messagingServiceSid });
    const unknown = client.messages.create({ ...message, from: `MG${'0'.repeat(32)}` });
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 21701 });
  });

  it('may name a sender of the pool [U F093]', async () => {
    await addNumber('+12025550110');
    await addNumber('+12125550111');
    const message = { messagingServiceSid, to: TO, body: 'Hello' };
    const { sid } = await client.messages.create({ ...message, from: '+12025550110' });
    expect((await waitForStatus(client, sid, 'delivered')).from).toBe('+12025550110');
    await client.incomingPhoneNumbers.create({ phoneNumber: '+13035550110' });
    const foreign = client.messages.create({ ...message, from: '+13035550110' });
    await expect(foreign).rejects.toMatchObject({ status: 400, code: 21711 });
  });

  it('needs a service with a number that can send it [U F094]', async () => {
    const message = { messagingServiceSid, to: TO, body: 'Hello' };
    const nowhere = client.messages.create({ ...message, messagingServiceSid: `MG${'0'.repeat(32)}` });
    await expect(nowhere).rejects.toMatchObject({ status: 404, code: 21701 });
    await expect(client.messages.create(message)).rejects.toMatchObject({ status: 400, code: 21704 });
    await addNumber('+442079460110');
    const picture = client.messages.create({ ...message, mediaUrl: ['https://example.com/a.jpg'] });
    await expect(picture).rejects.toMatchObject({ status: 400, code: 21703 });
    const itself = client.messages.create({ ...message, to: '+442079460110' });
    await expect(itself).rejects.toMatchObject({ status: 400, code: 21703 });
    expect(await client.messages.list()).toEqual([]);
  });
});

describe('the sender that a service selects', () => {
  it('has the area code of the recipient, or else the country [U F095]', async () => {
    await addNumber('+442079460110');
    await addNumber('+12025550110');
    await addNumber('+12125550110');
    expect(await sendTo(TO)).toBe('+12125550110');
    expect(await sendTo('+447400123456')).toBe('+442079460110');
    expect(await sendTo('+61491570006')).toMatch(/^\+(442079460110|12[01]25550110)$/);
  });

  it('stays the same for a recipient, even if a nearer number joins, unless sticky sender is off [U F096]', async () => {
    await addNumber('+12025550110');
    expect(await sendTo(TO)).toBe('+12025550110');
    const nearer = await addNumber('+12125550110');
    expect(await sendTo(TO)).toBe('+12025550110');
    expect(await sendTo('+12125550191')).toBe('+12125550110');
    await client.messaging.v1.services(messagingServiceSid).update({ stickySender: false });
    expect(await sendTo(TO)).toBe('+12125550110');
    await client.messaging.v1.services(messagingServiceSid).update({ stickySender: true });
    await client.incomingPhoneNumbers(nearer).remove();
    expect(await sendTo(TO)).toBe('+12025550110');
  });

  it('depends on the recipient if several numbers fit equally [U F097]', async () => {
    await addNumber('+12025550110');
    await addNumber('+12025550111');
    const senders = [await sendTo('+12125550190'), await sendTo('+12125550191')];
    expect(senders.sort()).toEqual(['+12025550110', '+12025550111']);
  });
});
