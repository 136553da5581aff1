// Sends wrong credentials, paths and methods to the REST API.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSandboxClient, fetchRaw } from '../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../create.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.close());

const accountPath = () => `/2010-04-01/Accounts/${sandbox.accountSid}`;
const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

describe('authentication', () => {
  it.each([
    ['a wrong token [R F175]', () => basic(sandbox.accountSid, 'f'.repeat(32)), 'Authenticate'],
    ['an unknown account [U F176]', () => basic(`AC${'1'.repeat(32)}`, sandbox.authToken), 'Authenticate'],
    [
      'a user name that is not a SID [R F177]',
      () => basic('me', sandbox.authToken),
      'Authentication Error - invalid username',
    ],
    ['a user name without a password [U F178]', () => `Basic ${btoa(sandbox.accountSid)}`, 'Authenticate'],
    ['another scheme [U F179]', () => 'Digest x', 'Authentication Error - No credentials provided'],
  ])('refuses %s', async (_name, authorization, message) => {
    const answer = await fetchRaw(sandbox, `${accountPath()}.json`, {
      headers: { authorization: authorization() },
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      code: 20003,
      message,
      more_info: 'https://www.twilio.com/docs/errors/20003',
      status: 401,
    });
  });

  it('requires credentials [R F180]', async () => {
    const answer = await fetch(`${sandbox.origin}${accountPath()}.json`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ message: 'Authentication Error - No credentials provided' });
  });

  it('accepts another spelling of the same header', async () => {
    const authorization = basic(sandbox.accountSid, sandbox.authToken).replace('Basic ', 'basic   ');
    const answer = await fetchRaw(sandbox, `${accountPath()}.json`, { headers: { authorization } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['SK', 'Messages.json', 'R'],
    ['SK', 'Calls.json', 'U'],
    ['SK', 'Messages/SM00000000000000000000000000000000.json', 'U'],
    ['MG', 'Messages.json', 'U'],
    ['PN', 'IncomingPhoneNumbers.json', 'U'],
  ])('refuses the SID %s… in place of the account for %s [%s F353]', async (prefix, resource) => {
    const sid = prefix + '0'.repeat(32);
    const answer = await fetchRaw(sandbox, `/2010-04-01/Accounts/${sid}/${resource}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 90002, message: `AccountSid ${sid} is invalid` });
  });

  it('refuses an API key without the option for the account, as in the SDK [R F354]', async () => {
    const { sid, secret } = await createSandboxClient(sandbox).newKeys.create();
    const client = createSandboxClient({ ...sandbox, authToken: secret });
    client.username = sid;
    const messages = client.api.v2010.accounts(sid).messages;
    const text = { from: '+12025550100', to: '+12125550190', body: 'Hello' };
    await expect(messages.create(text)).rejects.toMatchObject({ status: 400, code: 90002 });
  });

  it('makes the SDK report wrong credentials [T F181]', async () => {
    const client = createSandboxClient({ ...sandbox, authToken: '0'.repeat(32) });
    await expect(client.messages.list()).rejects.toMatchObject({
      status: 401,
      code: 20003,
      moreInfo: 'https://www.twilio.com/docs/errors/20003',
    });
  });
});

describe('routing', () => {
  it.each([
    ['a path of another account', () => `/2010-04-01/Accounts/AC${'1'.repeat(32)}/Messages.json`],
    ['an account whose SID starts like ours', () => `${accountPath()}0/Messages.json`],
    ['an unknown resource', () => `${accountPath()}/Nothing.json`],
    ['a path outside of all APIs', () => '/nothing.json'],
    ['an unknown product', () => '/v1/Nothing'],
  ])('answers 404 for %s', async (_name, path) => {
    const answer = await fetchRaw(sandbox, path());
    expect(answer.status).toBe(404);
    const shown = path().replace('/v1', '');
    expect(await answer.json()).toMatchObject({
      code: 20404,
      message: `The requested resource ${shown} was not found`,
    });
  });

  it('answers in XML for a path without .json [R F182]', async () => {
    const answer = await fetchRaw(sandbox, `${accountPath()}/A&B<C%07`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/xml');
    expect(await answer.text()).toBe(
      `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse><RestException><Code>20404</Code><Message>The requested resource ${accountPath()}/A&amp;B&lt;C was not found</Message><MoreInfo>https://www.twilio.com/docs/errors/20404</MoreInfo><Status>404</Status></RestException></TwilioResponse>`,
    );
  });

  it.each([
    ['DELETE', () => `${accountPath()}/Messages.json`],
    ['POST', () => `${accountPath()}/Balance.json`],
    ['PUT', () => `${accountPath()}/Applications.json`],
    ['DELETE', () => '/v1/Voice/Countries/US'],
  ])('answers 405 for the method %s where it does not exist [S F183]', async (method, path) => {
    const answer = await fetchRaw(sandbox, path(), { method });
    expect(answer.status).toBe(405);
    expect(await answer.json()).toMatchObject({ code: 20004, status: 405 });
  });
});

describe('every answer', () => {
  it('has the headers of Twilio [R F184]', async () => {
    const { headers } = await fetchRaw(sandbox, `${accountPath()}/Balance.json`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json',
      'twilio-concurrent-requests': '1',
      'x-home-region': 'us1',
      'x-api-domain': 'api.twilio.com',
      'x-powered-by': 'AT-5000',
      'x-shenanigans': 'none',
      'access-control-allow-origin': '*',
      'strict-transport-security': 'max-age=31536000',
      'twilio-request-id': expect.stringMatching(/^RQ[0-9a-f]{32}$/),
      date: expect.any(String),
    });
  });

  it('leaves the global Request and Response unchanged', async () => {
    expect((await fetch('data:,x')).constructor).toBe(Response);
    expect(Object.getPrototypeOf(Request.prototype)).toBe(Object.prototype);
    const { Response: original } = globalThis;
    globalThis.Response = class extends original {};
    expect(globalThis.Response).not.toBe(original);
    globalThis.Response = original;
  });
});

describe('the list of requests', () => {
  it('keeps each request with its query and status', async () => {
    const client = createSandboxClient(sandbox);
    await client.messages.list({ to: '+12025550190' });
    await client
      .applications(`AP${'1'.repeat(32)}`)
      .fetch()
      .catch(() => undefined);
    expect(sandbox.requests()).toEqual([
      {
        method: 'GET',
        path: `${accountPath()}/Messages.json?To=%2B12025550190`,
        status: 200,
        at: expect.any(String),
      },
      {
        method: 'GET',
        path: `${accountPath()}/Applications/AP${'1'.repeat(32)}.json`,
        status: 404,
        at: expect.any(String),
      },
    ]);
  });
});
