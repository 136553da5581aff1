// Tests that a fault which an app's answer shows becomes a finding of the exchange: redirects, refused hosts, loops.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BASE, SMS, setUpGateway, startApp, webhook } from '../../../test/support/gateway.js';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Starts an app that answers webhooks with `answer`, and GET requests with `page`, which may depend on the host. */
async function setUp(answer: Answer, page: (host: string) => Answer = () => ({ body: 'x' })) {
  const asked: string[] = [];
  const app = await startApp((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const isPage = incoming.method === 'GET' && incoming.url !== '/api/v1/vCard/abcdef';
    const { status = 200, headers = {}, body = '' } = isPage ? page(incoming.headers.host ?? '') : answer;
    incoming.resume().on('end', () => outgoing.writeHead(status, headers).end(body));
  });
  return { asked, app: app.origin, ...(await setUpGateway(app.origin)) };
}

describe('a redirect', () => {
  const GET = 'Twilio asks there with GET, without the parameters of the webhook';
  it.each([
    [301, '/moved/', `to /moved/: ${GET}`, `give Twilio the URL that the app redirects to, ${BASE}/moved/`],
    [302, '/accounts/login/?next=/x', `to /accounts/login/?next=/x: ${GET}`, 'give Twilio the URL'],
    [303, 'https://other.example/x', `to https://other.example/x: ${GET}`, 'give Twilio the URL'],
    [301, `${SMS}/`, `to ${SMS}/: ${GET}`, `give Twilio the URL that the app redirects to, ${BASE}${SMS}/`],
    [307, '/moved', 'to /moved: Twilio sends the webhook again to that URL', 'give Twilio the URL'],
    [308, '/moved', 'to /moved: Twilio documents that it follows 301, 302, 303 and 307, not 308', 'give'],
    [304, '/moved', 'to /moved: Twilio does not follow that (11216)', 'give Twilio the URL'],
    [301, 'http://', 'to http://: Twilio does not follow that (11216)', 'answer the webhook itself'],
    [302, `${BASE}${SMS}`, `to ${BASE}${SMS}: ${GET}`, 'make the app trust X-Forwarded-Proto'],
    [302, `${BASE.replace('https', 'http')}${SMS}`, `${SMS}: ${GET}`, 'make the app trust X-Forwarded-Proto'],
    [302, 'http://127.0.0.1:8000/x', GET, 'which Twilio cannot reach'],
  ])('%i to %s is a finding with advice', async (status, location, what, advice) => {
    const { gateway, ask } = await setUp({ status, headers: { location } });
    await ask(webhook());
    const [summary] = gateway.list({ failed: true });
    expect(summary?.findings).toMatchObject([{ id: 'redirect', what: expect.stringContaining(what) }]);
    expect(summary?.findings?.[0]?.what).toContain(`the app redirects (${status})`);
    expect(summary?.findings?.[0]?.tryNext[0]).toContain(advice);
  });

  it('without a Location is a finding', async () => {
    const { gateway, ask } = await setUp({ status: 302 });
    await ask(webhook());
    expect(gateway.list({ failed: true })[0]?.findings?.[0]?.what).toBe(
      'the app redirects (302) nowhere: Twilio does not follow that (11216)',
    );
  });

  it('is not a finding in answer to a request for a vCard: Twilio follows it', async () => {
    const { gateway, ask } = await setUp({ status: 302, headers: { location: '/card.vcf' } });
    await ask({ target: '/api/v1/vCard/abcdef' });
    expect(gateway.list({ failed: true })).toEqual([]);
    expect(gateway.list({})[0]).toMatchObject({ kind: 'card', status: 302 });
  });
});

it.each([200, 201, 204])(
  'an answer with %i has no finding, and the app is asked nothing else',
  async (status) => {
    const { gateway, ask, asked } = await setUp({ status });
    await ask(webhook());
    expect(gateway.list({})[0]).not.toHaveProperty('findings');
    expect(gateway.list({ failed: true })).toEqual([]);
    expect(asked).toEqual([`POST ${SMS}`]);
  },
);

describe('a refused host', () => {
  it.each([
    [403, 'Blocked request. This host ("relay.example.test") is not allowed.', 'Vite'],
    [400, 'Invalid host header', 'Starlette'],
    [200, 'Invalid Host header', 'webpack-dev-server'],
    [400, '<title>DisallowedHost</title>', 'Django'],
  ])('is a finding of the exchange if the answer shows it: %i %s', async (status, body, framework) => {
    const { gateway, ask, asked } = await setUp({ status, body });
    await ask(webhook());
    const [summary] = gateway.list({ failed: true });
    expect(summary?.findings).toMatchObject([
      {
        id: 'host-refused',
        what: expect.stringContaining(`refuses this host, relay.example.test: ${framework}`),
      },
    ]);
    expect(asked).toEqual([`POST ${SMS}`]);
  });

  it('is found in a compressed answer', async () => {
    const body = gzipSync('<title>DisallowedHost at /</title>');
    const { gateway, ask, waitFor } = await setUp({
      status: 400,
      headers: { 'Content-Encoding': 'gzip' },
      body,
    });
    const answer = await ask(webhook());
    expect(answer.body.equals(body)).toBe(true);
    const [event] = await waitFor('finding');
    const [summary] = gateway.list({});
    expect(event).toEqual({ kind: 'finding', exchangeId: summary?.id, finding: summary?.findings?.[0] });
    expect(summary?.findings?.[0]?.what).toContain('Django');
  });

  it('is found by a comparison if the framework is unknown, at once for later webhooks', async () => {
    const page = (host: string) => (host === 'relay.example.test' ? { status: 403 } : { body: 'x' });
    const { gateway, ask, waitFor, asked, told } = await setUp({ status: 403, body: 'no' }, page);
    await ask(webhook());
    await waitFor('finding');
    const what = 'it answers 403 to GET / for it, and 200 for 127.0.0.1';
    const [summary] = gateway.list({});
    expect(summary?.findings?.[0]?.what).toContain(what);
    expect(gateway.find(summary?.id ?? 0)?.summary.findings).toEqual(summary?.findings);
    const count = asked.length;
    await ask(webhook());
    expect(gateway.list({})[0]?.findings?.[0]?.what).toContain(what);
    expect(asked.slice(count)).toEqual([`POST ${SMS}`]);
    expect(told.filter(({ kind }) => kind === 'finding')).toHaveLength(1);
  });

  it('is not a finding if the app answers both hosts alike, or the webhook differently', async () => {
    const page = (host: string) => (host === 'relay.example.test' ? { status: 403 } : { body: 'x' });
    const { gateway, ask, asked } = await setUp({ status: 400, body: 'no such mask' }, page);
    await ask(webhook());
    expect(await gateway.compareHosts()).toMatchObject({ id: 'host-refused', status: 403 });
    await ask(webhook());
    await gateway.close();
    expect(asked.filter((one) => one.startsWith('POST'))).toHaveLength(2);
    expect(gateway.list({}).flatMap(({ findings = [] }) => findings)).toEqual([]);
  });

  it('is not looked for if a stranger causes the error', async () => {
    const app = await startApp((incoming, outgoing) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      incoming.resume().on('end', () => outgoing.writeHead(403).end());
    });
    const asked: string[] = [];
    const { ask, gateway } = await setUpGateway(app.origin, { exposeAll: true });
    await ask(webhook({}, { token: 'e'.repeat(32) }));
    await ask({ target: '/api/v1/vCard/abcdef' });
    await gateway.close();
    expect(asked).toEqual([`POST ${SMS}`, 'GET /api/v1/vCard/abcdef']);
  });
});

it('the AirPlay Receiver of macOS is a finding of the exchange', async () => {
  const { gateway, ask, app } = await setUp({ status: 403, headers: { Server: 'AirTunes/775.3.1' } });
  await ask(webhook());
  expect(gateway.list({ failed: true })[0]?.findings).toMatchObject([
    { id: 'airplay', what: `the AirPlay Receiver of macOS answers at ${app}, not the app` },
  ]);
});

it.each([
  [403, '<title>403 Forbidden</title><p>CSRF verification failed. Request aborted.</p>'],
  [422, '<h1>ActionController::InvalidAuthenticityToken</h1>'],
  [419, '<title>Page Expired</title>'],
  [400, '<h1>Bad Request</h1><p>The CSRF token is missing.</p>'],
  [403, 'ForbiddenError: invalid csrf token'],
  [403, 'Cross-site POST form submissions are forbidden'],
])('an app that asks for a CSRF token is a finding: %i %s', async (status, body) => {
  const { gateway, ask } = await setUp({ status, body });
  await ask(webhook());
  expect(gateway.list({ failed: true })[0]?.findings).toMatchObject([
    {
      id: 'csrf',
      what: `the app refuses requests without a CSRF token (${status}), and Twilio sends none`,
      tryNext: [expect.stringContaining('@csrf_exempt'), expect.stringContaining('X-Twilio-Signature')],
    },
  ]);
});

it.each([
  [403, '<meta name="csrf-token" content="x"><h1>You may not do that</h1>'],
  [500, 'CSRF verification failed'],
])('other refusals are none: %i %s', async (status, body) => {
  const { gateway, ask } = await setUp({ status, body });
  await ask(webhook());
  expect(gateway.list({ failed: true })[0]?.findings ?? []).toEqual([]);
});

describe('a request that comes back', () => {
  /** Starts a TCP proxy whose target is set later, as a tunnel before the gateway. */
  async function startProxy() {
    let target = 0;
    const sockets = new Set<Socket>();
    const server = createServer((incoming) => {
      const outgoing = connect(target, '127.0.0.1');
      for (const [one, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        sockets.add(one);
        one.on('error', () => other.destroy());
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const leadTo = ({ port }: { readonly port: number }) => {
      target = port;
    };
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, leadTo };
  }

  it('is answered with 508 at its first turn, and recorded with the reason', async () => {
    const proxy = await startProxy();
    const { gateway, ask, server } = await setUpGateway(proxy.origin);
    proxy.leadTo(server);
    expect((await ask(webhook())).status).toBe(508);
    expect(gateway.list({ refused: true })).toMatchObject([
      { status: 508, refusal: 'it came back: the address of the app leads to this gateway' },
    ]);
    expect(gateway.list({ failed: true })).toMatchObject([
      { status: 508, findings: [{ id: 'loop', what: expect.stringContaining(proxy.origin) }] },
    ]);
    expect((await ask({ target: '/api/v1/vCard/abcdef' })).status).toBe(508);
  });

  it('is noticed through another gateway', async () => {
    const proxy = await startProxy();
    const second = await setUpGateway(proxy.origin);
    const first = await setUpGateway(second.server.origin);
    proxy.leadTo(first.server);
    expect((await first.ask(webhook())).status).toBe(508);
    const refused = [first, second].flatMap(({ gateway }) => gateway.list({ refused: true }));
    expect(refused).toHaveLength(1);
  });

  it('is noticed with --expose all, for pages and for other protocols', async () => {
    const proxy = await startProxy();
    const { gateway, ask, server } = await setUpGateway(proxy.origin, { exposeAll: true });
    proxy.leadTo(server);
    expect((await ask({ target: '/page' })).status).toBe(508);
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    expect((await ask({ target: '/ws', headers })).status).toBe(508);
    expect(gateway.list({ refused: true })).toHaveLength(2);
  });

  it('is not seen in the mark of another run, or in one that somebody made up', async () => {
    const { ask, app, asked } = await setUp({ status: 200 });
    const { headers, ...rest } = webhook();
    for (const mark of ['relay-phone; gateway=0123456789abcdef01234567', 'cloudflare, relay-phone', '']) {
      const answer = await ask({
        ...rest,
        headers: { ...(headers as Record<string, string>), 'CDN-Loop': mark },
      });
      expect([app, answer.status]).toEqual([app, 200]);
    }
    expect(asked).toHaveLength(3);
  });
});
