// Tests that a refused public host is told from the app's answers, with the framework and its setting where it is known.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createViteServer } from 'vitest/node';
import { DEADLINE } from '../../test/support/deadline.js';
import { createWorkspace } from '../../test/support/workspace.js';
import { NoAnswer } from '../http/send.js';
import { findAppFault, type HostComparison, NO_SUCH_PAGE } from './compare-hosts.js';

const HOST = 'abc-def.ngrok-free.app';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function send(outgoing: ServerResponse, { status = 200, headers = {}, body = '' }: Answer): void {
  outgoing.writeHead(status, headers).end(body);
}

function isPublic({ headers }: IncomingMessage): boolean {
  return headers.host === HOST;
}

/** Starts an app that answers the public host in one way, and its own in another. */
function startApp(forPublic: Answer, forOwn: Answer = { body: 'hello' }): Promise<string> {
  return startServer((incoming, outgoing) => send(outgoing, isPublic(incoming) ? forPublic : forOwn));
}

function find(app: string, more: Partial<Omit<HostComparison, 'app'>> = {}) {
  return findAppFault({ app, publicBase: `https://${HOST}`, timeoutMs: DEADLINE, ...more });
}

const RAILS = `<h1>Blocked hosts: ${HOST}</h1><h2>To allow requests to these hosts, …</h2>`;
const OLD_RAILS = `<style>h1{}</style><h1>Blocked host: ${HOST}</h1><pre>config.hosts &lt;&lt; "${HOST}"</pre>`;
const ASP = '<BODY><h2>Bad Request - Invalid Hostname</h2>\r\n<hr><p>HTTP Error 400.';
const ANGULAR = `Blocked request. This host ("${HOST}") is not allowed. To allow this host, add "${HOST}" to allowedHosts under the serve target in angular.json.`;

describe('a framework that refuses the public host is named with its setting', () => {
  it.each([
    [
      'Vite',
      'server.allowedHosts in vite.config.js',
      403,
      `Blocked request. This host ("${HOST}") is not allowed.\nTo allow this host, add "${HOST}" to \`server.allowedHosts\` in vite.config.js.`,
    ],
    [
      'Vite',
      'preview.allowedHosts in vite.config.js',
      403,
      `Blocked request. This host ("${HOST}") is not allowed.\nTo allow this host, add "${HOST}" to \`preview.allowedHosts\` in vite.config.js.`,
    ],
    ['Angular', 'allowedHosts of the serve target in angular.json', 403, ANGULAR],
    [
      'Angular',
      'security.allowedHosts of the build target in angular.json',
      400,
      `URL with hostname "${HOST}" is not allowed.`,
    ],
    [
      'Angular',
      'security.allowedHosts',
      400,
      `Header "x-forwarded-host" with value "${HOST}" is not allowed.`,
    ],
    ['Rails', 'config.hosts in config/environments/development.rb', 403, RAILS],
    ['Rails', 'config.hosts', 403, OLD_RAILS],
    ['webpack-dev-server', 'devServer.allowedHosts in webpack.config.js', 403, 'Invalid Host header'],
    ['webpack-dev-server', 'devServer.allowedHosts', 200, 'Invalid Host header'],
    ['Starlette', 'allowed_hosts in the TrustedHostMiddleware', 400, 'Invalid host header'],
    ['Litestar', 'allowed_hosts in the AllowedHostsConfig', 400, '{"message":"invalid host header"}'],
    ['Flask', 'TRUSTED_HOSTS', 400, `<p>Host &#39;${HOST}&#39; is not trusted.</p>`],
    ['ASP.NET', 'AllowedHosts in appsettings.json', 400, ASP],
    [
      'Play',
      'play.filters.hosts.allowed in conf/application.conf',
      400,
      `<p id="detail">Host not allowed: ${HOST}</p>`,
    ],
    ['Sinatra', 'permitted_hosts of host_authorization', 403, 'Host not permitted'],
    [
      'Symfony',
      'framework.trusted_hosts',
      400,
      `<title>Untrusted Host &quot;${HOST}&quot;. (400 Bad Request)</title>`,
    ],
    [
      'Spring Security',
      'allowedHostnames',
      400,
      `The request was rejected because the domain ${HOST} is untrusted.`,
    ],
    ['Next.js', 'allowedDevOrigins in next.config.js', 403, 'Unauthorized'],
    ['Next.js', 'allowedDevOrigins', 403, 'Blocked cross-origin request; configure "allowedDevOrigins"'],
    ['it answers 421', 'the list of hosts that it serves', 421, 'Misdirected Request'],
    ['it answers 403', 'the list of hosts that it allows', 403, `Unknown host ${HOST}`],
  ])('%s: %s', async (framework, setting, status, body) => {
    const app = await startApp({ status, body });
    const fault = await find(app);
    expect(fault).toMatchObject({ id: 'host-refused', status });
    expect(fault?.what).toContain(`the app at ${app} refuses this host, ${HOST}: ${framework}`);
    expect(fault?.tryNext[0]).toContain(`add ${HOST} to ${setting}`);
  });

  it.each([
    '<title>DisallowedHost at /</title> Invalid HTTP_HOST header',
    '<title>Bad Request</title><h1>Bad Request (400)</h1>',
  ])('Django: %s', async (body) => {
    const fault = await find(await startApp({ status: 400, body }), { hostsKey: 'DJANGO_ALLOWED_HOST' });
    expect(fault?.what).toContain('Django answers 400');
    expect(fault?.tryNext.join('\n')).toContain(`set DJANGO_ALLOWED_HOST=${HOST},127.0.0.1,localhost`);
  });

  it('a refusal is recognised even if the app refuses 127.0.0.1 as well', async () => {
    const refusal = { status: 400, body: 'Invalid host header' };
    expect((await find(await startApp(refusal, refusal)))?.what).toContain('Starlette');
  });

  it('a real Vite server refuses the public host, and accepts it once it is listed', async () => {
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    workspace.write('index.html', '<p>hello</p>');
    const start = async (allowedHosts: string[]) => {
      const server = await createViteServer({
        root: workspace.file('.'),
        configFile: false,
        logLevel: 'silent',
        server: { host: '127.0.0.1', port: 0, allowedHosts, ws: false },
        optimizeDeps: { noDiscovery: true },
      });
      onTestFinished(() => server.close());
      await server.listen();
      return new URL(server.resolvedUrls?.local[0] ?? '').origin;
    };
    const fault = await find(await start([]));
    expect(fault?.what).toContain(
      `Vite answers 403 ("Blocked request. This host ("${HOST}") is not allowed.")`,
    );
    expect(fault?.tryNext[0]).toContain('server.allowedHosts');
    expect(await find(await start(['.ngrok-free.app']))).toBeUndefined();
  });
});

describe('an unknown framework that treats the public host worse', () => {
  it.each<[string, Answer, Answer]>([
    [
      'it answers 403 ("go away") to GET / for it, and 200 for',
      { status: 403, body: 'go away' },
      { body: 'x' },
    ],
    ['it answers 410 to GET / for it, and 404 for', { status: 410 }, { status: 404 }],
    [
      'it answers 404 to GET / for it, and 200 for',
      { status: 404, body: '<p>no such site</p>' },
      { body: 'x' },
    ],
    [
      'it answers 500 to GET / for it, and 302 for',
      { status: 500 },
      { status: 302, headers: { location: '/home' } },
    ],
    ['it answers 401 to GET / for it, and 200 for', { status: 401 }, { body: 'x' }],
    [
      'it answers 301 (to http://127.0.0.1/) to GET / for it, and 200 for',
      { status: 301, headers: { location: 'http://127.0.0.1/' } },
      { body: 'x' },
    ],
    ['it answers 200 and an empty page to GET / for it, and 200 for', { body: '' }, { body: 'x' }],
  ])('%s its own', async (how, forPublic, forOwn) => {
    const app = await startApp(forPublic, forOwn);
    const fault = await find(app);
    expect(fault?.what).toBe(`the app at ${app} refuses this host, ${HOST}: ${how} ${new URL(app).host}`);
    expect(fault?.tryNext[0]).toContain(`add ${HOST} to the list of hosts`);
  });

  it('one that closes the connection', async () => {
    const app = await startServer((incoming, outgoing) =>
      isPublic(incoming) ? void incoming.socket.destroy() : send(outgoing, { body: 'x' }),
    );
    expect(await find(app)).toMatchObject({
      what: expect.stringContaining('it gives no answer to GET / for it, and 200 for'),
      status: undefined,
    });
  });

  it('one that serves its first page before it checks the host', async () => {
    const app = await startServer((incoming, outgoing) => {
      if (incoming.url === '/') return send(outgoing, { body: 'static' });
      return send(outgoing, { status: isPublic(incoming) ? 403 : 404 });
    });
    expect((await find(app))?.what).toContain(`it answers 403 to GET ${NO_SUCH_PAGE} for it, and 404 for`);
  });

  it('escapes the control characters in what the app says', async () => {
    const fault = await find(await startApp({ status: 403, body: '\u001b[2Jno' }));
    expect(fault?.what).toContain('403 ("\\x1b[2Jno")');
  });
});

describe('no fault is told', () => {
  it.each<[string, Answer, Answer]>([
    ['both get the page', { body: 'a' }, { body: 'b' }],
    ['both get the same error', { status: 403, body: 'sign in' }, { status: 403, body: 'sign in' }],
    ['both get 404', { status: 404 }, { status: 404 }],
    ['only the public host is served', { body: 'x' }, { status: 403 }],
    ['another word for the same', { status: 404 }, { status: 405 }],
    ['it redirects within the public host', { status: 302, headers: { location: '/home' } }, { body: 'x' }],
    ['a page that mentions the words', { body: 'Invalid Host header is a common error' }, { body: 'x' }],
  ])('if %s', async (_title, forPublic, forOwn) => {
    expect(await find(await startApp(forPublic, forOwn))).toBeUndefined();
  });

  it('if the first answer was an error only because the app was starting', async () => {
    let count = 0;
    const app = await startServer((_incoming, outgoing) => {
      count += 1;
      send(outgoing, count === 1 ? { status: 503 } : { body: 'x' });
    });
    expect(await find(app)).toBeUndefined();
  });
});

it('asks with GET and without a body only, and only for the first page and one that no app has', async () => {
  const asked = new Set<string>();
  const app = await startServer((incoming, outgoing) => {
    const { host } = incoming.headers;
    asked.add(`${incoming.method} ${incoming.url} ${host} ${incoming.headers['x-forwarded-proto']}`);
    send(outgoing, { body: 'x' });
  });
  await find(app);
  const own = new URL(app).host;
  expect([...asked]).toEqual([
    `GET / ${HOST} https`,
    `GET / ${own} https`,
    `GET ${NO_SUCH_PAGE} ${HOST} https`,
    `GET ${NO_SUCH_PAGE} ${own} https`,
  ]);
});

it('reads only the beginning of an endless answer', async () => {
  const app = await startServer((_incoming, outgoing) => {
    outgoing.writeHead(200);
    const more = () => {
      while (!outgoing.destroyed && outgoing.write('x'.repeat(10_000)));
    };
    outgoing.on('drain', more);
    more();
  });
  expect(await find(app)).toBeUndefined();
});

it('recognises the AirPlay Receiver of macOS', async () => {
  const airPlay = { status: 403, headers: { Server: 'AirTunes/775.3.1', 'Content-Length': '0' } };
  const app = await startApp(airPlay, airPlay);
  expect(await find(app)).toMatchObject({
    id: 'airplay',
    status: 403,
    what: `the AirPlay Receiver of macOS answers at ${app}, not the app`,
    tryNext: [expect.stringContaining('another port'), expect.stringContaining('AirDrop & Handoff')],
  });
});

it.each([`https://${HOST}`, 'http://127.0.0.1:1'])(
  'does not take an app that is down for one that accepts %s',
  async (publicBase) => {
    await expect(find('http://127.0.0.1:1', { publicBase })).rejects.toBeInstanceOf(NoAnswer);
  },
);
