// Apps that listen on ::1 alone, or speak TLS, in every command that names one; and where `serve` listens.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { smokeReportSchema } from '../../src/reports.js';
import { findingsOf } from '../support/doctor/look.js';
import { answerLikeRelay } from '../support/doctor/relay-like.js';
import { setSandboxScene } from '../support/doctor/sandbox-scene.js';
import { findPort } from '../support/find-port.js';
import { hasIPv6, NO_IPV6, openFront } from '../support/front.js';
import { ask, SMS, setUpGateway, startApp, startTunnel, TOKEN, webhook } from '../support/gateway.js';
import { APP_TOKEN } from '../support/relay-app.js';
import { startServer } from '../support/sandbox-child.js';
import { setUpSendTest } from '../support/send-test.js';
import { skipOnWindows } from '../support/skips.js';
import { APP_TOKEN as SMOKE_TOKEN, setSmokeScene } from '../support/smoke/scene.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const KINDS = [
  'an app on ::1, by its port',
  'an app with TLS, by its URL',
  'an app with TLS on ::1',
] as const;

/** Puts an app where the kind says. @returns how a command names it */
async function place(kind: (typeof KINDS)[number], appPort: number): Promise<string> {
  const secure = kind !== KINDS[0];
  const { port } = await openFront(kind === KINDS[1] ? '127.0.0.1' : '::1', appPort, { secure });
  return secure ? `https://localhost:${port}` : String(port);
}

describe.each(KINDS)('%s', (kind) => {
  beforeEach(async ({ skip }) => skip(kind !== KINDS[1] && !(await hasIPv6()), NO_IPV6));

  it('is checked by smoke', async () => {
    const { smoke, app } = await setSmokeScene();
    const named = await place(kind, app.port);
    const origin = named.includes(':') ? named : `http://127.0.0.1:${named}`;
    app.answer(answerLikeRelay({ authToken: SMOKE_TOKEN, origin }));
    const { code, report } = await smoke(['--only', 'app', '--app', named, '--public-url', origin]);
    expect(report.checks.flatMap(({ findings }) => findings)).toEqual([]);
    expect([code, app.calls.length > 3]).toEqual([0, true]);
  });

  it('is found by doctor', async () => {
    const { look, app } = await setSandboxScene();
    const seen = await look(['--app', await place(kind, app.port)]);
    expect(findingsOf(seen)).toEqual([]);
    expect(seen.report.checks.find(({ id }) => id === 'app')?.state).toBe('ok');
  });

  it('is asked by send-test', async () => {
    const { workspace, app } = await setUpSendTest();
    const named = await place(kind, Number(new URL(app.origin).port));
    const environment = { RELAY_PHONE_API_TOKEN: APP_TOKEN };
    const sent = await workspace.run(['send-test', '--app', named], { environment });
    expect([sent.code, sent.stderr]).toEqual([0, '']);
    expect(app.asked.length).toBeGreaterThan(0);
  });

  it('gets webhooks through the gateway, and again by replay', async () => {
    const seen: (string | undefined)[] = [];
    const app = await startApp((incoming, outgoing) => {
      seen.push(incoming.headers.host);
      outgoing.end('<Response/>');
    });
    const named = await place(kind, app.port);
    const origin = named.includes(':') ? named : `http://127.0.0.1:${named}`;
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    workspace.write('.env', `TWILIO_AUTH_TOKEN=${TOKEN}\n`);
    const tunnel = await startTunnel(workspace, origin);
    expect((await ask(tunnel.origin, webhook())).status).toBe(200);
    await tunnel.end();
    for (const to of [[], ['--to', named]]) {
      const { code, stderr } = await workspace.run(['replay', '1', ...to]);
      expect([code, stderr]).toEqual([0, '']);
    }
    expect(seen).toEqual(Array(3).fill('relay.example.test'));
  });

  it('gets the webhooks of the sandbox', async () => {
    const { app, moveTo, workspace, main, mainSid, client, applicationSid } = await setSandboxScene();
    await client.incomingPhoneNumbers(mainSid).update({ smsApplicationSid: applicationSid });
    const named = await place(kind, app.port);
    await moveTo(named.includes(':') ? named : `http://127.0.0.1:${named}`);
    const before = app.calls.length;
    const { stdout } = await workspace.run(['text', '--from', '+12125550190', '--to', main, 'Hello']);
    expect(
      app.calls.slice(before).map(({ path }) => path),
      stdout,
    ).toContain(SMS);
  });
});

describe('an app that is named with the wrong scheme', () => {
  it('is explained by smoke, doctor and the gateway', async () => {
    const words = 'speaks https, not http: use https:// in its URL';
    const { smoke, app } = await setSmokeScene();
    const { port } = await openFront('127.0.0.1', app.port, { secure: true });
    const { code, report } = await smoke(['--only', 'app', '--app', String(port)]);
    expect(code).toBe(6);
    const found = report.checks.flatMap(({ findings }) => findings);
    expect(found[0]?.what).toContain(`127.0.0.1:${port} ${words}`);
    const { look } = await setSandboxScene();
    expect(findingsOf(await look(['--app', String(port)]))).toMatchObject([
      { id: 'app-down', what: `127.0.0.1:${port} ${words}` },
    ]);
    const scene = await setUpGateway(`http://127.0.0.1:${port}`);
    const answer = await scene.ask(webhook());
    expect([answer.status, String(answer.body)]).toEqual([502, `relay-phone: the app ${words}.\n`]);
    expect(scene.gateway.list({ failed: true })).toMatchObject([{ status: 502, error: words }]);
  });
});

describe('tunnel', () => {
  beforeEach(skipOnWindows);

  /** Starts a tunnel in the sandbox, and sends one signed webhook through it. */
  async function throughTunnel(to: string) {
    const workspace = await setUp();
    const [, token = ''] = /^TWILIO_AUTH_TOKEN=(.*)$/m.exec(workspace.read('.env')) ?? [];
    const ready = /Twilio reaches (\S+) under (\S+), through/;
    const { child, address } = await startServer(
      workspace,
      ['tunnel', '--yes', '--port', '0', '--to', to],
      ready,
    );
    const [, app = '', publicBase = ''] = address;
    const answer = await ask(publicBase, webhook({}, { url: publicBase + SMS, token }));
    return { child, app, answer: [answer.status, String(answer.body)] };
  }

  it('leads to an app with TLS, and accepts its certificate', async () => {
    const app = await startApp((_incoming, outgoing) => void outgoing.end('<Response/>'));
    const { port } = await openFront('127.0.0.1', app.port, { secure: true });
    const to = `https://localhost:${port}`;
    expect(await throughTunnel(to)).toMatchObject({ app: to, answer: [200, '<Response/>'] });
  });

  it('says that the app speaks https if http was named, and the reverse', async () => {
    const app = await startApp((_incoming, outgoing) => void outgoing.end('<Response/>'));
    const { port } = await openFront('127.0.0.1', app.port, { secure: true });
    const plain = await throughTunnel(String(port));
    expect(plain.answer).toEqual([502, expect.stringContaining('the app speaks https, not http')]);
    await expect.poll(plain.child.output).toContain(`127.0.0.1:${port} speaks https, not http: use https://`);
    const secure = await throughTunnel(`https://127.0.0.1:${app.port}`);
    expect(secure.answer).toEqual([502, expect.stringContaining('it may speak http, not https')]);
    await expect.poll(secure.child.output).toContain(`127.0.0.1:${app.port} did not answer with TLS`);
  });
});

describe('serve', () => {
  beforeEach(skipOnWindows);

  it.each([
    ['::1', '[::1]', false],
    ['[::1]', '[::1]', false],
    ['::', '127.0.0.1', true],
    ['0.0.0.0', '127.0.0.1', true],
    ['localhost', 'localhost', false],
  ])('--host %s prints an address that can be used, and texts reach it', async (host, name, isEverywhere) => {
    if (host.includes(':') && !(await hasIPv6())) return;
    const workspace = await setUp();
    const port = await findPort();
    const flags = ['serve', '--yes', '--real-number', '+13015550195', '--host', host, '--port', String(port)];
    const { child, address } = await startServer(workspace, flags, /The relay is at (\S+), and/);
    expect(address[1]).toBe(`http://${name}:${port}`);
    expect(child.output().includes('listens on every address of this machine')).toBe(isEverywhere);
    const mask = /TWILIO_MAIN_NUMBER=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
    const text = await workspace.run(['text', '--from', '+12125550190', '--to', mask, 'Hello']);
    expect(text.stdout).toContain('→ 201');
    // Another command finds it by what it announced.
    const sent = await workspace.run(['send-test', '+13015550195']);
    expect(sent.stdout).toContain(`Asking relay-phone serve at http://${name}:${port} `);
    const named = await workspace.run(['send-test', '+13015550195', '--app', `localhost:${port}`]);
    expect(named.stdout).toContain(`Asking relay-phone serve at http://${name}:${port} `);
    expect(await child.end('SIGINT')).toBe(130);
  });

  it.each([
    ['192.0.2.1', 3, 'Failed to listen on 192.0.2.1:0: 192.0.2.1 is not an address of this machine'],
    ['no-such-host.invalid', 3, 'no-such-host.invalid is not an address of this machine'],
    ['fe80::1%lo', 2, '--host takes an address of this machine without a zone'],
    ['http://127.0.0.1', 2, '--host takes an address of this machine'],
    ['', 2, '--host takes an address of this machine'],
  ])('--host %s is refused with a sentence', async (host, code, words) => {
    const workspace = await setUp();
    const flags = ['serve', '--yes', '--real-number', '+13015550195', '--host', host, '--port', '0'];
    const run = await workspace.run(flags);
    expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(words)]);
  });
});

describe('a dead proxy in the environment', () => {
  it('does not stop init and smoke, even with NODE_USE_ENV_PROXY, which Node.js 24 obeys', async () => {
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    const dead = 'http://127.0.0.1:9';
    const environment = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: dead, HTTPS_PROXY: dead, ALL_PROXY: dead };
    const init = await workspace.run(['init', '--sandbox', '--yes'], { environment });
    expect(init.code, init.stderr).toBe(0);
    const smoke = await workspace.run(['smoke', '--sandbox', '--json'], { environment });
    const { counts } = smokeReportSchema.parse(JSON.parse(smoke.stdout));
    expect([smoke.code, counts]).toMatchObject([0, { fault: 0, skipped: 0 }]);
  });
});

/** Returns a workspace after `init`. */
async function setUp(): Promise<Workspace> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  await workspace.run(['init', '--sandbox', '--yes']);
  return workspace;
}
