// `relay-phone tunnel` with the built CLI: the sandbox is Twilio, a fake edge is ngrok, and serve is the app.
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import twilio from 'twilio';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../../src/http/listen.js';
import { requestsReportSchema, tunnelEventReportSchema, tunnelReportSchema } from '../../src/reports.js';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { DEADLINE } from '../support/deadline.js';
import { findOrigin } from '../support/find-port.js';
import { acceptSockets } from '../support/gateway.js';
import { createNgrokEdge, type FakeNgrokEdge } from '../support/ngrok-edge/edge.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { type ServerChild, startServer } from '../support/sandbox-child.js';
import { createSandboxClient } from '../support/sandbox-client.js';
import { skipOnWindows } from '../support/skips.js';
import { CLI, createWorkspace, type Workspace } from '../support/workspace.js';

beforeEach(skipOnWindows);

const [REAL, ANN] = ['+13015550195', '+12125550190'] as const;
const AUTHTOKEN = '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS';
const READY = /Twilio reaches http:\S+ under (\S+), through (http:\/\/127\.0\.0\.1:\d+)/;

/** The TwiML of each path of an app whose calls have several steps. */
const IVR: Readonly<Record<string, string>> = {
  '/api/v1/inbound_call': '<Gather action="/ivr/menu?step=1" numDigits="1"><Say>Press a key</Say></Gather>',
  '/ivr/menu': '<Redirect method="GET">end?x=a%20b</Redirect>',
  '/ivr/end': '<Say>Bye</Say>',
};

let workspace: Workspace;
let edge: FakeNgrokEdge;
let sandbox: Sandbox;
let mask: string;
let app: string;
let environment: Record<string, string>;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  edge = await createNgrokEdge();
  onTestFinished(edge.close);
  edge.setDevDomain(`localhost:${edge.publicPort}`);
  writeFileSync(workspace.file('ca.pem'), edge.ca);
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const options = { command: 'sandbox', timeoutMs: DEADLINE, webhooks: { ca: edge.ca } };
  sandbox = await serveSandbox(folder, options);
  onTestFinished(sandbox.close);
  app = await findOrigin();
  await workspace.run(['init', '--sandbox', '--yes', '--public-url', app]);
  mask = /TWILIO_MAIN_NUMBER=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
  environment = {
    NGROK_AUTHTOKEN: AUTHTOKEN,
    RELAY_PHONE_NGROK_SERVER: edge.server,
    RELAY_PHONE_NGROK_CA: workspace.file('ca.pem'),
    NODE_EXTRA_CA_CERTS: workspace.file('ca.pem'),
  };
});

const command = (...more: string[]) => ['tunnel', '--yes', '--port', '0', '--to', app, ...more];

/** Starts a tunnel with `serve` as its app, and waits until a text can pass through it. */
async function startTunnel(...more: string[]): Promise<{ child: ServerChild; publicBase: string }> {
  const serve = ['--', process.execPath, CLI, 'serve', '--yes', '--real-number', REAL];
  const words = command(...more, ...serve, '--port', new URL(app).port);
  const { child, address } = await startServer(workspace, words, READY, environment);
  // A kill would leave the app running.
  onTestFinished(async () => void (child.isRunning() && (await child.end('SIGTERM'))));
  await expect.poll(child.output).toContain('The relay is at');
  return { child, publicBase: address[1] ?? '' };
}

/** Points a number to the TwiML app, as `serve` does. */
async function attach(sid: string): Promise<void> {
  const smsApplicationSid = (await findApp()).sid;
  await createSandboxClient(sandbox).incomingPhoneNumbers(sid).update({ smsApplicationSid });
}

async function findApp() {
  const sid = /TWILIO_SMS_APPLICATION_SID=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
  return createSandboxClient(sandbox).applications(sid).fetch();
}

/** Waits until the owner's phone has `count` texts of the mask. Returns their bodies, oldest first. */
async function received(count: number): Promise<string[]> {
  await expect.poll(() => sandbox.phone(REAL).texts().length).toBeGreaterThanOrEqual(count);
  return sandbox
    .phone(REAL)
    .texts()
    .map(({ body }) => body);
}

describe('tunnel', () => {
  it('forwards webhooks through ngrok to the app, reconnects, and reverts its changes at the end', async () => {
    const before = workspace.read('.env');
    const { child, publicBase } = await startTunnel();
    expect(publicBase).toBe(`https://localhost:${edge.publicPort}`);
    expect(workspace.read('.env')).toContain(`SITE_ORIGIN=${publicBase}`);
    expect(await findApp()).toMatchObject({ smsUrl: `${publicBase}/api/v1/inbound_sms` });

    const { webhook } = await sandbox.phone(ANN).text(mask, 'One');
    expect(webhook).toMatchObject({ status: 201, errorCode: null });
    expect(await received(1)).toEqual([`[Relay 📲 ${ANN}] One`]);

    await edge.goOffline();
    await expect.poll(child.output).toContain('tunnel lost');
    await edge.goOnline();
    await expect.poll(() => child.output().match(/proven/g)?.length).toBe(2);
    await sandbox.phone(ANN).text(mask, 'Two');
    expect((await received(2))[1]).toBe(`[Relay 📲 ${ANN}] Two`);

    const listed = await workspace.run(['requests', '--path', 'inbound_sms', '--json']);
    const { exchanges } = requestsReportSchema.parse(JSON.parse(listed.stdout));
    expect(exchanges).toMatchObject([
      { status: 201, publicBase, verdict: { result: 'valid' } },
      { status: 201, publicBase },
    ]);
    const edits = ['--set', 'Body=Three', '--set', `MessageSid=SM${'3'.repeat(32)}`];
    const replayed = await workspace.run(['replay', String(exchanges[0]?.id), ...edits]);
    expect([replayed.code, replayed.stderr]).toEqual([0, '']);
    expect((await received(3))[2]).toBe(`[Relay 📲 ${ANN}] Three`);

    expect(await child.end('SIGTERM')).toBe(130);
    expect(workspace.read('.env')).toBe(before);
    expect(await findApp()).toMatchObject({ smsUrl: `${app}/api/v1/inbound_sms` });
    expect(child.output()).toContain('Webhooks passed on:');
    expect(child.output()).not.toContain(AUTHTOKEN);
    expect(child.output()).not.toContain(sandbox.authToken);
    expect(edge.hosts()).toEqual([]);
  });

  it('reverts the changes of a killed run, and does not keep its public address as the original', async () => {
    const before = workspace.read('.env');
    const first = await startServer(workspace, command(), READY, environment);
    await first.child.end('SIGKILL');
    expect(workspace.read('.env')).toContain(first.address[1]);
    await expect.poll(edge.hosts).toEqual([]);
    const second = await startServer(workspace, command(), READY, environment);
    expect(await second.child.end('SIGTERM')).toBe(130);
    expect(workspace.read('.env')).toBe(before);
    expect(await findApp()).toMatchObject({ smsUrl: `${app}/api/v1/inbound_sms` });
  });

  it('does not disturb another tunnel of the same folder', async () => {
    const { publicBase } = await startTunnel();
    const second = await startServer(workspace, command(), /Waiting for relay-phone tunnel/, environment);
    await second.child.end('SIGKILL');
    expect(workspace.read('.env')).toContain(`SITE_ORIGIN=${publicBase}`);
    expect(await findApp()).toMatchObject({ smsUrl: `${publicBase}/api/v1/inbound_sms` });
  });

  it('updates Twilio when the public address changes, and restores the original at the end', async () => {
    const before = workspace.read('.env');
    const { child } = await startServer(workspace, command(), READY, environment);
    const other = `https://127.0.0.1:${edge.publicPort}`;
    edge.setDevDomain(new URL(other).host);
    edge.drop();
    const smsUrl = `${other}/api/v1/inbound_sms`;
    await expect.poll(async () => (await findApp()).smsUrl).toBe(smsUrl);
    await expect.poll(() => workspace.read('.env')).toContain(`SITE_ORIGIN=${other}`);
    await child.end('SIGTERM');
    expect(workspace.read('.env')).toBe(before);
    expect(await findApp()).toMatchObject({ smsUrl: `${app}/api/v1/inbound_sms` });
  });

  it('keeps its changes with --keep, until undo', async () => {
    const { child, publicBase } = await startTunnel('--keep');
    await child.end('SIGTERM');
    expect(workspace.read('.env')).toContain(`SITE_ORIGIN=${publicBase}`);
    expect(await findApp()).toMatchObject({ smsUrl: `${publicBase}/api/v1/inbound_sms` });
    const undone = await workspace.run(['undo', '--yes']);
    expect(undone.code).toBe(0);
    expect(existsSync(workspace.file('.env')) ? workspace.read('.env') : '').not.toContain(publicBase);
  });

  it('answers in place of an app that is down, records that, and says how to start the app', async () => {
    const { child } = await startServer(workspace, command(), READY, environment);
    await createSandboxClient(sandbox)
      .incomingPhoneNumbers.list()
      .then(([number]) => number && attach(number.sid));
    const { webhook } = await sandbox.phone(ANN).text(mask, 'Hello');
    expect(webhook?.status).toBe(502);
    await expect.poll(child.output).toMatch(/app down .* start it: relay-phone serve/);
    const listed = await workspace.run(['requests', '--failed', '--json']);
    const { exchanges } = requestsReportSchema.parse(JSON.parse(listed.stdout));
    expect(exchanges).toMatchObject([{ status: 502, error: 'refused the connection' }]);
  });

  it('leads a whole IVR and its Media Stream to an app, and ends while the stream is open', async () => {
    const asked: string[] = [];
    const ivr = await listen(
      (incoming, outgoing) => {
        asked.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
        incoming.resume().on('end', () => {
          const twiml = IVR[incoming.url?.split('?')[0] ?? ''] ?? '';
          outgoing.writeHead(200, { 'Content-Type': 'text/xml' }).end(`<Response>${twiml}</Response>`);
        });
      },
      { port: Number(new URL(app).port) },
    );
    onTestFinished(ivr.close);
    acceptSockets(ivr);
    const { child, address } = await startServer(workspace, command(), READY, environment);
    const [, publicBase = '', gateway = ''] = address;
    const [number] = await createSandboxClient(sandbox).incomingPhoneNumbers.list();
    const voiceApplicationSid = (await findApp()).sid;
    await createSandboxClient(sandbox)
      .incomingPhoneNumbers(number?.sid ?? '')
      .update({ voiceApplicationSid });
    const call = sandbox.phone(ANN).call(mask);
    call.press('1');
    await call.ended;
    const steps = asked.filter((one) => Object.keys(IVR).some((path) => one.endsWith(path)));
    expect(steps).toEqual(['POST /api/v1/inbound_call', 'POST /ivr/menu', 'GET /ivr/end']);
    const socketBase = publicBase.replace('https', 'wss');
    const signature = twilio.getExpectedTwilioSignature(sandbox.authToken, `${socketBase}/media`, {});
    const headers = { 'X-Twilio-Signature': signature };
    expect(await edge.echo(`${publicBase}/media`, 'media', headers)).toBe('media');
    await expect(edge.echo(`${publicBase}/other`, 'media', headers)).rejects.toThrow('404');
    const stream = connect(Number(new URL(gateway).port), '127.0.0.1');
    onTestFinished(() => void stream.destroy());
    const upgrade = 'GET /media HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    stream.write(`${upgrade}X-Twilio-Signature: ${signature}\r\n\r\n`);
    expect(String(await once(stream, 'data'))).toMatch(/^HTTP\/1\.1 101 /);
    await expect.poll(child.output).toMatch(/GET \/media +101 .*valid\n[\s\S]*GET \/media +101 .*valid\n/);
    expect(child.output()).toMatch(/\/ivr\/menu +200 .* valid, CA/);
    expect(child.output()).toMatch(/GET \/other +404 .* neither the URLs nor the tokens that are known here/);
    expect(await child.end('SIGTERM')).toBe(130);
  });

  it('explains a wrong signature with the URL that a number holds, also one that was set later', async () => {
    const { child, publicBase } = await startTunnel();
    const numbers = createSandboxClient(sandbox).incomingPhoneNumbers;
    const [number] = await numbers.list();
    const smsUrl = 'https://front.example.test/twilio/hook';
    await numbers(number?.sid ?? '').update({ smsUrl });
    const signature = twilio.getExpectedTwilioSignature(sandbox.authToken, smsUrl, { From: ANN });
    const headers = {
      'X-Twilio-Signature': signature,
      'Content-Type': 'application/x-www-form-urlencoded',
    };
    const body = String(new URLSearchParams({ From: ANN }));
    const { status } = await edge.request(`${publicBase}/hook`, { method: 'POST', headers, body });
    expect(status).toBe(404);
    const differs = `signature is for front.example.test and /twilio/hook, but the request has localhost:${edge.publicPort} and /hook`;
    await expect.poll(child.output).toContain(differs);
    expect(child.output()).toMatch(/removed the prefix \/twilio \(smsUrl of \+1…\d{4}\)/);
    const listed = await workspace.run(['requests', '--refused', '--json']);
    const { exchanges } = requestsReportSchema.parse(JSON.parse(listed.stdout));
    expect(exchanges).toMatchObject([
      {
        verdict: { reasons: ['wrong host', 'path prefix'], signedUrl: smsUrl },
        findings: [{ id: 'signature' }],
      },
    ]);
  });

  it('accepts only signed webhooks', async () => {
    const { publicBase } = await startTunnel();
    const ask = async (path: string, method = 'GET') =>
      (await edge.request(publicBase + path, { method })).status;
    expect(await ask('/')).toBe(404);
    expect(await ask('/api/v1/relaynumber/')).toBe(404);
    expect(await ask('/api/v1/inbound_sms', 'POST')).toBe(404);
    expect(await ask('/.well-known/relay-phone/x')).toBe(404);
  });

  it('warns about an app that rejects its public host or exposes debug pages', async () => {
    const django = await listen(
      (incoming, outgoing) =>
        incoming.url?.startsWith('/relay-phone/')
          ? outgoing.writeHead(404).end('because you have <code>DEBUG = True</code> in your settings')
          : outgoing.writeHead(400).end('DisallowedHost at /. You may need to add it to ALLOWED_HOSTS.'),
      { port: Number(new URL(app).port) },
    );
    onTestFinished(django.close);
    const { child } = await startServer(workspace, command('--expose', 'all'), READY, environment);
    await expect.poll(child.output).toContain('set DEBUG=False');
    expect(child.output()).toContain('restart the app: ALLOWED_HOSTS in .env lists the host now');
  });

  it('ends with the exit code of the app, and works in the sandbox without ngrok', async () => {
    const untilTold = 'setInterval(() => require("fs").existsSync("go") && process.exit(7), 20)';
    const words = command('--json', '--', process.execPath, '-e', untilTold);
    const { child } = await startServer(workspace, words, /"command":"tunnel"/);
    workspace.write('go', '');
    expect(await child.exited).toBe(7);
    const documents = child
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { command?: string });
    const report = documents.find((document) => document.command === 'tunnel');
    const { gateway, publicBase } = tunnelReportSchema.parse(report);
    expect(publicBase).toBe(gateway);
    for (const document of documents) if (document !== report) tunnelEventReportSchema.parse(document);
    expect(await findApp()).toMatchObject({ smsUrl: `${app}/api/v1/inbound_sms` });
  });

  it('requires consent to take over a TwiML app in use', async () => {
    const other = await listen((_incoming, outgoing) => outgoing.end('mine'), { port: 0 });
    onTestFinished(other.close);
    const found = await findApp();
    await createSandboxClient(sandbox)
      .applications(found.sid)
      .update({ smsUrl: `${other.origin}/api/v1/inbound_sms` });
    const words = ['tunnel', '--port', '0', '--to', app];
    expect(await workspace.run(words)).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(
        /somebody may be using it\n.*one TwiML app per developer: relay-phone init --own-app --public-url http/,
      ),
      stderr: expect.stringContaining('relay-phone tunnel --yes'),
    });
    expect(await findApp()).toMatchObject({ smsUrl: `${other.origin}/api/v1/inbound_sms` });
  });

  it.each<[string, string[], number, RegExp]>([
    ['an invalid app address', ['--to', 'https://x/y'], 2, /--to takes the http or https origin/],
    ['two tunnels', ['--url', 'https://relay.example.com', '--domain', 'x.ngrok.app'], 2, /another tunnel/],
    ['an invalid public URL', ['--url', 'relay'], 2, /--url https/],
    ['a program that does not exist', ['--', '/no/such/program'], 2, /the program does not exist/],
  ])('rejects %s and changes nothing', async (_what, flags, code, words) => {
    const before = workspace.read('.env');
    const run = await workspace.run(command(...flags));
    expect([run.code, run.stderr]).toEqual([code, expect.stringMatching(words)]);
    expect(workspace.read('.env')).toBe(before);
  });

  it('refuses an app address that turns out to be the public address, and changes nothing', async () => {
    const before = workspace.read('.env');
    const words = command('--to', `localhost:${edge.publicPort}`);
    const run = await workspace.run(words, { environment });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('the public address of this tunnel')]);
    expect(workspace.read('.env')).toBe(before);
    expect(await findApp()).toMatchObject({ smsUrl: `${app}/api/v1/inbound_sms` });
    expect(edge.hosts()).toEqual([]);
  });

  it('suggests a fix for an error of ngrok', async () => {
    edge.refuse('session', { code: 107, text: 'The authtoken is not valid.' });
    const run = await workspace.run(command(), { environment });
    expect([run.code, run.stderr]).toEqual([4, expect.stringMatching(/ERR_NGROK_107|err_ngrok_107/i)]);
    expect(run.stderr).toContain('Try:');
    expect(run.stdout + run.stderr).not.toContain(AUTHTOKEN);
  });
});
