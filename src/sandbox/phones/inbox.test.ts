// Waits for texts on phones: the next one, the one that matches, and none.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../test/support/sandbox-client.js';
import { startApp, twiml } from '../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../create.js';

const FROM = '+12025550100';
const PHONE = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: FROM });
});
afterEach(() => sandbox.close());

const send = (body: string, to = PHONE) => client.messages.create({ from: FROM, to, body });

describe('nextText', () => {
  it('resolves to the next text, not to one that is there already', async () => {
    await sandbox.phone(PHONE).text(FROM, 'HELP');
    const next = sandbox.phone('(202) 555-0190').nextText();
    await send('To somebody else', '+12025550191');
    const { sid } = await send('Hello');
    expect(await next).toMatchObject({ sid, from: FROM, to: PHONE, body: 'Hello' });
    expect(await next).toEqual(sandbox.phone(PHONE).texts().at(-1));
  });

  it('resolves to the first text that matches', async () => {
    const next = sandbox.phone(PHONE).nextText({ matching: ({ body }) => body.includes('code') });
    for (const body of ['Hello', 'Your code is 123456', 'Your code is 654321']) await send(body);
    expect((await next).body).toBe('Your code is 123456');
  });

  it('resolves to replies of the app, and to automatic replies', async () => {
    const app = await startApp(sandbox.authToken);
    app.answer(() => twiml('<Response><Message>Hi yourself</Message></Response>'));
    const [{ sid = '' } = {}] = await client.incomingPhoneNumbers.list();
    await client.incomingPhoneNumbers(sid).update({ smsUrl: app.origin });
    const answer = sandbox.phone(PHONE).nextText();
    await sandbox.text({ from: PHONE, to: FROM, body: 'Hi' });
    expect((await answer).body).toBe('Hi yourself');
    const automatic = sandbox.phone(PHONE).nextText();
    await sandbox.text({ from: PHONE, to: FROM, body: 'STOP' });
    expect((await automatic).body).toMatch(/unsubscribed/);
    await app.close();
  });

  it('rejects if no text comes in time, or the predicate throws', async () => {
    await expect(sandbox.phone(PHONE).nextText({ timeout: 1 })).rejects.toMatchObject({
      kind: 'fault',
      message: `Failed to wait for a text to ${PHONE}: there was none within 0.001 s.`,
    });
    const broken = sandbox.phone(PHONE).nextText({
      matching: () => {
        throw new Error('mine');
      },
    });
    const caught = expect(broken).rejects.toThrow('mine');
    await send('Hello');
    await caught;
  });
});
