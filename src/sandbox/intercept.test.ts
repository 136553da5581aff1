// Sends requests for Twilio from every kind of HTTP client of this process, and looks where they arrive.
import { type EventEmitter, once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import twilio from 'twilio';
import {
  Agent,
  fetch as fetchByUndici,
  getGlobalDispatcher,
  Pool,
  request as requestByUndici,
  setGlobalDispatcher,
} from 'undici';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createCertificate } from '../../test/support/authority.js';
import { createSandbox, type Sandbox } from './create.js';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await createSandbox({ unsupported: 'warn', onUnsupported: () => undefined });
  return () => sandbox.close();
});

/** The header and the path of a request for the account. */
const account = () => ({
  url: `https://api.twilio.com/2010-04-01/Accounts/${sandbox.accountSid}.json`,
  headers: {
    authorization: `Basic ${Buffer.from(`${sandbox.accountSid}:${sandbox.authToken}`).toString('base64')}`,
  },
});

const sidIn = (body: string) => (JSON.parse(body) as { sid?: string }).sid;

async function getByNode(
  { request }: Pick<typeof http, 'request'>,
  url: string,
  options: https.RequestOptions,
): Promise<string> {
  const sent = request(url, options).end();
  const [answer] = (await once(sent, 'response')) as [http.IncomingMessage];
  return text(answer);
}

/** How each client asks for the account; each returns the body of the answer. */
const CLIENTS: Readonly<Record<string, () => Promise<string>>> = {
  fetch: async () => (await fetch(account().url, account())).text(),
  'fetch with a Request': async () => (await fetch(new Request(account().url, account()))).text(),
  "undici's fetch": async () => (await fetchByUndici(account().url, account())).text(),
  "undici's request": async () => (await requestByUndici(account().url, account())).body.text(),
  "undici's pool": async () => {
    const pool = new Pool('https://api.twilio.com');
    onTestFinished(() => pool.destroy());
    const { pathname } = new URL(account().url);
    return (await pool.request({ method: 'GET', path: pathname, headers: account().headers })).body.text();
  },
  'node:https': () => getByNode(https, account().url, account()),
  'node:https without an agent': () => getByNode(https, account().url, { ...account(), agent: false }),
  'node:https with a certificate authority of its own': () =>
    getByNode(https, account().url, { ...account(), ca: 'none', minVersion: 'TLSv1.3' }),
  'node:http': () => getByNode(http, account().url.replace('https', 'http'), account()),
};

describe('interception', () => {
  it.each(Object.keys(CLIENTS))('leads %s into the sandbox', async (name) => {
    sandbox.intercept();
    expect(sidIn((await CLIENTS[name]?.()) ?? '')).toBe(sandbox.accountSid);
  });

  it('leads the SDK into the sandbox, each product to its own routes', async () => {
    sandbox.intercept();
    const client = twilio(sandbox.accountSid, sandbox.authToken);
    const number = await client.incomingPhoneNumbers.create({ phoneNumber: '+12025550100' });
    const service = await client.messaging.v1.services.create({ friendlyName: 'Courier' });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number.sid });
    expect(sandbox.numbers()).toMatchObject([{ sid: number.sid, messagingServiceSid: service.sid }]);
    const country = await client.pricing.v1.messaging.countries('US').fetch();
    const { valid } = await client.lookups.v2.phoneNumbers('+12025550100').fetch();
    expect([country.isoCountry, valid]).toEqual(['US', true]);
    await expect(client.conversations.v1.services.create({ friendlyName: 'x' })).rejects.toThrow(
      'not in the sandbox: Conversations (conversations.twilio.com)',
    );
  });

  it.each(['dublin', undefined])('serves the region ie1 with the edge %s', async (edge) => {
    sandbox.intercept();
    const options = { region: 'ie1', ...(edge && { edge }) };
    const client = twilio(sandbox.accountSid, sandbox.authToken, options);
    expect((await client.api.v2010.accounts(sandbox.accountSid).fetch()).sid).toBe(sandbox.accountSid);
  });

  it('takes any port of a host of Twilio, in any spelling', async () => {
    sandbox.intercept();
    const url = account().url.replace('api.twilio.com', 'API.Twilio.com:8443');
    expect(sidIn(await (await fetch(url, account())).text())).toBe(sandbox.accountSid);
  });

  it('streams a long body, and uses a connection again', async () => {
    sandbox.intercept();
    const body = new URLSearchParams({ FriendlyName: 'x', Padding: 'p'.repeat(700_000) });
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ports = new Set<unknown>();
    for (let round = 0; round < 3; round += 1) {
      const sent = https.request(account().url, { ...account(), method: 'POST', agent });
      sent.setHeader('content-type', 'application/x-www-form-urlencoded').end(`${body}`);
      const [answer] = (await once(sent, 'response')) as [http.IncomingMessage];
      ports.add(sent.socket);
      expect(answer.statusCode).toBe(200);
      await text(answer);
    }
    expect(ports.size).toBe(1);
  });

  it('ends a request that is aborted, or that the sandbox lets hang for longer than the client waits', async () => {
    sandbox.intercept();
    sandbox.fail({ method: 'GET', path: 'Accounts', answer: 'hang' });
    const controller = new AbortController();
    const aborted = fetch(account().url, { ...account(), signal: controller.signal });
    await sandbox.nextEvent((event) => event.kind === 'fault.hit');
    controller.abort();
    await expect(aborted).rejects.toThrow('aborted');
    const client = twilio(sandbox.accountSid, sandbox.authToken, { timeout: 50 });
    const late = client.api.v2010.accounts(sandbox.accountSid).fetch();
    await expect(late).rejects.toThrow('timeout of 50ms exceeded');
  });

  it('lets a client see that the sandbox drops its connection', async () => {
    sandbox.intercept();
    sandbox.fail({ method: 'GET', path: 'Accounts', answer: 'drop' });
    await expect(getByNode(https, account().url, account())).rejects.toThrow('socket hang up');
  });

  it('does not touch other hosts, nor pages of Twilio', async () => {
    const server = http.createServer((incoming, outgoing) => outgoing.end(incoming.headers.host));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    sandbox.intercept();
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe(`127.0.0.1:${port}`);
    for (const host of ['www.twilio.com', 'eviltwilio.com', 'twilio.com.example.com']) {
      const lookup = toThisMachine;
      expect(await getByNode(http, `http://${host}:${port}`, { lookup })).toBe(`${host}:${port}`);
    }
  });

  it.each([undefined, 'api.twilio.com'])(
    'refuses a client that took tls.connect out of its module before, with the server name %s',
    async (servername) => {
      const { connect } = tls;
      sandbox.intercept();
      const socket = connect({ host: 'api.twilio.com', port: 443, ...(servername && { servername }) });
      const [error] = await once(socket, 'error');
      expect(String(error)).toMatch(
        /a connection to api\.twilio\.com .* imported connect from node:tls by name/,
      );
    },
  );

  it.each<[what: string, open: () => EventEmitter]>([
    ['node:http2', () => http2.connect('https://api.twilio.com')],
    ['TLS that offers h2 alone', () => tls.connect({ host: 'api.twilio.com', ALPNProtocols: ['h2'] })],
  ])('refuses %s with a sentence, because the sandbox has no HTTP/2', async (_what, open) => {
    sandbox.intercept();
    const [error] = await once(open(), 'error');
    expect(String(error)).toMatch(/a connection to api\.twilio\.com .* the sandbox has no HTTP\/2/);
  });

  it('intercepts a connection to Twilio whatever server name it asks for', async () => {
    sandbox.intercept();
    const body = await getByNode(https, account().url, { ...account(), servername: 'example.com' });
    expect(sidIn(body)).toBe(sandbox.accountSid);
  });
});

describe('the end of an interception', () => {
  it('fails a request in flight with an error for which no client tries again', async () => {
    sandbox.fail({ method: 'GET', path: 'Accounts', answer: 'hang' });
    for (const ask of [CLIENTS.fetch, CLIENTS['node:https'], CLIENTS["undici's request"]]) {
      const stop = sandbox.intercept();
      const reached = sandbox.nextEvent((event) => event.kind === 'fault.hit');
      const asked = ask?.();
      await reached;
      stop();
      const error = await asked?.catch((thrown: Error) => thrown.cause ?? thrown);
      expect(String(error)).toContain('relay-phone has ended the interception');
      expect(error).not.toHaveProperty('code');
    }
  });

  it.each<[how: string, end: (stop: ReturnType<Sandbox['intercept']>) => unknown]>([
    ['the returned function', (stop) => stop()],
    ['Symbol.dispose', (stop) => stop[Symbol.dispose]()],
    ['close', () => sandbox.close()],
  ])('comes with %s: everything that it replaced is back', async (_how, end) => {
    const replaced = () => [
      tls.connect,
      https.Agent.prototype,
      Reflect.get(http.Agent.prototype, 'addRequest'),
      Reflect.get(http.ClientRequest.prototype, 'onSocket'),
      Reflect.get(tls.TLSSocket.prototype, 'connect'),
      Object.hasOwn(getGlobalDispatcher(), 'dispatch'),
    ];
    const before = replaced();
    const stop = sandbox.intercept();
    await fetch(account().url, account());
    await end(stop);
    stop();
    expect(replaced()).toEqual(before);
    expect(tls.connect).toBe(before[0]);
  });

  it('closes the connections to the sandbox, so that the next one gets its requests', async () => {
    const agent = new https.Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const ask = () => getByNode(https, account().url, { ...account(), agent });
    for (let round = 0; round < 3; round += 1) {
      sandbox.intercept();
      expect(sidIn(await (await fetch(account().url, account())).text())).toBe(sandbox.accountSid);
      expect(sidIn(await ask())).toBe(sandbox.accountSid);
      await sandbox.close();
      sandbox = await createSandbox();
    }
  });

  it('leaves alone what another library replaced meanwhile', () => {
    const original = tls.connect;
    onTestFinished(() => {
      tls.connect = original;
    });
    const stop = sandbox.intercept();
    const intercepting = tls.connect;
    const other = ((...given: Parameters<typeof tls.connect>) =>
      intercepting(...given)) as typeof tls.connect;
    tls.connect = other;
    stop();
    expect(tls.connect).toBe(other);
  });

  it('is not needed before another call of the same sandbox, but before that of another one', async () => {
    const stop = sandbox.intercept();
    expect(sandbox.intercept()).toBe(stop);
    const other = await createSandbox();
    onTestFinished(() => other.close());
    expect(() => other.intercept()).toThrow('another sandbox of this process intercepts them');
    stop();
    other.intercept();
    await other.close();
    expect(() => other.intercept()).toThrow('the sandbox is closed');
  });
});

type Lookup = NonNullable<https.RequestOptions['lookup']>;
const toThisMachine: Lookup = (_host, { all }, callback) =>
  all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);

describe('a connection to Twilio that was open before', () => {
  let url: string;

  /** Starts a server that stands in for Twilio's own. */
  beforeEach(async () => {
    const certificate = await createCertificate({ names: ['*.twilio.com'] });
    const server = https.createServer(certificate, (_incoming, outgoing) => outgoing.end('{"sid":"real"}'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    url = account().url.replace('twilio.com', `twilio.com:${port}`);
    return () => {
      server.closeAllConnections();
      server.close();
    };
  });

  it('is closed by an agent of node:https instead of used', async () => {
    const agent = new https.Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const ask = async () =>
      sidIn(await getByNode(https, url, { ...account(), agent, lookup: toThisMachine }));
    expect(await ask()).toBe('real');
    const stop = sandbox.intercept();
    expect(await ask()).toBe(sandbox.accountSid);
    stop();
    expect(await ask()).toBe('real');
  });

  it('fails a request that an agent has queued behind one in flight, and the next one reaches the sandbox', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const ask = () => getByNode(https, url, { ...account(), agent, lookup: toThisMachine });
    const first = ask();
    sandbox.intercept();
    const second = ask();
    expect(sidIn(await first)).toBe('real');
    await expect(second).rejects.toThrow('was open before intercept()');
    expect(sidIn(await ask())).toBe(sandbox.accountSid);
  });

  it('is not used by the global dispatcher of undici', async () => {
    const before = getGlobalDispatcher();
    setGlobalDispatcher(new Agent({ connect: { lookup: toThisMachine } }));
    onTestFinished(() => setGlobalDispatcher(before));
    const ask = async () => sidIn(await (await requestByUndici(url, account())).body.text());
    expect(await ask()).toBe('real');
    const stop = sandbox.intercept();
    expect(await ask()).toBe(sandbox.accountSid);
    stop();
    expect(await ask()).toBe('real');
  });

  it('fails one request of a pool of undici, and the next one reaches the sandbox', async () => {
    const pool = new Pool(new URL(url).origin, { connections: 1, connect: { lookup: toThisMachine } });
    onTestFinished(() => pool.destroy());
    const ask = async () => {
      const answer = await pool.request({ method: 'GET', path: new URL(url).pathname, ...account() });
      return sidIn(await answer.body.text());
    };
    expect(await ask()).toBe('real');
    sandbox.intercept();
    await expect(ask()).rejects.toThrow('was open before intercept()');
    expect(await ask()).toBe(sandbox.accountSid);
  });
});
