// Texts and calls to countries that the account may reach, and to others.
import { expect, it, onTestFinished } from 'vitest';
import { createSandboxClient, waitForStatus } from '../../../../test/support/sandbox-client.js';
import { NUMBER, setUpVoice } from '../../../../test/support/voice.js';
import { twiml } from '../../../../test/support/webhook-app.js';
import { createControlClient } from '../../control/client.js';
import { createSandbox, type SandboxOptions } from '../../create.js';

const GB = '+447400123456';

async function setUp(options: SandboxOptions = {}) {
  const sandbox = await createSandbox(options);
  onTestFinished(sandbox.close);
  const client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
  const text = (to: string) => client.messages.create({ from: NUMBER, to, body: 'Hello' });
  return { sandbox, client, text };
}

it.each([GB, '+4915123456789', '+525512345678', '+61491570190', '+17875550190'])(
  'a text to %s is refused by default [R F368]',
  async (to) => {
    const { text } = await setUp();
    await expect(text(to)).rejects.toMatchObject({
      status: 400,
      code: 21408,
      message: `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}.`,
    });
  },
);

it('texts go to the US, to Canada, and to toll-free numbers by default [U F369]', async () => {
  const { sandbox, client, text } = await setUp();
  for (const to of ['+13015550195', '+14165550195', '+18445550195']) {
    expect((await waitForStatus(client, (await text(to)).sid, 'delivered')).to).toBe(to);
  }
  expect(sandbox.allowedCountries()).toEqual(['CA', 'US']);
});

it('texts go to the countries of owned numbers [U F370]', async () => {
  const { sandbox, client, text } = await setUp();
  const { sid } = await client.incomingPhoneNumbers.create({ phoneNumber: '+442079460100' });
  expect(sandbox.allowedCountries()).toEqual(['CA', 'GB', 'US']);
  await text(GB);
  await client.incomingPhoneNumbers(sid).remove();
  await expect(text(GB)).rejects.toMatchObject({ code: 21408 });
});

it('a call is refused with 21215, and a <Dial> with the warning 13227 [R F371]', async () => {
  const { sandbox, client, app, answer, alertCodes } = await setUpVoice({ clock: 'manual' });
  const call = { from: NUMBER, to: GB, twiml: '<Response/>' };
  await expect(client.calls.create(call)).rejects.toMatchObject({
    status: 400,
    code: 21215,
    message: expect.stringContaining(`Account not authorized to call ${GB}. Perhaps you need to enable`),
  });
  answer({ '/voice': `<Dial action="/done"><Number>${GB}</Number></Dial>` });
  sandbox.phone('+13015550195').call(NUMBER);
  await sandbox.clock.advance('2s');
  expect(app.formsAt('/done')).toMatchObject([{ DialCallStatus: 'failed' }]);
  expect(sandbox.phone(GB).calls()).toEqual([]);
  expect(await alertCodes()).toEqual(['13227']);
  sandbox.allowCountry('GB');
  sandbox.phone('+13015550195').call(NUMBER);
  await sandbox.clock.advance('2s');
  expect(sandbox.phone(GB).calls()).toHaveLength(1);
});

it('a reply to a country that is not allowed is not sent, and an alert says why [S F372]', async () => {
  const { sandbox, client, app } = await setUpVoice();
  const [number] = await client.incomingPhoneNumbers.list();
  await client.incomingPhoneNumbers(number?.sid ?? '').update({ smsUrl: `${app.origin}/sms` });
  app.answer(() => twiml('<Response><Message>Hi</Message></Response>'));
  const { replies } = await sandbox.phone(GB).text(NUMBER, 'Hello');
  expect(replies).toEqual([]);
  expect((await client.monitor.v1.alerts.list()).map(({ errorCode }) => errorCode)).toEqual(['21408']);
});

it('countries are allowed and refused by the library, its options and the control API, until a reset', async () => {
  const { sandbox, text } = await setUp({ allowedCountries: ['de'] });
  const control = createControlClient(sandbox);
  expect(sandbox.allowedCountries()).toEqual(['CA', 'DE', 'US']);
  await control.allowCountry('gb');
  await control.refuseCountry('CA');
  expect(await control.allowedCountries()).toEqual(['DE', 'GB', 'US']);
  await text(GB);
  await expect(text('+14165550195')).rejects.toMatchObject({ code: 21408 });
  const snapshot = sandbox.snapshot();
  sandbox.reset();
  expect(sandbox.allowedCountries()).toEqual(['CA', 'DE', 'US']);
  sandbox.restore(snapshot);
  expect(sandbox.allowedCountries()).toEqual(['DE', 'GB', 'US']);
});

it('all countries can be allowed at once', async () => {
  const { sandbox, text } = await setUp({ allowedCountries: 'all' });
  await text(GB);
  expect(sandbox.allowedCountries().length).toBeGreaterThan(200);
});

it.each(['England', '', 'ZZ', '+44'])('%j is not a country', async (country) => {
  const { sandbox } = await setUp();
  expect(() => sandbox.allowCountry(country)).toThrow(/ISO 3166/);
  await expect(createSandbox({ allowedCountries: [country] })).rejects.toThrow(/ISO 3166/);
});
