// Lists, empties and deletes messages with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw, waitForStatus } from '../../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../../create.js';

const FROM = '+12025550100';
const TO = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
  sandbox = await createSandbox(options);
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
}

beforeEach(() => open());
afterEach(() => sandbox.close());

describe('a message', () => {
  it('can be redacted and deleted [S F032]', async () => {
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Secret' });
    await waitForStatus(client, sid, 'delivered');
    expect((await client.messages(sid).update({ body: '' })).body).toBe('');
    expect((await client.messages(sid).fetch()).body).toBe('');
    expect(await client.messages(sid).remove()).toBe(true);
    await expect(client.messages(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(client.messages(sid).remove()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('cannot get another body, or be canceled unless it is scheduled [U F033]', async () => {
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await expect(client.messages(sid).update({ body: 'Bye' })).rejects.toMatchObject({ status: 400 });
    await expect(client.messages(sid).update({ status: 'canceled' })).rejects.toMatchObject({ status: 400 });
  });

  it('cannot be deleted while it is in flight [U F034]', async () => {
    // Delivery takes a few milliseconds; on a busy machine it may be over before the deletion.
    let outcome: unknown = true;
    while (outcome === true) {
      const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
      outcome = await client
        .messages(sid)
        .remove()
        .catch((error: unknown) => error);
    }
    expect(outcome).toMatchObject({ status: 409, code: 20009 });
  });
});

describe('the list of messages', () => {
  it('filters by sender, recipient and day [S F035]', async () => {
    const day = 86_400_000;
    let clock = Date.UTC(2026, 10, 20, 12);
    await sandbox.close();
    await open({ now: () => clock });
    const sids: string[] = [];
    for (const to of [TO, '+12025550191', TO]) {
      const { sid } = await client.messages.create({ from: FROM, to, body: 'Hello' });
      await waitForStatus(client, sid, 'delivered');
      sids.unshift(sid);
      clock += day;
    }
    const list = async (filter: Parameters<typeof client.messages.list>[0]) =>
      (await client.messages.list(filter)).map(({ sid }) => sid);
    const [newest, middle, oldest] = sids;
    expect(await list({})).toEqual(sids);
    expect(await list({ to: TO })).toEqual([newest, oldest]);
    expect(await list({ from: TO })).toEqual([]);
    expect(await list({ from: FROM, to: '+12025550191' })).toEqual([middle]);
    expect(await list({ dateSent: new Date('2026-11-21') })).toEqual([middle]);
    expect(await list({ dateSentAfter: new Date('2026-11-21') })).toEqual([newest, middle]);
    expect(await list({ dateSentBefore: new Date('2026-11-21') })).toEqual([oldest]);
  });

  it.each([
    '2026',
    '2026-11',
    '2026-11-21',
    '2026-11-21T23:00',
    '2026-11-21T10:30:00Z',
    '2026-11-22T01:00:00.5+02:00',
    '2026-11-21T10:00:00-0500',
  ])('are listed by the date %s [R F352]', async (date) => {
    await sandbox.close();
    await open({ now: () => Date.UTC(2026, 10, 21, 12) });
    const { sid } = await client.messages.create({ from: FROM, to: TO, body: 'Hello' });
    await waitForStatus(client, sid, 'delivered');
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
    const listed = await fetchRaw(sandbox, `${path}?${new URLSearchParams({ DateSent: date })}`);
    expect(await listed.json()).toMatchObject({ messages: [{ sid }] });
    const others = ['2025', '2026-12', '2026-11-20', '2026-11-22T00:00:00Z'];
    for (const DateSent of others) {
      const none = await fetchRaw(sandbox, `${path}?${new URLSearchParams({ DateSent })}`);
      expect(await none.json()).toMatchObject({ messages: [] });
    }
  });

  it.each([
    'Messages.json?DateSent=yesterday',
    'Messages.json?DateSent=2026-02-30',
    'Messages.json?DateSent>=2026-13-01',
    'Messages.json?DateSent<=2026-11-21T25:00:00Z',
    'Messages.json?DateSent=21.11.2026',
    'Calls.json?StartTime=soon',
    'Calls.json?EndTime<=1',
    'Recordings.json?DateCreated>=-1',
  ])('cannot be listed with an invalid date: %s [R F036]', async (path) => {
    const answer = await fetchRaw(sandbox, `/2010-04-01/Accounts/${sandbox.accountSid}/${path}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 20001, message: 'Invalid date value.' });
  });

  it('take feedback, confirmed unless it says otherwise [S F373]', async () => {
    const { sid } = await client.messages.create({
      from: FROM,
      to: TO,
      body: 'Hello',
      provideFeedback: true,
    });
    const feedback = client.messages(sid).feedback;
    expect(await feedback.create()).toMatchObject({
      accountSid: sandbox.accountSid,
      messageSid: sid,
      outcome: 'confirmed',
      uri: `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${sid}/Feedback.json`,
    });
    expect(await feedback.create({ outcome: 'unconfirmed' })).toMatchObject({ outcome: 'unconfirmed' });
    const wrong = feedback.create({ outcome: 'perhaps' as 'confirmed' });
    await expect(wrong).rejects.toMatchObject({ status: 400 });
    const unknown = client.messages(`SM${'0'.repeat(32)}`).feedback.create();
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});
