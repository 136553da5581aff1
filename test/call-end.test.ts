// `relay-phone call end` and `call --cancel-after`: a call can be ended from the command line, also one that the app placed.
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run as runCall } from '../src/cli/commands/call/run.js';
import { callEndReportSchema, callReportSchema } from '../src/reports.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { DEADLINE } from './support/deadline.js';
import { createTestContext } from './support/in-process.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { createServedWorkspace } from './support/served-workspace.js';
import { twiml, type WebhookApp } from './support/webhook-app.js';
import type { Workspace } from './support/workspace.js';

const [PHONE, OTHER] = ['+12125550190', '+13015550195'];
const NUMBER = '+12025550100';

let workspace: Workspace;
let sandbox: Sandbox;
let app: WebhookApp;
beforeEach(async () => {
  ({ workspace, sandbox, app } = await createServedWorkspace());
  app.answer(() => twiml('<Response><Say>Hello</Say><Pause length="600"/></Response>'));
  await client().incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: `${app.origin}/voice` });
});

const client = () => createSandboxClient(sandbox);
const stateOf = (phone: string) => sandbox.phone(phone).calls().at(-1)?.state;

/** The app calls a phone. Returns the SID of the call. */
async function place(to: string, state: string): Promise<string> {
  const { sid } = await client().calls.create({ from: NUMBER, to, url: `${app.origin}/voice` });
  await expect.poll(() => stateOf(to), { timeout: DEADLINE }).toBe(state);
  return sid;
}

async function end(...args: string[]) {
  const { code, stdout, stderr } = await workspace.run(['call', 'end', ...args, '--json']);
  return {
    code,
    stderr,
    report: stdout.includes('error') ? undefined : callEndReportSchema.parse(JSON.parse(stdout)),
  };
}

describe('relay-phone call end', () => {
  it('hangs up a call that the app placed, and declines one that rings', async () => {
    sandbox.phone(OTHER).behave({ calls: 'no-answer' });
    const [talking, ringing] = [await place(PHONE, 'talking'), await place(OTHER, 'ringing')];
    const { code, report } = await end();
    expect(code).toBe(0);
    expect(report?.calls).toEqual(
      expect.arrayContaining([
        { phone: PHONE, other: NUMBER, callSid: talking, state: 'ended' },
        { phone: OTHER, other: NUMBER, callSid: ringing, state: 'rejected' },
      ]),
    );
    const statusOf = async (sid: string) => (await client().calls(sid).fetch()).status;
    await expect.poll(() => statusOf(talking), { timeout: DEADLINE }).toBe('completed');
    await expect.poll(() => statusOf(ringing), { timeout: DEADLINE }).toBe('busy');
  });

  it('ends only the call of a phone, or the one with a SID', async () => {
    const [one, two] = [await place(PHONE, 'talking'), await place(OTHER, 'talking')];
    expect((await end('(301) 555-0195')).report?.calls).toMatchObject([{ callSid: two }]);
    expect(stateOf(PHONE)).toBe('talking');
    expect((await end(one)).report?.calls).toMatchObject([{ callSid: one, state: 'ended' }]);
  });

  it('names the calls in progress if none is meant, and finds nothing to do if there is none', async () => {
    const sid = await place(PHONE, 'talking');
    expect(await end(OTHER)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`relay-phone call end ${sid}`),
    });
    await end();
    expect(await workspace.run(['call', 'end'])).toEqual({
      code: 0,
      stdout: 'No phone is in a call.\n',
      stderr: '',
    });
  });
});

describe('relay-phone call --cancel-after', () => {
  // The sandbox waits by real timers, whatever tests do with theirs; those of the command stand still.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => void vi.useRealTimers());

  /** Calls the number in this process, and never hangs up because of a silence. */
  function call(cancelAfter: number) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    let shown = '';
    stderr.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    const { XDG_CONFIG_HOME } = process.env;
    const environment = { HOME: workspace.path, XDG_CONFIG_HOME };
    const context = createTestContext({ cwd: workspace.path, environment, stdout, stderr });
    const flags = { from: PHONE, to: NUMBER, cancelAfter, hangUpAfter: 600, json: true };
    return { ended: runCall(context, flags), shown: () => shown, document: () => String(stdout.read()) };
  }

  it('hangs up while it rings, and ends with 0, because that was asked for', async () => {
    app.answer(() => twiml(`<Response><Dial><Number>${OTHER}</Number></Dial></Response>`));
    expect((await workspace.run(['phone', OTHER, '--calls', 'no-answer'])).code).toBe(0);
    const { ended, shown, document } = call(0.2);
    await expect.poll(shown).toContain(`${OTHER} rings`);
    vi.advanceTimersByTime(200);
    expect(await ended).toBe(0);
    expect(callReportSchema.parse(JSON.parse(document())).callSid).toMatch(/^CA/);
    expect(stateOf(OTHER)).toBe('missed');
  });

  it('does nothing in a call that is answered', async () => {
    const { ended, shown } = call(0.5);
    await expect.poll(shown).toContain(`${PHONE} is answered`);
    vi.advanceTimersByTime(500);
    expect((await end()).report?.calls).toMatchObject([{ phone: PHONE, state: 'ended' }]);
    expect(await ended).toBe(0);
  });
});
