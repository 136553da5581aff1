// Verifies caller ids with the official SDK.
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { startApp } from '../../../../test/support/webhook-app.js';
import { createSandbox, type Sandbox } from '../../create.js';

const NUMBER = '+12025550190';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: 'manual' });
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

describe('a caller id', () => {
  it('is verified once its phone was called and entered the code [U F168]', async () => {
    const request = await client.validationRequests.create({ phoneNumber: NUMBER, friendlyName: 'Mine' });
    expect(request).toMatchObject({
      phoneNumber: NUMBER,
      friendlyName: 'Mine',
      accountSid: sandbox.accountSid,
    });
    expect(request.validationCode).toMatch(/^\d{6}$/);
    expect(await client.outgoingCallerIds.list()).toEqual([]);
    await sandbox.clock.advance('1s');
    expect(sandbox.phone(NUMBER).calls()).toMatchObject([{ sid: request.callSid, state: 'ended' }]);
    expect((await client.calls(request.callSid).fetch()).status).toBe('completed');
    const [callerId] = await client.outgoingCallerIds.list({ phoneNumber: NUMBER });
    expect(callerId).toMatchObject({ phoneNumber: NUMBER, friendlyName: 'Mine' });
  });

  it('can be fetched, renamed and deleted [S F169]', async () => {
    await client.validationRequests.create({ phoneNumber: NUMBER });
    await sandbox.clock.advance('1s');
    const [listed] = await client.outgoingCallerIds.list();
    const one = client.outgoingCallerIds(listed?.sid ?? '');
    expect((await one.fetch()).friendlyName).toBe('(202) 555-0190');
    expect((await one.update({ friendlyName: 'Home' })).friendlyName).toBe('Home');
    expect(await client.outgoingCallerIds.list({ friendlyName: 'Home' })).toHaveLength(1);
    expect(await one.remove()).toBe(true);
    await expect(one.fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(one.update({ friendlyName: 'x' })).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(one.remove()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it.each(['busy', 'rejects'] as const)('is not verified if its phone %s [U F170]', async (calls) => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    sandbox.phone(NUMBER).behave({ calls });
    await client.validationRequests.create({
      phoneNumber: NUMBER,
      statusCallback: `${app.origin}/validated`,
    });
    await sandbox.clock.advance('1s');
    expect(app.formsAt('/validated')).toMatchObject([{ VerificationStatus: 'failed', To: NUMBER }]);
    expect(await client.outgoingCallerIds.list()).toEqual([]);
  });

  it('is not verified if the person at its phone enters a wrong code [U F171]', async () => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    sandbox.phone(NUMBER).behave({ calls: 'no-answer' });
    const ask = () =>
      client.validationRequests.create({ phoneNumber: NUMBER, statusCallback: `${app.origin}/validated` });
    for (const right of [false, true]) {
      const { validationCode } = await ask();
      await sandbox.clock.advance('1s');
      const [call] = sandbox.phone(NUMBER).liveCalls();
      call?.answer();
      call?.press(right ? validationCode : validationCode.replace(/./g, '0'));
      await sandbox.clock.advance('1s');
    }
    const [callerId] = await client.outgoingCallerIds.list();
    expect(app.formsAt('/validated')).toMatchObject([
      { VerificationStatus: 'failed' },
      { VerificationStatus: 'success', OutgoingCallerIdSid: callerId?.sid },
    ]);
  });

  it('is refused if it is invalid, already verified, or owned [S F172]', async () => {
    const verify = (phoneNumber: string) => client.validationRequests.create({ phoneNumber });
    await expect(verify('+12223334444')).rejects.toMatchObject({ status: 400, code: 21401 });
    await verify(NUMBER);
    await sandbox.clock.advance('1s');
    await expect(verify(NUMBER)).rejects.toMatchObject({ status: 400, code: 21450 });
    await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    await expect(verify('+12025550100')).rejects.toMatchObject({ status: 400, code: 21449 });
  });
});
