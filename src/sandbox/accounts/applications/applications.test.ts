// Creates, changes and deletes TwiML apps with the official SDK.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';

let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;

beforeEach(async () => {
  sandbox = await createSandbox();
  client = createSandboxClient(sandbox);
});
afterEach(() => sandbox.close());

describe('a TwiML app', () => {
  it('is created with empty settings [S F006]', async () => {
    const app = await client.applications.create();
    expect(app.sid).toMatch(/^AP[0-9a-f]{32}$/);
    expect(app).toMatchObject({
      friendlyName: '',
      smsUrl: null,
      smsMethod: 'POST',
      smsStatusCallback: null,
      messageStatusCallback: null,
      voiceUrl: null,
      voiceCallerIdLookup: false,
      publicApplicationConnectEnabled: false,
      accountSid: sandbox.accountSid,
      apiVersion: '2010-04-01',
    });
  });

  it('can be created, updated and deleted [S F007]', async () => {
    const settings = {
      friendlyName: 'Relay',
      smsUrl: 'https://example.com/api/v1/inbound_sms',
      smsMethod: 'POST',
      voiceUrl: 'https://example.com/api/v1/inbound_call',
      statusCallback: 'http://127.0.0.1:8000/status',
    };
    const { sid } = await client.applications.create(settings);
    expect(await client.applications(sid).fetch()).toMatchObject(settings);
    const updated = await client.applications(sid).update({ smsUrl: '', friendlyName: 'Relay 2' });
    expect(updated).toMatchObject({ friendlyName: 'Relay 2', smsUrl: null, voiceUrl: settings.voiceUrl });
    expect(await client.applications(sid).remove()).toBe(true);
    await expect(client.applications(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(client.applications(sid).update({})).rejects.toMatchObject({ status: 404, code: 20404 });
    await expect(client.applications(sid).remove()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('shows one status callback in both fields [U F008]', async () => {
    const url = 'https://example.com/status';
    const both = { smsStatusCallback: url, messageStatusCallback: url };
    expect(await client.applications.create({ smsStatusCallback: url })).toMatchObject(both);
    const { sid } = await client.applications.create({ messageStatusCallback: url });
    expect(await client.applications(sid).fetch()).toMatchObject(both);
    const other = await client.applications(sid).update({ smsStatusCallback: 'https://example.com/other' });
    expect(other).toMatchObject({
      messageStatusCallback: url,
      smsStatusCallback: 'https://example.com/other',
    });
  });

  it.each([
    ['an invalid URL [S F009]', { smsUrl: 'not a url' }, 21402],
    ['an invalid method [S F010]', { voiceMethod: 'PUT' }, 21403],
    ['a voice fallback without a URL [S F011]', { voiceFallbackUrl: 'https://example.com/' }, 21405],
    ['a text fallback without a URL [S F012]', { smsFallbackUrl: 'https://example.com/' }, 21406],
    ['a name that is too long [U F013]', { friendlyName: 'x'.repeat(65) }, 20422],
  ])('refuses %s', async (_name, options, code) => {
    await expect(client.applications.create(options)).rejects.toMatchObject({ status: 400, code });
  });

  it('can be found by its name [S F014]', async () => {
    const { sid } = await client.applications.create({ friendlyName: 'Relay' });
    await client.applications.create({ friendlyName: 'Other' });
    const found = await client.applications.list({ friendlyName: 'Relay' });
    expect(found.map((app) => app.sid)).toEqual([sid]);
    expect(await client.applications.list()).toHaveLength(2);
  });
});
