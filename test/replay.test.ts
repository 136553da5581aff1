// `relay-phone replay` with the built CLI: sends recorded webhooks to the app again, unchanged or edited.
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import twilio from 'twilio';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { replayReportSchema } from '../src/reports.js';
import {
  acceptSockets,
  ask,
  askForSocket,
  BASE,
  FORM,
  SMS,
  startApp,
  startTunnel,
  TOKEN,
  webhook,
} from './support/gateway.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Whether the SDK accepts the signature, checked as Relay checks it. */
  readonly isSigned: boolean;
  readonly at: number;
}

let workspace: Workspace;
let seen: Seen[];
let status: number;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  workspace.write('.env', `TWILIO_AUTH_TOKEN=${TOKEN}\n`);
  seen = [];
  status = 201;
});

async function startScene() {
  const app = await startApp(async (incoming, outgoing) => {
    const body = await text(incoming);
    // The gateway's own mark, which a replay lacks.
    const {
      url = '',
      headers: { 'cdn-loop': _, ...headers },
    } = incoming;
    const signature = String(headers['x-twilio-signature'] ?? '');
    const asked = `${headers['x-forwarded-proto']}://${headers.host}${url}`;
    const isSigned = twilio.validateRequest(
      TOKEN,
      signature,
      asked,
      Object.fromEntries(new URLSearchParams(body)),
    );
    seen.push({ url, headers, body, isSigned, at: performance.now() });
    outgoing.writeHead(status, { 'Content-Type': 'text/xml' }).end('<Response/>');
  });
  const tunnel = await startTunnel(workspace, app.origin);
  return { app, ...tunnel, say: (asked: Parameters<typeof ask>[1]) => ask(tunnel.origin, asked) };
}

const replay = (...args: string[]) => workspace.run(['replay', ...args]);

it('replay sends a webhook again byte for byte without a tunnel, and records the replay', async () => {
  const { say, end } = await startScene();
  await say(webhook({ target: `${SMS}?a=it's` }));
  await end();
  const run = await workspace.runBuilt(['replay', '1']);
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect(run.stdout).toContain('Against 1: the same as recorded.');
  expect(run.stdout).not.toContain(TOKEN);
  const [first, second] = seen;
  expect(second).toEqual({ ...first, at: second?.at });
  expect(second?.isSigned).toBe(true);
  expect((await workspace.runBuilt(['requests'])).stdout).toMatch(/ 2 .*201 .*valid, replay of 1/);
});

it('replay signs an edited webhook again', async () => {
  const { say } = await startScene();
  await say(webhook());
  const run = await replay(
    '1',
    '--set',
    'Body=Ça va?',
    '--set',
    'Extra=1',
    '--to-path',
    '/other?x=1',
    '--public-url',
    'https://new.example',
  );
  expect(run.code).toBe(0);
  const { url, headers, body, isSigned } = seen[1] ?? {};
  expect([url, headers?.host, headers?.['x-forwarded-proto'], isSigned]).toEqual([
    '/other?x=1',
    'new.example',
    'https',
    true,
  ]);
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ ...FORM, Body: 'Ça va?', Extra: '1' });
  expect(body?.startsWith(webhook().body?.toString().split('&Body')[0] ?? '?')).toBe(true);
});

it('replay refuses a public base with a name that no host can have, and says why', async () => {
  const { code, stderr } = await replay('1', '--public-url', 'https://*.example.com');
  expect([code, stderr]).toEqual([2, expect.stringContaining('https://*.example.com has a wildcard')]);
});

it('replay can leave out the signature, and reports how the answer differs', async () => {
  const { say } = await startScene();
  await say(webhook());
  status = 400;
  const run = await replay('1', '--without-signature', '--json');
  expect(seen[1]?.headers['x-twilio-signature']).toBeUndefined();
  const { replays } = replayReportSchema.parse(JSON.parse(run.stdout));
  expect(replays).toMatchObject([
    {
      of: 1,
      difference: { status: [201, 400], headers: [], body: false },
      exchange: { id: 2, replayOf: 1, status: 400, verdict: { result: 'unsigned' }, from: '+1…0190' },
    },
  ]);
});

it('replay sends the app a webhook that the gateway had refused', async () => {
  const { say } = await startScene();
  await say(webhook({}, { url: `http://relay.example.test${SMS}` }));
  expect(seen).toEqual([]);
  expect((await replay('1')).code).toBe(0);
  expect(seen[0]?.isSigned).toBe(true);
});

it('replay sends a conversation in order, at its recorded pace or without pauses', async () => {
  const { say } = await startScene();
  const turn = (Body: string, swap = false) => {
    const [From, To] = swap ? [FORM.To, FORM.From] : [FORM.From, FORM.To];
    return say(webhook({ form: { ...FORM, From, To, Body } }));
  };
  await turn('one');
  await say(webhook({ form: { ...FORM, From: '+13055550191', Body: 'somebody else' } }));
  await turn('two', true);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await turn('three');
  seen.length = 0;
  const fast = await replay('4', '--conversation', '--fast', '--json');
  expect(replayReportSchema.parse(JSON.parse(fast.stdout)).replays.map(({ of }) => of)).toEqual([1, 3, 4]);
  expect(seen.map(({ body }) => new URLSearchParams(body).get('Body'))).toEqual(['one', 'two', 'three']);
  await replay('1', '--conversation');
  expect(seen).toHaveLength(6);
  expect((seen[5]?.at ?? 0) - (seen[4]?.at ?? 0)).toBeGreaterThan(750);
});

it('replay reports an app that is down, and can send to another origin', async () => {
  const { say, app, end } = await startScene();
  await say(webhook());
  await app.close();
  await end();
  const away = await replay('1');
  expect([away.code, away.stdout]).toEqual([5, expect.stringContaining('The app refused the connection.')]);
  const { app: other, end: endOther } = await startScene();
  await endOther();
  expect((await replay('1', '--to', other.origin)).code).toBe(0);
  expect(seen.at(-1)?.isSigned).toBe(true);
});

it('replay sends the second step of a call again, and refuses a WebSocket', async () => {
  const { say, app, origin, end } = await startScene();
  acceptSockets(app);
  await say(webhook({ target: '/handle-key', form: { ...FORM, Digits: '1' } }));
  const signature = twilio.getExpectedTwilioSignature(TOKEN, 'wss://relay.example.test/media', {});
  expect(await askForSocket(origin, '/media', signature)).toBe(101);
  await end();
  expect((await replay('1')).code).toBe(0);
  expect(seen.map(({ isSigned }) => isSigned)).toEqual([true, true]);
  expect(await replay('2')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('a WebSocket is recorded without its messages'),
  });
});

it('replay explains invalid arguments and a missing auth token', async () => {
  const { say, end } = await startScene();
  await say(webhook());
  await end();
  for (const [args, code, words] of [
    [['9'], 2, 'no webhook with this id'],
    [['x'], 2, 'is not an id'],
    [['1', '--set', 'Body'], 2, '--set takes Name=value'],
    [['1', '--to', 'nowhere'], 2, '--to takes the http or https origin'],
    [['1', '--to-path', 'sms'], 2, '--to-path takes a path'],
  ] as const) {
    const run = await replay(...args);
    expect([args, run.code, run.stderr]).toEqual([args, code, expect.stringContaining(words)]);
  }
  workspace.write('.env', '');
  expect(await replay('1')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('there is no auth token'),
  });
  expect(seen).toHaveLength(1);
  expect(`${BASE}${SMS}`).toContain('https://');
});

it('replay compares decoded answers: the same TwiML may be compressed to other bytes', async () => {
  let level = 9;
  const twiml = `<Response><Message>${'Got it. '.repeat(500)}</Message></Response>`;
  const app = await startApp((incoming, outgoing) => {
    const body = gzipSync(twiml, { level });
    incoming.resume().on('end', () => outgoing.writeHead(200, { 'Content-Encoding': 'gzip' }).end(body));
  });
  const tunnel = await startTunnel(workspace, app.origin);
  await ask(tunnel.origin, webhook());
  await tunnel.end();
  level = 0;
  const { stdout } = await replay('1');
  expect(stdout).toContain('Against 1: the same as recorded.');
});

it('replay shows the answer first, then the lines that differ, and headers only on request', async () => {
  let greeting = 'Hello';
  const app = await startApp((incoming, outgoing) => {
    const body = `<Response><Message>${greeting}</Message><Message>Bye</Message></Response>`;
    incoming.resume().on('end', () => outgoing.writeHead(200, { 'Content-Type': 'text/xml' }).end(body));
  });
  const tunnel = await startTunnel(workspace, app.origin);
  await ask(tunnel.origin, webhook());
  await tunnel.end();
  greeting = 'Good evening';
  const { code, stdout } = await replay('1');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`^ {4}! 200 from ${app.origin} after \\d+ ms\nAgainst 1: a different body\\.\n`),
  );
  expect(stdout).toContain(
    [
      '         | <Response>',
      '  before |   <Message>Hello</Message>',
      '  now    |   <Message>Good evening</Message>',
      '         |   <Message>Bye</Message>',
      '         | </Response>',
    ].join('\n'),
  );
  expect(stdout).not.toMatch(/Content-Type/i);
  expect((await replay('1', '--headers')).stdout).toMatch(/\n {2}Content-Type: text\/xml\n/);
});

it('replay shows the fault that the answer shows', async () => {
  const { say, end } = await startScene();
  await say(webhook());
  await end();
  const other = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.writeHead(400).end('Invalid host header'));
  });
  const { stdout } = await replay('1', '--to', other.origin);
  expect(stdout).toContain(
    `Fault: the app at ${other.origin} refuses this host, relay.example.test: Starlette`,
  );
  expect(stdout).toContain('  Try: add relay.example.test to allowed_hosts');
});
