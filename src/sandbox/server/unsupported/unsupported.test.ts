// Tells what the sandbox lacks apart from a wrong SID, whichever host, path or method asks for it.
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasDocuments, NO_DOCUMENTS } from '../../../../test/support/openapi/documents.js';
import { allOperations } from '../../../../test/support/openapi/operations.js';
import { servedOperations } from '../../../../test/support/openapi/served.js';
import { createSandboxClient, fetchRaw } from '../../../../test/support/sandbox-client.js';
import { createSandbox, type Sandbox } from '../../create.js';
import { findUnsupported } from './find-unsupported.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.close());

const lacks = () => sandbox.events({ kind: 'unsupported' });

/** Sends a GET with a `Host` header, which fetch cannot. */
async function ask(host: string, path: string, headers: Record<string, string> = {}) {
  const client = new twilio.RequestClient();
  const answer = await client.request({
    method: 'get',
    uri: sandbox.origin + path,
    username: sandbox.accountSid,
    password: sandbox.authToken,
    headers: { Host: host, ...headers },
  });
  return { status: answer.statusCode, body: answer.body, headers: answer.headers as Record<string, string> };
}

describe('a product that the sandbox lacks', () => {
  it.each(['conversations', 'notify', 'sync', 'proxy', 'serverless', 'chat', 'ip-messaging'])(
    'is not answered by Messaging Services: %s',
    async (product) => {
      const client = createSandboxClient(sandbox);
      const { sid } = await client.messaging.v1.services.create({ friendlyName: 'Mine' });
      const { status, body, headers } = await ask(`${product}.twilio.com`, '/v1/Services');
      expect(status).toBe(404);
      expect(body).toMatchObject({
        code: 20404,
        status: 404,
        message: expect.stringContaining('not in the sandbox'),
      });
      expect(headers['relay-phone-unsupported']).toBeTruthy();
      expect(headers['x-api-domain']).toBe(`${product}.twilio.com`);
      await client.request({ method: 'delete', uri: `https://${product}.twilio.com/v1/Services/${sid}` });
      expect(await client.messaging.v1.services(sid).fetch()).toMatchObject({ friendlyName: 'Mine' });
      expect(lacks()).toMatchObject([{ what: 'api' }, { what: 'api', host: `${product}.twilio.com` }]);
    },
  );

  it('refuses through the SDK with its own error class, which names it', async () => {
    const failure = createSandboxClient(sandbox).conversations.v1.conversations.create({});
    await expect(failure).rejects.toMatchObject({
      status: 404,
      code: 20404,
      message:
        'The requested resource /Conversations was not found: not in the sandbox: Conversations (conversations.twilio.com)',
    });
    const [request, event] = sandbox.events().slice(-2);
    expect(request).toMatchObject({
      kind: 'request.in',
      product: 'conversations',
      path: '/v1/Conversations',
    });
    expect(event).toMatchObject({ kind: 'unsupported', name: 'Conversations', cause: request?.id });
    expect(sandbox.trace('latest')).toMatchObject({ worst: 'failed' });
  });

  it('is recognized by its path, too, if the request names no host', async () => {
    await fetchRaw(sandbox, '/v2/Services/VA00000000000000000000000000000000/Verifications', {
      method: 'POST',
    });
    expect(lacks()).toMatchObject([{ name: expect.stringContaining('Verify') }]);
  });

  it('does not hide wrong credentials', async () => {
    const answer = await fetch(`${sandbox.origin}/verify.twilio.com/v2/Services`);
    expect(answer.status).toBe(401);
    expect(lacks()).toEqual([]);
  });
});

describe('OAuth, which the sandbox lacks', () => {
  const LACKS = 'not in the sandbox: ';

  it.each([
    ['POST', 'oauth', '/v2/token', 'OAuth'],
    ['POST', 'oauth', '/v1/token', 'OAuth'],
    ['GET', 'oauth', '/v2/authorize', 'OAuth'],
    ['POST', 'iam', '/v1/token', 'IAM'],
    ['GET', 'iam', '/v1/Roles/RL1/Permissions', 'IAM'],
    ['POST', 'preview-iam', '/v1/token', 'IAM'],
  ])('is named to a request that needs no credentials: %s %s %s', async (method, product, path, name) => {
    const host = `${product}.twilio.com`;
    const answer = await fetch(`${sandbox.origin}/${host}${path}`, { method });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      message: expect.stringContaining(`${LACKS}${name} (${host})`),
    });
    expect(lacks()).toMatchObject([{ what: 'api', host }]);
  });

  it('is named by the SDK, which asks for a token without credentials', async () => {
    const client = createSandboxClient(sandbox);
    client.setCredentialProvider(new twilio.NoAuthCredentialProvider());
    const asked = { grantType: 'client_credentials', clientId: 'OQ1', clientSecret: 'secret' };
    await expect(client.oauth.v2.token.create(asked)).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining(LACKS),
    });
  });

  it.each(['Bearer x.y.z', 'bearer   x'])('is named to a request with a token: %s', async (authorization) => {
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
    const answer = await fetchRaw(sandbox, path, { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      code: 20003,
      message: `${LACKS}Authorization: Bearer (oauth.twilio.com)`,
    });
    expect(lacks()).toMatchObject([{ what: 'parameter', name: 'Authorization: Bearer' }]);
  });

  it('does not open other paths', async () => {
    const tokens = `/2010-04-01/Accounts/${sandbox.accountSid}/Tokens.json`;
    for (const path of ['/v1/tokens', '/v1/token/1', '/v1/Roles', '/iam.twilio.com/v1/Roles/RL1', tokens])
      expect((await fetch(sandbox.origin + path, { method: 'POST' })).status).toBe(401);
    expect(lacks()).toEqual([]);
  });
});

describe('the host of a request', () => {
  const own = () => `/2010-04-01/Accounts/${sandbox.accountSid}/Balance.json`;

  it.each([
    'api.twilio.com',
    'API.Twilio.com.',
    'api.twilio.com:443',
    'api.ie1.twilio.com',
    'api.dublin.ie1.twilio.com',
    '127.0.0.1',
    'localhost:4020',
    'twilio.com.example.com',
  ])('%s serves the 2010 API', async (host) => {
    expect(await ask(host, own())).toMatchObject({ status: 200 });
  });

  it.each(['messaging.twilio.com', 'verify.dublin.ie1.twilio.com', 'unheard-of.twilio.com'])(
    '%s does not serve the 2010 API',
    async (host) => expect(await ask(host, own())).toMatchObject({ status: 404 }),
  );

  it('survives a replaced base URL as the first segment of the path, and in X-Forwarded-Host', async () => {
    const services = (host: string) => `/${host}/v1/Services?PageSize=1`;
    expect(await ask('127.0.0.1', services('messaging.twilio.com'))).toMatchObject({ status: 200 });
    expect(await ask('127.0.0.1', services('sync.twilio.com'))).toMatchObject({ status: 404 });
    const forwarded = { 'X-Forwarded-Host': 'sync.twilio.com' };
    expect(await ask('127.0.0.1', '/v1/Services', forwarded)).toMatchObject({ status: 404 });
    expect(await ask('127.0.0.1', '/v1/Services', { 'X-Forwarded-Host': 'a.example' })).toMatchObject({
      status: 200,
    });
    expect(sandbox.requests().at(-4)?.path).toBe('/v1/Services?PageSize=1');
  });

  it('tells lookups and prices apart: both have /v1/PhoneNumbers', async () => {
    expect(await ask('lookups.twilio.com', '/v1/PhoneNumbers/Countries')).toMatchObject({ status: 404 });
    expect(await ask('pricing.twilio.com', '/v1/PhoneNumbers/Countries')).toMatchObject({ status: 200 });
  });
});

describe('an address of a channel that the sandbox lacks', () => {
  const [FROM, TO] = ['+12025550100', '+12125550190'];
  beforeEach(async () => {
    await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: FROM });
  });

  it.each([
    ['Messages', { To: `whatsapp:${TO}`, From: FROM, Body: 'Hi' }, 21211, 'To=whatsapp:…'],
    ['Messages', { To: TO, From: `whatsapp:${FROM}`, Body: 'Hi' }, 21212, 'From=whatsapp:…'],
    ['Messages', { To: 'messenger:1234', From: FROM, Body: 'Hi' }, 21211, 'To=messenger:…'],
    ['Calls', { To: 'client:alice', From: FROM, Url: 'http://127.0.0.1:1/' }, 21217, 'To=client:…'],
    ['Calls', { To: 'sip:alice@example.com', From: FROM, Url: 'http://127.0.0.1:1/' }, 21217, 'To=sip:…'],
    ['Calls', { To: TO, From: 'client:alice', Url: 'http://127.0.0.1:1/' }, 21212, 'From=client:…'],
  ])('%s %j is not called invalid', async (resource, form, code, name) => {
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/${resource}.json`;
    const answer = await fetchRaw(sandbox, path, { method: 'POST', body: new URLSearchParams(form) });
    expect(await answer.json()).toMatchObject({
      status: 400,
      code,
      message: `not in the sandbox: ${name} (api.twilio.com)`,
    });
    // A header has no ellipsis.
    expect(answer.headers.get('relay-phone-unsupported')).toBe(name.replace('…', ''));
    expect(lacks()).toMatchObject([{ what: 'parameter', name }]);
  });

  it.each(['alice', 'clients:alice', 'mailto:alice@example.com'])(
    'is told apart from the mistake %s',
    async (To) => {
      const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
      const body = new URLSearchParams({ To, From: FROM, Body: 'Hi' });
      const answer = await fetchRaw(sandbox, path, { method: 'POST', body });
      expect(await answer.json()).toMatchObject({
        code: 21211,
        message: expect.stringContaining('is not a valid'),
      });
      expect(lacks()).toEqual([]);
    },
  );
});

describe('an operation that the sandbox lacks', () => {
  it.each([
    ['POST', '/2010-04-01/Accounts.json', 'POST Accounts'],
    ['GET', '/2010-04-01/Accounts/{}/Addresses.json', 'GET Addresses'],
    ['GET', '/2010-04-01/Accounts/{}/Usage/Records/Today.json', 'GET Usage/Records/Today'],
    [
      'POST',
      '/2010-04-01/Accounts/{}/Calls/CA00000000000000000000000000000000/Streams.json',
      'POST Calls/Streams',
    ],
    ['POST', '/v1/a2p/BrandRegistrations', 'POST v1/a2p/BrandRegistrations'],
    ['GET', '/v1/Services/Usecases', 'GET v1/Services/Usecases'],
    [
      'POST',
      '/v1/Services/MG00000000000000000000000000000000/Compliance/Usa2p',
      'POST v1/Services/Compliance/Usa2p',
    ],
  ])('%s %s is named', async (method, path, name) => {
    const answer = await fetchRaw(sandbox, path.replace('{}', sandbox.accountSid), { method });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('relay-phone-unsupported')).toBe(name);
    expect(lacks()).toMatchObject([{ what: 'operation', name }]);
  });

  it.each([
    ['GET', '/2010-04-01/Accounts/{}/Messages/SM00000000000000000000000000000000.json', 404],
    ['GET', '/2010-04-01/Accounts/{}/Nonsense.json', 404],
    ['DELETE', '/2010-04-01/Accounts/{}/Balance.json', 405],
    ['GET', '/2010-04-01/Accounts/ACffffffffffffffffffffffffffffffff/Addresses.json', 404],
    ['GET', '/nonsense', 404],
  ])('is told apart from the mistake %s %s', async (method, path, status) => {
    const answer = await fetchRaw(sandbox, path.replace('{}', sandbox.accountSid), { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('relay-phone-unsupported')).toBeNull();
    expect(lacks()).toEqual([]);
  });

  it('is every one that Twilio documents, unless the sandbox has it', ({ skip }) => {
    skip(!hasDocuments(), NO_DOCUMENTS);
    const served = new Set(servedOperations());
    const products: Readonly<Record<string, string>> = { api_v2010: 'api' };
    const wrong = allOperations().filter((operation) => {
      const { name, method, path } = operation;
      const product = products[name] ?? name.replace(/_v\d+$/, '');
      return served.has(operation) === (findUnsupported({ product, method, path }, 20404) !== undefined);
    });
    expect(wrong.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});
