// `relay-phone sandbox traces`, the control API and the library: a text that an app forwards with the official SDK, as one
// trace from phone to phone.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { traceReportSchema, tracesReportSchema } from '../src/reports.js';
import { createControlClient } from '../src/sandbox/control/client.js';
import { TRACE_ROUTES } from '../src/sandbox/control/contract/traces.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { createEventReducer } from '../src/sandbox/traces/reducer.js';
import type { TraceNode } from '../src/sandbox/traces/tree.js';
import { DEADLINE } from './support/deadline.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { createServedWorkspace } from './support/served-workspace.js';
import { twiml, type WebhookApp } from './support/webhook-app.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const MASK = '+12025550100';
const CONTACT = '+12125550190';
const OWNER = '+13015550195';

let workspace: Workspace;
let sandbox: Sandbox;
let app: WebhookApp;
beforeEach(async () => {
  ({ workspace, sandbox, app } = await createServedWorkspace());
  const client = createSandboxClient(sandbox);
  // Forwards each text to the owner, and deletes it at Twilio once it was delivered.
  app.answer(async ({ path, form }) => {
    if (path === '/status' && form.MessageStatus === 'delivered') {
      await client.messages(form.MessageSid ?? '').remove();
    }
    if (path !== '/sms') return {};
    if (form.Body === 'fail') return { status: 500 };
    const statusCallback = `${app.origin}/status`;
    await client.messages.create({
      from: MASK,
      to: OWNER,
      body: `📲 ${form.From}: ${form.Body}`,
      statusCallback,
    });
    return twiml('<Response/>');
  });
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK, smsUrl: `${app.origin}/sms` });
});

/** Sends a text to the mask and waits until all that it caused has ended. Returns the id of its trace. */
async function send(body: string): Promise<string> {
  const { traceId } = await sandbox.phone(CONTACT).text(MASK, body);
  await sandbox.whenQuiet(traceId, { timeout: DEADLINE });
  return traceId;
}

function controlClient() {
  return createControlClient(sandbox);
}

/** Each event, indented by its place in the tree, with what tells it from others of its kind. */
function outline(tree: readonly TraceNode[]): string[] {
  return tree.map(({ event, depth }) => {
    const detail =
      'status' in event ? ` ${event.status}` : event.kind === 'webhook.began' ? ` ${event.purpose}` : '';
    return `${'  '.repeat(depth)}${event.kind}${event.kind === 'request.in' ? ` ${event.method}` : ''}${detail}`;
  });
}

/** Without exposures, which are not what these tests are about. */
function withoutExposures(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.includes('exposure'));
}

describe('a forwarded text', () => {
  it('is one trace from phone to phone, each event below its cause', async () => {
    const traceId = await send('Hello there');
    const trace = sandbox.trace(traceId);
    expect(withoutExposures(outline(trace?.tree ?? []))).toEqual([
      'phone.texts',
      '  text.received',
      '    webhook.began inbound-text',
      '      request.in POST 201',
      '        text.queued',
      '          text.status sending',
      '          text.status sent',
      '            webhook.began text-status',
      '              webhook.sent 200',
      '          text.reached-phone',
      '          text.status delivered',
      '            webhook.began text-status',
      '              request.in DELETE 204',
      '              webhook.sent 200',
      '      webhook.sent 200',
      '        twiml.run',
    ]);
    expect(trace).toMatchObject({
      traceId,
      sentence: expect.stringContaining(`${CONTACT}'s text reached ${OWNER} in `),
      phones: [CONTACT, OWNER],
      numbers: [MASK],
      counts: { texts: 2, calls: 0, webhooks: 3, requests: 2 },
      worst: 'done',
      state: 'closed',
      isGuessed: false,
      isComplete: true,
    });
    expect(sandbox.trace('latest')).toEqual(trace);
    expect(sandbox.trace('none')).toBeUndefined();
  });

  it('is shown with its sentence on top, then the tree, in 80 columns', async () => {
    await send('Hello, this is a text that is much too long for a line of 80 columns.');
    const { code, stdout } = await workspace.run(['sandbox', 'traces', 'latest']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    const time = String.raw`\+\d+\.\d{3}`;
    const tree = [
      `${time} +phone texts +\\${CONTACT} → \\${MASK}: Hello, this .*…`,
      `${time} +number has it +\\${MASK} from \\${CONTACT}`,
      `${time} +#\\d+ +webhook +POST http://127\\.0\\.0\\.1:\\d+/sms`,
      `${time} +#\\d+ +├─ app asked +POST Messages\\.json → 201`,
      `${time} +│ {2}text queued +\\${MASK} → \\${OWNER}: 📲 \\+1212.*…`,
      `${time} +│ {2}├─ text sending +SM[0-9a-f]{32}`,
      `${time} +│ {2}├─ text sent +SM[0-9a-f]{32}`,
      `${time} +#\\d+ +│ {2}│ {2}webhook +POST http://127\\.0\\.0\\.1:\\d+/status`,
      `${time} +#\\d+ +│ {2}│ {2}app answered +POST /status → 200, accepted`,
      `${time} +│ {2}├─ phone has it +\\${OWNER} from \\${MASK}: .*`,
      `${time} +│ {2}└─ text delivered +SM[0-9a-f]{32}`,
      `${time} +#\\d+ +│ {5}webhook +POST http://127\\.0\\.0\\.1:\\d+/status`,
      `${time} +#\\d+ +│ {5}├─ app asked +DELETE Messages/SM[0-9a-f]{4}…[0-9a-f]{4}\\.json → 204`,
      `${time} +#\\d+ +│ {5}└─ app answered +POST /status → 200, accepted`,
      `${time} +#\\d+ +└─ app answered +POST /sms → 200, accepted`,
      `${time} +TwiML +nothing to do`,
    ].map((pattern) => expect.stringMatching(new RegExp(`^ *${pattern}$`)));
    const start = lines.findIndex((line) => line.includes('phone texts'));
    expect(withoutExposures(lines.slice(start, -1))).toEqual(tree);
    const top = lines.slice(0, start).join(' ').replace(/ +/g, ' ');
    expect(top).toMatch(/^ ✓ \d+ \d\d:\d\d:\d\d\.\d{3} closed, done /);
    expect(top).toContain(`${CONTACT}'s text reached ${OWNER} in `);
    expect(top).toMatch(/ m?s; 3 webhooks, 2 REST requests; /);
    const verbose = await workspace.run(['sandbox', 'traces', 'latest', '--verbose']);
    expect(verbose.stdout).toContain('much too long for a line of 80 columns.\n');
    expect(verbose.stdout).toContain(`app asked       POST /2010-04-01/Accounts/${sandbox.accountSid}/`);
  });
});

describe('the threads of the phones', () => {
  it('have both sides of a forwarded text, in whatever order the events come', async () => {
    const traceId = await send('Hello there');
    const events = sandbox.events();
    const reducer = createEventReducer();
    for (const event of events.toReversed()) {
      reducer.add([event, event]);
      reducer.threads();
    }
    const text = { kind: 'text', traceId, mediaUrls: [], errorCode: null };
    expect(reducer.threads()).toEqual([
      {
        phone: OWNER,
        other: MASK,
        entries: [
          expect.objectContaining({
            ...text,
            direction: 'received',
            body: `📲 ${CONTACT}: Hello there`,
            status: 'delivered',
          }),
        ],
      },
      {
        phone: CONTACT,
        other: MASK,
        entries: [
          expect.objectContaining({ ...text, direction: 'sent', body: 'Hello there', status: 'received' }),
        ],
      },
    ]);
    expect(reducer.gaps()).toEqual([]);
    expect(reducer.traces()).toEqual(sandbox.traces().map(({ state: _, ...trace }) => trace));
  });
});

describe('sandbox traces', () => {
  it('lists the newest traces first, and those that failed or involve a number', async () => {
    const forwarded = await send('Hello');
    const failed = await send('fail');
    const { code, stdout } = await workspace.run(['sandbox', 'traces']);
    expect(code).toBe(0);
    const text = stdout.replace(/\s+/g, ' ');
    const number = (traceId: string) => traceId.split('-')[1];
    expect(text).toMatch(
      new RegExp(
        `^ ✗ ${number(failed)} .* closed, failed .* ✓ ${number(forwarded)} .* closed, done .*REST request`,
      ),
    );
    expect(text).toContain('because the webhook failed: HTTP error response code 500 (11217);');

    const ids = async (...flags: string[]) => {
      const json = await workspace.run(['sandbox', 'traces', '--json', ...flags]);
      return tracesReportSchema.parse(JSON.parse(json.stdout)).traces.map(({ traceId }) => traceId);
    };
    expect((await ids()).slice(0, 2)).toEqual([failed, forwarded]);
    expect(await ids('--failed')).toEqual([failed]);
    expect(await ids('--limit', '1')).toEqual([failed]);
    expect(await ids('--number', OWNER)).toEqual([forwarded]);
    expect(await ids('--number', '(202) 555-0100')).toEqual([failed, forwarded]);
    expect(await ids('--number', '+12125550191')).toEqual([]);
    expect((await workspace.run(['sandbox', 'traces', '--number', '+12125550191'])).stdout).toBe(
      'No such trace is kept. A sandbox keeps its traces until it ends.\n',
    );
  });

  it('prints one trace as a document, by its number, its id, or as the latest', async () => {
    const traceId = await send('Hello');
    for (const id of [traceId, traceId.split('-')[1] ?? '', 'latest']) {
      const { code, stdout } = await workspace.run(['sandbox', 'traces', id, '--json']);
      expect(code).toBe(0);
      const { trace } = traceReportSchema.parse(JSON.parse(stdout));
      expect(trace).toEqual(JSON.parse(JSON.stringify(sandbox.trace(traceId))));
    }
  });

  it('refuses an unknown trace, and what is not the id of one', async () => {
    const unknown = await workspace.run(['sandbox', 'traces', '999']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('Failed to find the trace 999: no event of such a trace is kept');
    expect((await workspace.run(['sandbox', 'traces', 'first'])).code).toBe(2);
  });

  it('marks guessed causes', async () => {
    const client = createSandboxClient(sandbox);
    app.answer(async ({ path }) => {
      if (path === '/sms')
        await client.messages.create({ from: MASK, to: '+13015550196', body: 'Other words' });
      return twiml('<Response/>');
    });
    const traceId = await send('Hello');
    expect(sandbox.trace(traceId)).toMatchObject({ isGuessed: true });
    const { stdout } = await workspace.run(['sandbox', 'traces', 'latest']);
    expect(stdout).toMatch(/app asked +POST Messages\.json → 201 \(guessed\)\n/);
    expect(stdout).toContain('        Some causes are guesses.\n');
  });
});

describe('sandbox traces without a running sandbox', () => {
  it('has no trace', async () => {
    const empty = createWorkspace();
    onTestFinished(empty.remove);
    const { code, stdout } = await empty.run(['sandbox', 'traces', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([0, { command: 'sandbox traces', traces: [] }]);
    expect((await empty.run(['sandbox', 'traces', 'latest'])).code).toBe(2);
    await empty.run(['init', '--sandbox', '--yes']);
    expect(await empty.run(['sandbox', 'traces'])).toMatchObject({
      code: 0,
      stdout: 'There is no trace yet. A sandbox keeps its traces until it ends.\n',
    });
    expect((await empty.run(['sandbox', 'traces', '7'])).code).toBe(2);
  });
});

describe('/_sandbox/traces', () => {
  it('answers what its contract says', async () => {
    const control = controlClient();
    await send('Hello');
    const failed = await send('fail');
    const [list, one] = TRACE_ROUTES.map(({ answers }) => answers[200]);
    const traces = await control.traces();
    const trace = await control.trace('latest');
    expect(z.safeParse(list ?? z.never(), traces).error).toBeUndefined();
    expect(z.safeParse(one ?? z.never(), trace).error).toBeUndefined();
    expect(traces).toEqual(JSON.parse(JSON.stringify(sandbox.traces())));
    expect(await control.traces({ before: failed })).toEqual(traces.slice(1));
    expect(await control.traces({ before: 'none' })).toEqual([]);
    expect(await control.traces({ failed: true, number: MASK })).toEqual(traces.slice(0, 1));
    await expect(control.trace('none')).rejects.toMatchObject({ kind: 'usage' });
  });

  it.each(['/traces?limit=0', '/traces?limit=many', '/traces?failed=yes', '/traces/latest?wait=long'])(
    'refuses %s',
    async (path) => {
      const headers = { authorization: `Bearer ${sandbox.controlToken}` };
      const answer = await fetch(`${sandbox.origin}/_sandbox${path}`, { headers });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/must be|expected/) });
    },
  );

  it('waits until a trace is closed, or the time is over', async () => {
    let answer = () => {};
    const released = new Promise<void>((resolve) => {
      answer = resolve;
    });
    app.answer(async () => {
      await released;
      return twiml('<Response/>');
    });
    const asked = sandbox.nextEvent(({ kind }) => kind === 'webhook.began', { timeout: DEADLINE });
    const text = sandbox.phone(CONTACT).text(MASK, 'Hello');
    const { traceId } = await asked;
    const control = controlClient();
    expect(await control.trace(traceId, { wait: 1 })).toMatchObject({ state: 'open', worst: 'done' });
    const waiting = control.trace(traceId, { wait: DEADLINE });
    answer();
    expect(await waiting).toMatchObject({ state: 'closed', counts: { webhooks: 1 } });
    await text;
  });

  it('leaves out what is not about texts, calls and requests, and begins anew after a reset', async () => {
    await send('Hello');
    sandbox.phone(OWNER).behave({ texts: 'silent' });
    expect(sandbox.traces()[0]?.phones).toEqual([CONTACT, OWNER]);
    sandbox.reset();
    expect(sandbox.traces()).toEqual([]);
    expect(await controlClient().traces()).toEqual([]);
  });
});
