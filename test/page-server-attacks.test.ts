// The server of the page against other sites, other programs on this machine, and requests that no browser sends.
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openPageFiles } from '../src/page/server/files.js';
import { type OpenPage, openPage } from '../src/page/server/open-page.js';
import { createSandboxSource } from '../src/page/server/source.js';
import { createSandbox, type Sandbox } from '../src/sandbox/create.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { startApp } from './support/webhook-app.js';

const TOKEN = 'token-of-the-page';
const AUTHORIZED = { Authorization: `Bearer ${TOKEN}` };
const OWNER = '+13015550195';
const MASK = '+12025550100';

/** Serves a page until the test ends. @param sandbox what it shows */
async function serve(sandbox: Parameters<typeof createSandboxSource>[0]): Promise<OpenPage> {
  const opened = await openPage({
    port: 0,
    spare: 0,
    token: TOKEN,
    source: createSandboxSource(sandbox),
    files: openPageFiles('dist/page'),
    now: Date.now,
  });
  onTestFinished(opened.close);
  return opened;
}

/** An answer of the page. Names of headers are in lower case. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends bytes as they are, and returns the first answer. `HOST` stands for the page's authority. */
async function sendBytes({ port }: OpenPage, bytes: string): Promise<Answer> {
  const socket = connect({ host: '127.0.0.1', port });
  onTestFinished(() => void socket.destroy());
  socket.write(bytes.replaceAll('HOST', `127.0.0.1:${port}`), 'latin1');
  const [head = '', ...body] = (await readAll(socket.setEncoding('latin1'))).split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 2),
  ]);
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: body.join('\r\n\r\n'),
  };
}

interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request, which is not changed on its way. @param line such as `GET /api/state` */
function send(page: OpenPage, line: string, { headers = {}, body = '' }: RawRequest = {}): Promise<Answer> {
  const hasLength = body !== '' && headers['Transfer-Encoding'] === undefined;
  const length = hasLength ? { 'Content-Length': String(body.length) } : {};
  const all = { Host: 'HOST', Connection: 'close', ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return sendBytes(page, `${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** A body without a length. */
function chunk(body: string): RawRequest {
  return {
    headers: { ...AUTHORIZED, 'Transfer-Encoding': 'chunked' },
    body: `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  };
}

let sandbox: Sandbox;
let page: OpenPage;
beforeEach(async () => {
  sandbox = await createSandbox();
  onTestFinished(sandbox.close);
  page = await serve(sandbox);
});

describe('the server of the page, by where a request comes from,', () => {
  it.each([
    ['a name that was rebound to this machine', { Host: 'attacker.example' }],
    ['localhost, whose cookies and storage belong to other programs', { Host: 'localhost' }],
    ['another port', { Host: '127.0.0.1:1' }],
    ['no port', { Host: '127.0.0.1' }],
    ['another spelling of the address', { Host: '127.1:PORT' }],
    ['a name with a dot at its end', { Host: '127.0.0.1.:PORT' }],
    ['another notation of the address', { Host: '[::ffff:127.0.0.1]:PORT' }],
    ['the IPv6 address', { Host: '[::1]:PORT' }],
    ['a user before the address', { Host: 'user@127.0.0.1:PORT' }],
    ['another origin', { Origin: 'http://attacker.example' }],
    ['an opaque origin', { Origin: 'null' }],
    ['another port of this machine', { Origin: 'http://127.0.0.1:8000' }],
    ['another scheme', { Origin: 'https://127.0.0.1:PORT' }],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another program of the same site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('refuses one of %s, even with the token', async (_, given) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('PORT', String(page.port))]),
    );
    const answer = await send(page, 'GET /api/state', { headers: { ...AUTHORIZED, ...headers } });
    expect(answer.status).toBe(403);
    expect((await send(page, 'GET /api/state', { headers: AUTHORIZED })).status).toBe(200);
  });

  it('sets no cookie, lets no other origin read, and refuses to be framed, in every answer', async () => {
    const code = page.createAddress().split('#k=')[1] ?? '';
    const answers = [
      await send(page, 'GET /'),
      await send(page, 'GET /assets/none.js'),
      await send(page, 'POST /api/session', { body: code }),
      await send(page, 'POST /api/session', { body: code }),
      await send(page, 'GET /api/state', { headers: AUTHORIZED }),
      await send(page, 'GET /api/state'),
      await send(page, 'POST /'),
      await send(page, 'OPTIONS /api/state', { headers: { Origin: 'http://attacker.example' } }),
      await send(page, 'OPTIONS /api/state', { headers: { 'Access-Control-Request-Method': 'GET' } }),
      await send(page, 'TRACE /'),
      await send(page, 'TRACE /api/state', { headers: AUTHORIZED }),
    ];
    const statuses = [200, 404, 200, 401, 200, 401, 405, 403, 401, 405, 404];
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    for (const { headers } of answers) {
      expect(headers).not.toHaveProperty('set-cookie');
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
    }
    // An echo would show a script what the browser hides from it.
    for (const { body } of answers.slice(-2)) expect(body).not.toContain(TOKEN);
  });
});

describe('a code', () => {
  it('lets one in of many that redeem it at once', async () => {
    const body = page.createAddress().split('#k=')[1] ?? '';
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => send(page, 'POST /api/session', { body })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(401)]);
  });

  it('is not used up by another site, which can send it without a preflight, nor by wrong guesses', async () => {
    const body = page.createAddress().split('#k=')[1] ?? '';
    const headers = { Origin: 'http://attacker.example', 'Content-Type': 'text/plain' };
    expect((await send(page, 'POST /api/session', { headers, body })).status).toBe(403);
    for (const wrong of ['', body.slice(1), `${body}x`, body.toUpperCase(), 'x'.repeat(2000)])
      expect((await send(page, 'POST /api/session', { body: wrong })).status).toBe(401);
    expect((await send(page, 'POST /api/session', { body })).body).toContain(TOKEN);
  });
});

it.each([
  [`GET /api/state?token=${TOKEN}`, {}],
  [`GET /api/events?access_token=${TOKEN}`, {}],
  ['GET /api/state', { Cookie: `token=${TOKEN}` }],
  ['GET /api/state', { Authorization: `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}` }],
  ['GET /api/state', { Authorization: TOKEN }],
  ['GET /api/state', { 'Proxy-Authorization': `Bearer ${TOKEN}` }],
])('takes the token from its own header only: %s %j', async (line, headers) => {
  expect((await send(page, line, { headers })).status).toBe(401);
});

it.each([
  'GET /api/account',
  'GET /api/snapshot',
  'POST /api/restore',
  'GET /api/state/../account',
  'GET /api/state/%2e%2e/account',
  'GET /api/exchanges/..\\account',
  'GET /api/exchanges/..%5Caccount/../../account',
  'GET /api/phones/x\\..\\..\\account/threads',
  'GET /api/phones/../../2010-04-01/Accounts.json',
  'GET /api/phones/x%2F..%2F..%2Faccount/threads/../../account',
  'GET /api//state',
  'GET /api/state/',
  'GET /api/state#/../account',
  'HEAD /api/state',
  'DELETE /api/phones/+13015550195/label',
  'GET /api/traces/%zz/story',
  'GET /api/traces/none/story',
  'GET /api/__proto__',
  'POST /api/constructor',
  'POST /api/toString',
  'GET /assets/../index.html',
  'GET /assets/%2e%2e/index.html',
  'GET /assets/..%2ffiles.json',
  'GET /assets/..\\files.json',
  'GET /assets/files.json',
  'GET /assets//etc/passwd',
  'GET /assets/__proto__',
  'GET /assets/constructor',
  'GET /assets/index.html%00.js',
])('has no %s', async (line) => {
  expect((await send(page, line, { headers: AUTHORIZED })).status).toBe(404);
});

it.each([
  '/API/account',
  '/%61pi/account',
  '/api',
  'http://attacker.example/api/account',
  '/../../etc/passwd',
])('shows the document, and nothing of the API or the disk, at %s', async (target) => {
  const { status, body } = await send(page, `GET ${target}`, { headers: AUTHORIZED });
  expect([status, body.startsWith('<!doctype html>')]).toEqual([200, true]);
  expect(body).not.toContain(sandbox.authToken);
});

it('takes a segment with escaped slashes for the name of a phone', async () => {
  const { status, body } = await send(page, 'GET /api/phones/..%2F..%2Faccount/threads', {
    headers: AUTHORIZED,
  });
  expect([status, body]).toEqual([200, expect.stringContaining('[]')]);
});

describe('a body', () => {
  it.each(['GET', 'DELETE'])(
    'of a %s request, which has none, never becomes a request of its own to the sandbox',
    async (method) => {
      const paths: string[] = [];
      const upstream = createServer(({ url }, outgoing) => {
        paths.push(url ?? '');
        outgoing.end('[]');
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void upstream.close());
      await new Promise((resolve) => upstream.once('listening', resolve));
      const { port } = upstream.address() as AddressInfo;
      const origin = `http://127.0.0.1:${port}`;
      const other = await serve({ origin, controlToken: 'c', accountSid: 'AC' });
      const route = method === 'GET' ? '/exchanges/1' : '/faults/1';
      const hidden = 'GET /_sandbox/account HTTP/1.1\r\nHost: localhost\r\n\r\n';
      expect((await send(other, `${method} /api${route}`, chunk(hidden))).status).toBe(200);
      expect((await send(other, 'GET /api/clock', { headers: AUTHORIZED })).status).toBe(200);
      expect(paths).toEqual([`/_sandbox${route}`, '/_sandbox/clock']);
    },
  );

  it('without a length is passed on like any other', async () => {
    await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: MASK });
    const body = 'Ännchen 📲';
    const bytes = Buffer.from(JSON.stringify({ to: MASK, body })).toString('latin1');
    const { status } = await send(page, `POST /api/phones/${OWNER}/text?wait=none`, chunk(bytes));
    expect(status).toBeLessThan(300);
    expect(JSON.stringify(sandbox.events())).toContain(body);
  });

  it.each([
    ['with a length', { headers: AUTHORIZED, body: 'x'.repeat(1_048_577) }],
    ['without a length', chunk('x'.repeat(1_048_577))],
  ])('of more than a megabyte is refused, %s', async (_, asked) => {
    const answer = await send(page, 'POST /api/clock', asked);
    expect([answer.status, answer.body]).toEqual([413, expect.stringContaining('1048576 bytes')]);
  });

  it('with both lengths, or with a wrong one, is no request', async () => {
    const both = { ...chunk('{}').headers, 'Content-Length': '2' };
    expect((await send(page, 'POST /api/clock', { headers: both, body: '{}' })).status).toBe(400);
    const wrong = { ...AUTHORIZED, 'Content-Length': '-1' };
    expect((await send(page, 'POST /api/clock', { headers: wrong })).status).toBe(400);
  });

  it('with names that mean something to JavaScript changes no object', async () => {
    const names = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const request = { headers: AUTHORIZED, body: names };
    const lines = ['POST /api/clock', `PUT /api/phones/${OWNER}/label`, 'POST /api/faults'];
    for (const line of lines) expect((await send(page, line, request)).status).toBe(400);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('a file that a stranger sent', () => {
  it('is a download in which nothing runs; no other file of the sandbox or the machine is at its route', async () => {
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/owned")</script></svg>';
    app.answer(() => ({ type: 'image/svg+xml', body: svg }));
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: MASK });
    await client.messages.create({ from: MASK, to: OWNER, body: 'x', mediaUrl: [`${app.origin}/a.svg`] });
    await expect.poll(() => sandbox.phone(OWNER).texts()).toHaveLength(1);
    const url = sandbox.phone(OWNER).texts()[0]?.media[0]?.url ?? '';
    const [, message = '', media = ''] = /(MM\w+).*(ME\w+)$/.exec(url) ?? [];
    const path = `GET /api/media/${message}/${media}`;
    const answer = await send(page, path, { headers: { ...AUTHORIZED, Range: 'bytes=0-3' } });
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'image/svg+xml',
        'content-disposition': 'attachment',
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      },
      body: expect.stringContaining(svg),
    });
    expect((await send(page, path)).status).toBe(401);
    for (const crafted of [
      `${path}/..`,
      `${path}%00`,
      `${path}.svg`,
      `GET /api/media/${message}/ME${'0'.repeat(32)}`,
      `GET /api/media/${message.toLowerCase()}/${media}`,
      `GET /api/media/${message}/..%2F..%2F..%2F_sandbox%2Faccount`,
      `GET /api/media/${message}\\..\\..\\..\\_sandbox/account`,
    ])
      expect([crafted, (await send(page, crafted, { headers: AUTHORIZED })).status]).toEqual([crafted, 404]);
  });
});

describe('what the sandbox sends', () => {
  it('is held back while the reader does not read, and ends with the reader', async () => {
    let [isHeld, isClosed] = [false, false];
    const part = Buffer.alloc(65_536, 'x');
    const upstream = createServer((_, outgoing) => {
      outgoing.on('close', () => {
        isClosed = true;
      });
      const write = () => {
        isHeld = false;
        // Far more than what the system keeps for two connections.
        for (let parts = 0; parts < 8192 && !isHeld; parts += 1) isHeld = !outgoing.write(part);
      };
      outgoing.on('drain', write);
      write();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void upstream.close());
    await new Promise((resolve) => upstream.once('listening', resolve));
    const { port } = upstream.address() as AddressInfo;
    const other = await serve({ origin: `http://127.0.0.1:${port}`, controlToken: 'c', accountSid: 'AC' });
    const socket = connect({ host: '127.0.0.1', port: other.port });
    onTestFinished(() => void socket.destroy());
    socket.pause();
    const host = `127.0.0.1:${other.port}`;
    socket.write(`GET /api/events HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`);
    await expect.poll(() => isHeld).toBe(true);
    socket.destroy();
    await expect.poll(() => isClosed).toBe(true);
  });

  it('as a refusal of the page’s server is not taken for a refusal of the tab, which keeps its token', async () => {
    const stale = await serve({ ...sandbox, controlToken: 'that of the sandbox before' });
    const { status, body } = await send(stale, 'GET /api/state', { headers: AUTHORIZED });
    expect([status, body]).toEqual([502, expect.stringContaining('the sandbox was started again')]);
  });
});
