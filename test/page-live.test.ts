// The page of a live account: webhooks with their numbers shown in part, replays, and nothing that controls anything.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openCommandPage } from '../src/cli/core/page.js';
import type { FullExchangeReport } from '../src/exchanges/report.js';
import { obtainPageToken } from '../src/page/server/address.js';
import { SANDBOX_PAGE_ROUTES } from '../src/page/server/routes.js';
import { openReportSchema } from '../src/reports.js';
import { createSandbox } from '../src/sandbox/create.js';
import { findPort } from './support/find-port.js';
import { ask, FORM, SMS, startApp, startTunnel, TOKEN, webhook } from './support/gateway.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startServer } from './support/sandbox-child.js';
import { createTwilioEdge } from './support/twilio-edge.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const SHOWN = { 'Relay-Phone-Numbers': 'shown' };
const ACCOUNT = `AC${'1'.repeat(32)}`;

let workspace: Workspace;
let page: string;
let token: string;
/** The requests that the app got: their path and form. */
let received: { readonly path: string; readonly form: Record<string, string>; readonly signature: unknown }[];
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  token = obtainPageToken(folder);
  const account = { accountSid: ACCOUNT, authToken: TOKEN, app: 'http://127.0.0.1:8000' };
  const serving = { host: 'tunnel', subject: { kind: 'live', account }, port: 0 } as const;
  const opened = await openCommandPage({ now: Date.now }, folder, serving);
  onTestFinished(opened.close);
  page = opened.origin;
  received = [];
});

/** Starts a gateway with an app behind it, and sends it a webhook. */
async function recordWebhook(form = FORM) {
  const app = await startApp((incoming, outgoing) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (data: string) => {
      body += data;
    });
    incoming.on('end', () => {
      const { url: path = '', headers } = incoming;
      const got = Object.fromEntries(new URLSearchParams(body));
      received.push({ path, form: got, signature: headers['x-twilio-signature'] });
      outgoing.writeHead(got.Body === 'bad' ? 500 : 200, { 'Content-Type': 'text/xml' }).end('<Response/>');
    });
  });
  const tunnel = await startTunnel(workspace, app.origin);
  onTestFinished(tunnel.end);
  expect((await ask(tunnel.origin, webhook({ form }))).status).toBe(200);
  return tunnel;
}

async function call(path: string, { method = 'GET', body, headers = {} }: CallOptions = {}) {
  const answer = await fetch(`${page}/api${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: text === '' ? undefined : JSON.parse(text) };
}

interface CallOptions {
  readonly method?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('the page of a live account', () => {
  it('says what it is, and lists the recorded webhooks with their signature verdicts', async () => {
    await recordWebhook();
    expect((await call('/mode')).json).toEqual({
      mode: 'live',
      accountSid: ACCOUNT,
      app: 'http://127.0.0.1:8000',
    });
    const [listed] = (await call('/exchanges')).json;
    expect(listed).toMatchObject({ id: 1, target: SMS, status: 200, verdict: { result: 'valid' } });
  });

  it('lists what the gateway refused, and why', async () => {
    const tunnel = await recordWebhook();
    await ask(tunnel.origin, webhook({}, { token: 'f'.repeat(32) }));
    const [refused] = (await call('/exchanges?refused=true')).json;
    expect(refused).toMatchObject({ refusal: expect.any(String), verdict: { result: 'invalid' } });
    expect((await call('/exchanges')).json).toHaveLength(1);
  });

  it('shows numbers in part, in parameters, bodies and queries, unless it is asked for whole ones', async () => {
    await recordWebhook({ ...FORM, Body: 'call +447700900123' });
    const hidden = await call('/exchanges/1');
    expect(hidden.json).toMatchObject({
      from: '+1 212 … 90',
      request: { parameters: { From: '+1 212 … 90', To: '+1 202 … 00', Body: 'call +44 … 23' } },
    });
    for (const number of [FORM.From, FORM.To, '447700900123']) {
      expect(hidden.text).not.toContain(number);
      expect(hidden.text).not.toContain(encodeURIComponent(number));
    }
    expect((await call('/exchanges')).text).not.toContain(FORM.From);
    expect((await call('/exchanges/1', { headers: SHOWN })).json).toMatchObject({ from: FORM.From });
    expect((await call('/exchanges/1')).json).toMatchObject({ from: '+1 212 … 90' });
  });

  it('hides credentials, with whole numbers too', async () => {
    await recordWebhook();
    for (const path of ['/exchanges/1', '/exchanges', '/mode'])
      expect((await call(path, { headers: SHOWN })).text).not.toContain(TOKEN);
  });

  it('sends a webhook again as it was recorded, although its numbers are shown in part', async () => {
    await recordWebhook();
    const { status, json } = await call('/exchanges/1/replay', { method: 'POST', body: {} });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      exchange: { id: 2, replayOf: 1, status: 200 },
      difference: { status: null },
    });
    expect(received).toHaveLength(2);
    expect(received[1]).toEqual(received[0]);
    expect(received[1]?.form.From).toBe(FORM.From);
  });

  it('sends it edited and signed anew, without a signature, or with a broken one', async () => {
    await recordWebhook();
    const replay = async (body: object) => {
      const { json } = await call('/exchanges/1/replay', { method: 'POST', body });
      return json as { exchange: FullExchangeReport; difference: object };
    };
    const edited = await replay({ parameters: { Body: 'bad' } });
    expect(edited).toMatchObject({
      exchange: { verdict: { result: 'valid' } },
      difference: { status: [200, 500] },
    });
    expect((await replay({ signature: 'none' })).exchange.verdict.result).toBe('unsigned');
    expect((await replay({ signature: 'broken' })).exchange.verdict.result).toBe('invalid');
    // After a failure, the app is asked whether it accepts its public host, too.
    const texts = received.filter(({ path }) => path === SMS);
    expect(texts.map(({ form }) => form.Body)).toEqual([FORM.Body, 'bad', FORM.Body, FORM.Body]);
    expect(texts[2]?.signature).toBeUndefined();
  });

  it.each([
    [{ parameters: { From: '+1 212 … 90' } }, 'From has a number that is shown in part'],
    [{ path: '/sms?from=%2B1212…90' }, 'path has a number that is shown in part'],
    [{ path: 'sms' }, 'a path starts with /'],
    [{ body: 'From=%2B1212…90' }, 'body has a number that is shown in part'],
    [{ headers: { 'Content-Length': '1' } }, 'cannot be edited'],
    [{ headers: { 'a b': 'c' } }, 'not a valid header'],
    [{ parameters: {}, body: '' }, 'either parameters or a body'],
    [{ colour: 'red' }, 'colour'],
  ])('refuses the edit %o', async (body, reason) => {
    await recordWebhook();
    const { status, json } = await call('/exchanges/1/replay', { method: 'POST', body });
    expect({ status, error: json.error }).toEqual({ status: 400, error: expect.stringContaining(reason) });
    expect(received).toHaveLength(1);
  });

  it('answers no route that controls a sandbox, or tells of one', async () => {
    await recordWebhook();
    const own = ['GET /events', 'GET /exchanges', 'GET /exchanges/{}', 'POST /exchanges/{}/replay'];
    const others = SANDBOX_PAGE_ROUTES.filter((route) => !own.includes(route));
    const more = [
      'POST /reset',
      'POST /undo',
      'GET /account',
      'GET /snapshot',
      'DELETE /exchanges',
      'POST /exchanges',
    ];
    const media = `GET /media/SM${'0'.repeat(32)}/ME${'0'.repeat(32)}`;
    for (const route of [...others, ...more, media]) {
      const [method = '', path = ''] = route.split(' ');
      const { status } = await call(path.replaceAll('{}', '1'), { method });
      expect([route, status]).toEqual([route, 404]);
    }
  });

  it('answers nothing without the token, and nothing under another name', async () => {
    await recordWebhook();
    for (const path of ['/mode', '/exchanges', '/exchanges/1', '/events'])
      expect((await fetch(`${page}/api${path}`)).status).toBe(401);
    const { port } = new URL(page);
    const headers = { Host: `evil.example:${port}`, Authorization: `Bearer ${token}` };
    expect((await ask(page, { target: '/api/exchanges', headers })).status).toBe(403);
  });

  it('streams the ids of webhooks as they are recorded, and resumes where it was cut', async () => {
    const tunnel = await recordWebhook();
    const first = await listen('');
    await expect.poll(first.text).toContain('retry:');
    await expect
      .poll(async () => {
        await ask(tunnel.origin, webhook());
        return first.text();
      })
      .toContain('event: exchange');
    const [, position = ''] = /^id: (\S+)\nevent: exchange$/m.exec(first.text()) ?? [];
    first.stop();
    await ask(tunnel.origin, webhook());
    const second = await listen(`?since=${position}`);
    const next = Number(position.split('-')[1]) + 1;
    await expect.poll(second.text).toContain(`data: {"id":${next}}`);
    const foreign = await listen(`?since=${'a'.repeat(16)}-7`);
    await expect.poll(foreign.text).toContain('event: reset');
  });

  it('lists webhooks page after page, refused ones too', async () => {
    const tunnel = await recordWebhook();
    for (let count = 0; count < 4; count += 1) {
      await ask(tunnel.origin, webhook());
      await ask(tunnel.origin, webhook({}, { token: 'f'.repeat(32) }));
    }
    const idsOf = async (query: string) =>
      ((await call(`/exchanges?${query}`)).json as { id: number }[]).map(({ id }) => id);
    for (const refused of ['false', 'true']) {
      const all = await idsOf(`refused=${refused}`);
      const first = await idsOf(`refused=${refused}&limit=2`);
      const rest = await idsOf(`refused=${refused}&before=${first[1]}`);
      expect(all).toEqual(all.toSorted((one, other) => other - one));
      expect([...first, ...rest]).toEqual(all);
    }
    expect(await idsOf('before=yesterday')).toHaveLength(5);
  });

  it('streams whether a gateway records, and a position before the first webhook is no reset', async () => {
    const stream = await listen('');
    await expect.poll(stream.text).toContain('event: recording\ndata: {"isRecording":false}');
    const tunnel = await recordWebhook();
    await expect.poll(stream.text).toContain('event: recording\ndata: {"isRecording":true}');
    const [, position = ''] = /^id: (\S+)$/m.exec(stream.text()) ?? [];
    const resumed = await listen(`?since=${position}`);
    await expect.poll(resumed.text).toContain('{"isRecording":true}');
    await tunnel.end();
    await expect.poll(resumed.text).toContain('{"isRecording":false}');
    expect(resumed.text()).not.toContain('event: reset');
  });

  it('waits for a gateway that starts later', async () => {
    const stream = await listen('');
    const tunnel = await recordWebhook();
    await expect
      .poll(async () => {
        await ask(tunnel.origin, webhook());
        return stream.text();
      })
      .toContain('event: exchange');
  });
});

describe('tunnel and serve with a live account', () => {
  const HOST = 'phones.ngrok.app';

  it('offer the same page, of the tunnel, which open finds while it runs', async () => {
    const place = createWorkspace();
    onTestFinished(place.remove);
    const sandbox = await createSandbox({ account: { sid: ACCOUNT, authToken: TOKEN } });
    onTestFinished(sandbox.close);
    const port = await findPort();
    const app = await startApp((_incoming, outgoing) => void outgoing.end('mine'));
    const settings = { TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: TOKEN };
    const answerAt = async (origin: string) => {
      const edge = await createTwilioEdge(sandbox.origin, { tunnel: { host: HOST, origin } });
      onTestFinished(edge.close);
      return { ...edge.environment, ...settings };
    };
    const words = ['--yes', '--buy', '--real-number', '+13015550195', '--public-url', `https://${HOST}`];
    const first = await place.runBuilt(['init', ...words], { environment: await answerAt(app.origin) });
    expect(first.code, first.stderr).toBe(0);
    const environment = await answerAt(`http://127.0.0.1:${port}`);
    const tunnel = [
      'tunnel',
      '--yes',
      '--url',
      `https://${HOST}`,
      '--port',
      String(port),
      '--to',
      app.origin,
    ];
    const { child, address } = await startServer(place, tunnel, /^Page: (\S+)$/m, environment);
    const { stdout } = await place.runBuilt(['open', '--print', '--json'], { environment });
    const { page: origin, mode, address: opened } = openReportSchema.parse(JSON.parse(stdout));
    expect({ origin, mode }).toEqual({ origin: address[1], mode: 'live' });
    const [, code = ''] = (opened ?? '').split('#k=');
    const session = await fetch(`${origin}/api/session`, { method: 'POST', body: code });
    const given = (await session.json()) as { token: string };
    const answer = await fetch(`${origin}/api/mode`, { headers: { Authorization: `Bearer ${given.token}` } });
    expect(await answer.json()).toEqual({ mode: 'live', accountSid: ACCOUNT, app: app.origin });

    // The relay of the same folder offers the page of the tunnel.
    const serve = ['serve', '--yes', '--port', '0', '--real-number', '+13015550195'];
    const relay = await startServer(
      place,
      [...serve, '--public-url', `https://${HOST}`],
      /^Page: (\S+)$/m,
      environment,
    );
    expect(relay.address[1]).toBe(origin);
    await relay.child.end('SIGTERM');
    await child.end('SIGTERM');
    expect((await place.runBuilt(['open'], { environment })).code).toBe(3);
  });
});

/** Opens the event stream; it ends with the test. */
async function listen(query: string): Promise<{ text(): string; stop(): void }> {
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const answer = await fetch(`${page}/api/events${query}`, {
    headers: { Authorization: `Bearer ${token}` },
    signal: ending.signal,
  });
  let text = '';
  void (async () => {
    for await (const part of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()))
      text += part;
  })().catch(() => undefined);
  return { text: () => text, stop: () => ending.abort() };
}
