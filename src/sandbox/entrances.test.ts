// Leads the SDK, child processes and `using` declarations into a sandbox, and sets up its numbers.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import twilio from 'twilio';
import { beforeEach, describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';
import { RelayPhoneError } from '../errors.js';
import { createSandbox, type Sandbox } from './create.js';

const NUMBER = '+12025550100';
const run = promisify(execFile);

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await createSandbox({ onUnsupported: () => undefined });
  return () => sandbox.close();
});

describe('httpClient', () => {
  const createClient = (options: { readonly region?: string; readonly edge?: string } = {}) =>
    twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient, ...options });

  it('leads every product, region and edge into the sandbox, and keeps its host', async () => {
    for (const client of [createClient(), createClient({ region: 'ie1', edge: 'dublin' })]) {
      const service = await client.messaging.v1.services.create({ friendlyName: 'Courier' });
      expect((await client.messaging.v1.services(service.sid).fetch()).friendlyName).toBe('Courier');
      const { countryCode } = await client.lookups.v2.phoneNumbers(NUMBER).fetch();
      expect(countryCode).toBe('US');
      await expect(client.conversations.v1.services(service.sid).fetch()).rejects.toMatchObject({
        code: 20404,
        message: expect.stringContaining('not in the sandbox: Conversations (conversations.twilio.com)'),
      });
    }
  });

  it('sends repeated parameters, queries and credentials as the SDK does', async () => {
    const client = createClient();
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    const media = ['http://127.0.0.1:1/a.png', 'http://127.0.0.1:1/b.png'];
    await client.messages.create({ from: NUMBER, to: '+12125550190', body: 'ä & b', mediaUrl: media });
    const [sent] = await client.messages.list({ to: '+12125550190', limit: 1 });
    expect(sent).toMatchObject({ body: 'ä & b', numMedia: '2' });
    const stranger = twilio(sandbox.accountSid, 'wrong', { httpClient: sandbox.httpClient });
    await expect(stranger.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
  });
});

describe('environment', () => {
  const SCRIPT = `
    const twilio = require('twilio');
    const client = twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN);
    client.incomingPhoneNumbers.create({ phoneNumber: '${NUMBER}' })
      .then(() => client.pricing.v1.messaging.countries('US').fetch())
      .then(({ country }) => console.log(country, process.env.TWILIO_REGION, process.env.TWILIO_API_KEY));`;

  it('leads a child process into the sandbox, and keeps a live account’s settings from it', async () => {
    const live = { TWILIO_REGION: 'ie1', TWILIO_API_KEY: 'SKlive' };
    const environment = await sandbox.environment();
    const { stdout } = await run(process.execPath, ['-e', SCRIPT], {
      env: { ...process.env, ...live, ...environment },
    });
    expect(stdout).toBe('United States undefined undefined\n');
    expect(sandbox.numbers()).toMatchObject([{ number: NUMBER }]);
  });

  it('leaves a key of this sandbox to a child process, with which it then works', async () => {
    const account = twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient });
    const { sid, secret } = await account.newKeys.create({ friendlyName: 'app' });
    const script = `
      const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret, TWILIO_ACCOUNT_SID: accountSid } = process.env;
      require('twilio')(key, secret, { accountSid })
        .incomingPhoneNumbers.create({ phoneNumber: '${NUMBER}' });`;
    vi.stubEnv('TWILIO_API_KEY', sid);
    vi.stubEnv('TWILIO_API_SECRET', secret);
    onTestFinished(() => void vi.unstubAllEnvs());
    await run(process.execPath, ['-e', script], {
      env: { ...process.env, ...(await sandbox.environment()) },
    });
    expect(sandbox.numbers()).toMatchObject([{ number: NUMBER }]);
    const other = await createSandbox();
    onTestFinished(() => other.close());
    expect(await other.environment()).toHaveProperty('TWILIO_API_KEY', undefined);
  });

  it('is opened once, and its files are gone when the sandbox is closed', async () => {
    const [one, other] = await Promise.all([sandbox.environment(), sandbox.environment()]);
    expect(one).toEqual(other);
    const bundle = one.NODE_EXTRA_CA_CERTS ?? '';
    expect(existsSync(bundle)).toBe(true);
    await sandbox.close();
    expect(existsSync(dirname(dirname(bundle)))).toBe(false);
    await expect(sandbox.environment()).rejects.toThrow('the sandbox is closed');
  });
});

describe('number', () => {
  const SMS = 'http://127.0.0.1:1/sms';

  it('buys a number with its webhooks, and changes only what is named', async () => {
    const bought = sandbox.number('+1 202-555-0100', { sms: SMS });
    expect(bought).toMatchObject({ number: NUMBER, sms: { url: SMS, method: 'POST' }, voice: { url: null } });
    const voice = {
      url: 'http://127.0.0.1:1/voice',
      method: 'GET',
      fallbackUrl: 'http://127.0.0.1:2',
    } as const;
    const changed = sandbox.number(NUMBER, { voice });
    expect(changed).toMatchObject({ sid: bought.sid, sms: { url: SMS }, voice: { method: 'GET' } });
    expect(sandbox.number(NUMBER)).toEqual(changed);
    expect(sandbox.numbers()).toEqual([changed]);
    const client = twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient });
    expect(await client.incomingPhoneNumbers(bought.sid).fetch()).toMatchObject({
      smsUrl: SMS,
      voiceUrl: voice.url,
      voiceFallbackUrl: voice.fallbackUrl,
    });
    expect(sandbox.number(NUMBER, { sms: null })).toMatchObject({
      sms: { url: null },
      voice: { url: voice.url },
    });
  });

  it('uses a TwiML app for the kinds that are not named', async () => {
    const client = twilio(sandbox.accountSid, sandbox.authToken, { httpClient: sandbox.httpClient });
    const { sid } = await client.applications.create({ friendlyName: 'app', smsUrl: SMS, voiceUrl: SMS });
    expect(sandbox.number(NUMBER, { app: sid })).toMatchObject({
      sms: { applicationSid: sid, url: SMS },
      voice: { applicationSid: sid },
    });
    expect(sandbox.number(NUMBER, { sms: `${SMS}/own`, app: sid })).toMatchObject({
      sms: { applicationSid: null, url: `${SMS}/own` },
      voice: { applicationSid: sid },
    });
  });

  it.each<[number: string, options: object, reason: string]>([
    ['12', {}, '12 is not a valid number (Twilio 21421)'],
    ['', {}, ' is not a valid number (Twilio 21421)'],
    ['+13015550195', {}, '+13015550195 is not available (Twilio 21422)'],
    [NUMBER, { sms: 'sms' }, 'SmsUrl is not valid: sms (Twilio 21402)'],
    [NUMBER, { voice: { url: SMS, method: 'PUT' } }, 'VoiceMethod is not valid: PUT (Twilio 21403)'],
    [NUMBER, { app: 'AP1' }, 'ApplicationSid AP1 is not accessible (Twilio 21420)'],
  ])('refuses %s with %o, and buys nothing', (number, options, reason) => {
    const refusal = expect.objectContaining({ kind: 'usage', reason });
    expect(() => sandbox.number(number, options)).toThrow(RelayPhoneError);
    expect(() => sandbox.number(number, options)).toThrow(refusal);
    expect(sandbox.numbers()).toEqual([]);
  });
});

it('a sandbox is closed by `await using`', async () => {
  const other = await createSandbox();
  await other[Symbol.asyncDispose]();
  await expect(fetch(other.origin)).rejects.toThrow();
});

it('nextEvent returns an event of the kind that its predicate is about', async () => {
  const texted = sandbox.nextEvent((event) => event.kind === 'phone.texts');
  sandbox.number(NUMBER);
  await sandbox.phone('+12125550190').text(NUMBER, 'Hello');
  expectTypeOf(await texted).toHaveProperty('body');
  expect((await texted).body).toBe('Hello');
  const any = sandbox.nextEvent(({ kind }) => kind.startsWith('phone'));
  expectTypeOf(any).resolves.toHaveProperty('traceId');
  await sandbox.phone('+12125550190').text(NUMBER, 'Hello');
  await any;
});
