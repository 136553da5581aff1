// `relay-phone requests export` with the built CLI: it writes a playable story without real numbers.
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { requestsExportReportSchema } from '../src/reports.js';
import { findOrigin } from './support/find-port.js';
import { ask, startApp, startTunnel, TOKEN, webhook } from './support/gateway.js';
import { CLI, createWorkspace, type Workspace } from './support/workspace.js';

/** Numbers that somebody may have. */
const [MASK, OWNER, ANN] = ['+12023456789', '+13014567890', '+14155678901'] as const;
const SECRETS = [MASK, OWNER, ANN, '4155678901', '415-567', '567 8901', '8901', TOKEN, '482913', 'SM0'];

let workspace: Workspace;
let sids: number;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  workspace.write('.env', `TWILIO_AUTH_TOKEN=${TOKEN}\n`);
  sids = 0;
});

const sidOf = (prefix: string) => {
  sids += 1;
  return prefix + String(sids).padStart(32, '0');
};

/** Records what comes when the app answers so; compressed, if the coding is `gzip`. */
async function record(
  twiml: (form: URLSearchParams) => string,
  forms: [string, Record<string, string>][],
  coding?: 'gzip',
) {
  const app = await startApp(async (incoming, outgoing) => {
    const body = new URLSearchParams(await text(incoming));
    // As Relay answers a reply.
    const status = body.get('From') === OWNER ? 200 : 201;
    const answer = `<Response>${twiml(body)}</Response>`;
    outgoing.writeHead(status, { 'Content-Type': 'text/xml', ...(coding && { 'Content-Encoding': coding }) });
    outgoing.end(coding ? gzipSync(answer) : answer);
  });
  const tunnel = await startTunnel(workspace, app.origin);
  for (const [target, form] of forms) {
    const { status } = await ask(tunnel.origin, webhook({ target, form }));
    expect(status).toBeLessThan(300);
  }
  await tunnel.end();
}

const came = (
  From: string,
  Body: string,
  more: Record<string, string> = {},
): [string, Record<string, string>] => [
  '/api/v1/inbound_sms',
  { MessageSid: sidOf('SM'), From, To: MASK, Body, NumMedia: '0', ...more },
];
const arrived = (To: string): [string, Record<string, string>] => [
  '/api/v1/sms_status',
  { MessageSid: sidOf('SM'), From: MASK, To, MessageStatus: 'delivered' },
];

async function exportStory(...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await workspace.run(['requests', 'export', '1', ...flags]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Each expectation waits longer than the usual five seconds, because a machine may be slow. */
function withTime(story: string): string {
  return story.replace(/^ {2}- expect .*$/gm, '$&\n    within: 2m');
}

it('requests export writes the webhooks of a mask as a story that plays with relay-phone serve', async () => {
  await record(
    (form) => (form.has('CallSid') ? `<Dial callerId="${ANN}"><Number>${OWNER}</Number></Dial>` : ''),
    [
      came(ANN, `It is $5. Call (415) 567-8901, not ${OWNER}; the code is 482913, the token ${TOKEN}`),
      arrived(OWNER),
      came(OWNER, '8901: I will'),
      arrived(ANN),
      came(ANN, 'Look', {
        NumMedia: '1',
        MediaUrl0: 'https://api.twilio.com/x',
        MediaContentType0: 'image/png',
      }),
      arrived(OWNER),
      [
        '/api/v1/inbound_call',
        { CallSid: sidOf('CA'), From: ANN, To: MASK, Direction: 'inbound', CallStatus: 'ringing' },
      ],
    ],
  );
  const story = await exportStory();
  for (const secret of SECRETS) expect(story).not.toContain(secret);
  expect(story).toMatchInlineSnapshot(`
    "story: a recorded conversation
    phones:
      owner:
      contact: "+14155550150"
    masks:
      mask: owner
    steps:
      - text: It is $$5. Call $contact, not $owner; the code is 000000, the token (hidden)
        from: contact
        to: mask
      - expect webhook: inbound-text
        status: 201
      - expect text: owner
        from: mask
      - text: "0150: I will"
        from: owner
        to: mask
      - expect webhook: inbound-text
        status: 200
      - expect text: contact
        from: mask
      - text: Look
        from: contact
        to: mask
        media:
          - data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=
      - expect webhook: inbound-text
        status: 201
      - expect text: owner
        from: mask
      - call: mask
        from: contact
      - expect webhook: call
        status: 201
      - expect call: owner
    "
  `);
  workspace.write('story.yaml', withTime(story));
  const origin = await findOrigin();
  const serve = [process.execPath, CLI, 'serve', '--sandbox', '--yes', '--port', new URL(origin).port];
  const played = await workspace.run(['play', 'story.yaml', '--app', origin, '--', ...serve]);
  expect(played.stdout).toContain('owner has a call');
  expect(played.code, played.stdout + played.stderr).toBe(0);
});

it('requests export writes the webhooks of another app, with the paths to it', async () => {
  await record(
    (form) =>
      form.has('Digits') ? '<Say>Goodbye &amp; thanks</Say>' : '<Gather><Say>Press 1</Say></Gather>',
    [
      [
        '/voice',
        { CallSid: `CA${'1'.repeat(32)}`, From: ANN, To: MASK, Direction: 'inbound', CallStatus: 'ringing' },
      ],
      [
        '/voice',
        {
          CallSid: `CA${'1'.repeat(32)}`,
          From: ANN,
          To: MASK,
          Direction: 'inbound',
          CallStatus: 'in-progress',
          Digits: '1',
        },
      ],
    ],
  );
  const document = JSON.parse(await exportStory('--json'));
  const { story } = requestsExportReportSchema.parse(document);
  expect(story).toMatchInlineSnapshot(`
    "story: a recorded conversation
    phones:
      contact: "+14155550150"
    numbers:
      number:
        calls: /voice
    steps:
      - call: number
        from: contact
      - expect webhook: call
        status: 201
      - expect heard: contact
        contains: Press 1
      - press: "1"
        from: contact
      - expect heard: contact
        contains: Goodbye & thanks
    "
  `);
});

it('requests export leaves out retries and, with --pair, other contacts', async () => {
  const first = came(ANN, 'Hi');
  await record(() => '', [first, first, came(OWNER, 'Hello')]);
  const verbs = (story: string) => story.match(/- (text|expect webhook): .*/g);
  expect(verbs(await exportStory())).toHaveLength(4);
  expect(verbs(await exportStory('--pair'))).toEqual(['- text: Hi', '- expect webhook: inbound-text']);
});

it('requests export reports a recording without a text or call', async () => {
  await record(() => '', [arrived(ANN)]);
  const run = await workspace.run(['requests', 'export', '1']);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain('no phone texts or calls in the recorded conversation');
  expect((await workspace.run(['requests', 'export', '7'])).stderr).toContain(
    'no webhook with this id is recorded',
  );
});

it('requests export reads compressed TwiML', async () => {
  const forms = () => [came(ANN, 'Hello')];
  const twiml = () => '<Message>Got it</Message>';
  await record(twiml, forms());
  const plain = await exportStory();
  workspace.removeFiles(['.relay-phone/gateway.db']);
  sids = 0;
  await record(twiml, forms(), 'gzip');
  expect(plain).toContain('Got it');
  expect(await exportStory()).toBe(plain);
});

it('requests export expects what the sandbox lacks for the TwiML of a call, so that a strict play passes', async () => {
  await record(
    () => '<Say>Please hold</Say><Connect><Stream url="wss://example.com"/></Connect>',
    [['/voice', { CallSid: sidOf('CA'), From: ANN, To: MASK, Direction: 'inbound', CallStatus: 'ringing' }]],
  );
  const story = await exportStory();
  expect(story).toContain('  - expect unsupported: <Connect>\n');
  const origin = await findOrigin();
  workspace.write('app.cjs', HOLDING_APP);
  workspace.write('story.yaml', withTime(story));
  const app = [process.execPath, 'app.cjs', new URL(origin).port];
  const played = await workspace.run(['play', 'story.yaml', '--strict', '--app', origin, '--', ...app]);
  expect(played.code, played.stdout + played.stderr).toBe(0);
});

const HOLDING_APP = `
require('node:http').createServer((request, response) => {
  response.writeHead(201, { 'Content-Type': 'text/xml' });
  response.end('<Response><Say>Please hold</Say><Connect><Stream url="wss://example.com"/></Connect></Response>');
}).listen(Number(process.argv[2]), '127.0.0.1');
`;
