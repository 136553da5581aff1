// `relay-phone requests` with the built CLI, while a gateway runs and afterwards.
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import twilio from 'twilio';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { exchangeReportSchema, requestReportSchema, requestsReportSchema } from '../src/reports.js';
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
import { startServer } from './support/sandbox-child.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const TWIML =
  '<?xml version="1.0"?><Response><Message>Got it</Message><Dial callerId="+12025550100"><Number>+13015550195</Number></Dial></Response>';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

async function startScene() {
  const app = await startApp((incoming, outgoing) => {
    const isStatus = incoming.url?.includes('status');
    incoming.resume().on('end', () => {
      outgoing.writeHead(isStatus ? 500 : 200, {
        'Content-Type': 'text/xml',
        'Set-Cookie': 'session=secret',
      });
      outgoing.end(TWIML);
    });
  });
  const tunnel = await startTunnel(workspace, app.origin);
  const say = (asked: Parameters<typeof ask>[1]) => ask(tunnel.origin, asked);
  return { ...tunnel, app, say };
}

async function list(...flags: string[]) {
  const run = await workspace.run(['requests', '--json', ...flags]);
  expect(run.code).toBe(0);
  return requestsReportSchema.parse(JSON.parse(run.stdout)).exchanges;
}

it('requests lists webhooks with masked numbers, newest last, during and after a tunnel', async () => {
  const { say, end } = await startScene();
  await say(webhook());
  await say(webhook());
  await say(webhook({ target: '/api/v1/sms_status', form: { ...FORM, MessageStatus: 'sent' } }));
  const running = await workspace.run(['requests']);
  const lines = running.stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(
    / 1 {2}\d\d:\d\d:\d\d\.\d{3} {2}\/api\/v1\/inbound_sms +200 {2}\+1…0190 → \+1…0100 .* ms {2}valid, SM0{31}1$/,
  );
  expect(lines[2]).toContain('attempt 2');
  expect(running.stdout).not.toContain('2125550190');
  expect(statSync(workspace.file('.relay-phone/gateway.json')).mode & 0o077).toBe(0);
  await end();
  expect((await workspace.run(['requests'])).stdout).toBe(running.stdout);
  expect(workspace.list()).not.toContain('.relay-phone/gateway.json');
  expect((await workspace.run(['requests', '--show-numbers'])).stdout).toContain(
    '+12125550190 → +12025550100',
  );
});

it('requests filters by path, status, number, SID, time, refusal and limit', async () => {
  const { say } = await startScene();
  await say(webhook());
  await say(webhook({ target: '/api/v1/sms_status', form: { ...FORM, From: '+13055550191' } }));
  await say(webhook({}, { url: `http://relay.example.test${SMS}` }));
  await say({ target: '/admin/' });
  const ids = async (...flags: string[]) => (await list(...flags)).map(({ id }) => id);
  expect(await ids()).toEqual([2, 1]);
  expect(await ids('--path', 'status')).toEqual([2]);
  expect(await ids('--status', '5xx')).toEqual([2]);
  expect(await ids('--failed')).toEqual([2]);
  expect(await ids('--number', '+12125550190')).toEqual([1]);
  expect(await ids('--sid', FORM.MessageSid)).toEqual([2, 1]);
  expect(await ids('--since', '10m')).toEqual([2, 1]);
  expect(await ids('--since', '2100-01-01')).toEqual([]);
  expect(await ids('--limit', '1')).toEqual([2]);
  expect((await list('--refused')).map(({ refusal, verdict }) => [refusal, verdict.reasons])).toEqual([
    ['it has no X-Twilio-Signature; a valid one lets in any path', []],
    ['its signature is not valid', ['wrong scheme']],
  ]);
});

it('requests shows one webhook with decoded parameters, indented TwiML and both URLs, but no secrets', async () => {
  const { say } = await startScene();
  const asked = webhook({}, { url: `http://relay.example.test${SMS}` });
  await say(webhook());
  await say({ ...asked, headers: { ...(asked.headers as object), Authorization: 'Basic c2VjcmV0' } });
  const good = (await workspace.run(['requests', '1'])).stdout;
  expect(good).toContain('  | Body        Hi 📲\n');
  expect(good).toContain(
    '  | <Response>\n  |   <Message>Got it</Message>\n  |   <Dial callerId="+1…0100">\n  |     <Number>+1…0195</Number>\n',
  );
  expect(good).toContain('Set-Cookie: (hidden)');
  const bad = (await workspace.run(['requests', '2'])).stdout;
  expect(bad).toContain('Signature: invalid (wrong scheme)');
  expect(bad).toContain(`  signed    http://relay.example.test${SMS}\n  computed  ${BASE}${SMS}\n`);
  expect(bad).toContain('Refused: its signature is not valid. It did not reach the app.');
  expect(`${good}${bad}`).not.toMatch(/session=secret|c2VjcmV0/);
  expect(bad).not.toContain(TOKEN);
  const { stdout } = await workspace.run(['requests', '1', '--json', '--show-numbers']);
  expect(requestReportSchema.parse(JSON.parse(stdout)).exchange).toMatchObject({
    request: { parameters: FORM, isCut: false },
    answer: { body: TWIML },
  });
});

it('requests shows any path that Twilio signed, WebSockets too, and what lets in a refused request', async () => {
  const { say, app, origin } = await startScene();
  acceptSockets(app);
  const signature = twilio.getExpectedTwilioSignature(TOKEN, 'wss://relay.example.test/media/', {});
  await say(webhook({ target: '/ivr/handle-key', form: { ...FORM, Digits: '1' } }));
  expect(await askForSocket(origin, '/media', signature)).toBe(101);
  expect(await askForSocket(origin, '/media')).toBe(404);
  const lines = (await workspace.run(['requests'])).stdout.split('\n');
  expect(lines[1]).toMatch(/ 1 {2}\S+ {2}\/ivr\/handle-key +200 .* valid, /);
  expect(lines[2]).toMatch(/ 2 {2}\S+ {2}GET \/media +101 .* trailing slash$/);
  const opened = (await workspace.run(['requests', '2'])).stdout;
  expect(opened).toContain(
    'Signature: valid (trailing slash)\n  signed    wss://relay.example.test/media/\n',
  );
  expect(opened).toContain('  … the rest is left out\n');
  const why = 'it has no X-Twilio-Signature; a valid one lets in any path';
  expect((await workspace.run(['requests', '--refused'])).stdout).toContain(why);
  expect((await workspace.run(['requests', '3'])).stdout).toContain(
    `Refused: ${why}. It did not reach the app.`,
  );
  expect(await list('--refused')).toMatchObject([
    { kind: 'websocket', refusal: why, verdict: { computedUrl: 'wss://relay.example.test/media' } },
  ]);
});

/** Records one webhook with this answer. Returns the bytes that the caller got, and the port of the app. */
async function recordAnswer(status: number, headers: Record<string, string>, body: Buffer | string = '') {
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.writeHead(status, headers).end(body));
  });
  const tunnel = await startTunnel(workspace, app.origin);
  const answer = await ask(tunnel.origin, webhook());
  return { answer, end: tunnel.end };
}

describe('requests shows a compressed answer decoded, which was forwarded byte for byte', () => {
  const type = { 'Content-Type': 'text/xml' };

  it.each([
    ['gzip', gzipSync(TWIML)],
    ['deflate', deflateSync(TWIML)],
    ['br', brotliCompressSync(TWIML)],
  ])('%s', async (coding, body) => {
    const { answer } = await recordAnswer(200, { ...type, 'Content-Encoding': coding }, body);
    expect(answer.body.equals(body)).toBe(true);
    expect(answer.headers['content-encoding']).toBe(coding);
    const { stdout } = await workspace.run(['requests', '1']);
    expect(stdout).toContain('  | <Response>\n  |   <Message>Got it</Message>\n');
    expect(stdout).toContain(`  Content-Encoding: ${coding}\n`);
    const json = await workspace.run(['requests', '1', '--json', '--show-numbers']);
    expect(requestReportSchema.parse(JSON.parse(json.stdout)).exchange.answer).toMatchObject({
      body: TWIML,
      isCut: false,
      undecoded: null,
    });
  });

  it.each([
    ['compress', Buffer.from('\x1f\x9d\x90'), 'cannot decode compress'],
    ['gzip', Buffer.from('not compressed'), 'it is not valid gzip'],
  ])('or says why it cannot: %s', async (coding, body, why) => {
    await recordAnswer(200, { ...type, 'Content-Encoding': coding }, body);
    const { stdout } = await workspace.run(['requests', '1']);
    expect(stdout).toMatch(new RegExp(`… the compressed body cannot be shown: .*${why}`));
    expect(stdout.split('200 from')[1]).not.toContain('  | ');
    const json = await workspace.run(['requests', '1', '--json']);
    const { answer } = requestReportSchema.parse(JSON.parse(json.stdout)).exchange;
    expect(answer).toMatchObject({ body: '', undecoded: expect.stringContaining(why) });
  });

  it.each([
    ['ISO-8859-1', Buffer.from('<Response><Message>Grüße</Message></Response>', 'latin1')],
    ['UTF-16LE', Buffer.from('<Response><Message>Grüße</Message></Response>', 'utf16le')],
  ])('and read by its charset: %s', async (charset, text) => {
    const headers = { 'Content-Type': `text/xml; charset=${charset}`, 'Content-Encoding': 'gzip' };
    await recordAnswer(200, headers, gzipSync(text));
    expect((await workspace.run(['requests', '1'])).stdout).toContain('  |   <Message>Grüße</Message>\n');
  });

  it('and of a bomb only the beginning', async () => {
    const bomb = gzipSync(`<Response>${' '.repeat(50_000_000)}</Response>`);
    await recordAnswer(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' }, bomb);
    const { stdout } = await workspace.run(['requests', '1']);
    expect(stdout.length).toBeLessThan(400_000);
    expect(stdout).toContain('… the rest is left out');
  });
});

it('requests shows a redirect, lists it among the failed ones, and says what to do', async () => {
  const { end } = await recordAnswer(301, { Location: `${SMS}/` });
  const [exchange] = await list('--failed');
  expect(exchange).toMatchObject({ status: 301, findings: [{ id: 'redirect' }] });
  const { stdout } = await workspace.run(['requests', '--failed']);
  const redirect = `the app redirects (301) to ${SMS}/: Twilio asks there with GET, without the parameters`;
  expect(stdout).toContain(`valid, ${redirect}`);
  await end();
  const one = (await workspace.run(['requests', '1'])).stdout;
  expect(one).toContain(`Fault: ${redirect} of the webhook.\n  Try: give Twilio the URL`);
  expect(await list('--failed')).toEqual([exchange]);
});

it('requests --follow prints one JSON document a line, and continues with the next tunnel where it was', async () => {
  const { child, address } = await startServer(
    workspace,
    ['requests', '--follow', '--json'],
    /Waiting for a tunnel/,
  );
  expect(address.index).toBe(0);
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await sleep(10);
  };
  const documents = () =>
    child
      .output()
      .split('\n')
      // The last line may not be complete yet.
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => exchangeReportSchema.parse(JSON.parse(line)));
  for (const round of [1, 2]) {
    const { gateway, say, end } = await startScene();
    // The second tunnel gets a webhook before anybody follows it.
    if (round === 2) await say(webhook());
    await until(() => child.output().split('Following the tunnel').length > round);
    // It has said so before it asks.
    while (documents().length === 0) {
      await say(webhook());
      await sleep(100);
    }
    await say(webhook());
    await until(() => documents().at(-1)?.id === gateway.lastId());
    expect(documents().at(-1)).toMatchObject({ from: '+1…0190', kind: 'inbound_sms' });
    const ids = documents().map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, at) => (ids[0] ?? 0) + at));
    await end();
    await until(() => child.output().split('Waiting for a tunnel').length > round + 1);
  }
  expect(await child.end('SIGINT')).toBe(130);
});

it('requests explains invalid arguments', async () => {
  expect(await workspace.run(['requests'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No matching webhook'),
  });
  for (const [flags, words] of [
    [['9'], 'no webhook with this id'],
    [['nine'], 'is not an id'],
    [['--since', 'yesterday'], '--since takes'],
    [['--status', '9'], '--status takes'],
    [['--limit', 'all'], '--limit takes'],
  ] as const) {
    const run = await workspace.run(['requests', ...flags]);
    expect([flags, run.code, run.stderr]).toEqual([flags, 2, expect.stringContaining(words)]);
  }
});
