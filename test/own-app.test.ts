// Two developers on one Twilio account: neither takes the other's TwiML app unnoticed, and each can have their own.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox } from '../src/sandbox/create.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { startApp } from './support/gateway.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { createTwilioEdge } from './support/twilio-edge.js';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

const SID = `AC${'1a'.repeat(16)}`;
const TOKEN = '0123456789abcdef0123456789abcdef';
const [ANN, BOB] = ['ann.example.com', 'bob.example.com'] as const;
const OWN_APP = `one TwiML app per developer: relay-phone init --own-app --public-url https://${BOB}`;

let workspace: Workspace;
let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
let environment: Readonly<Record<string, string>>;
let annsApp: string;

/** Bob has Ann's `.env`, and the same account. */
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  sandbox = await createSandbox({ account: { sid: SID, authToken: TOKEN } });
  onTestFinished(sandbox.close);
  client = createSandboxClient(sandbox);
  await answerAt(ANN);
  const ended = await init('--public-url', `https://${ANN}`, '--yes', '--buy');
  expect(ended.code, ended.stderr).toBe(0);
  annsApp = setting('TWILIO_SMS_APPLICATION_SID');
  workspace.removeFiles(['.relay-phone/journal.jsonl']);
});

/** Starts an app at a public host. */
async function answerAt(host: string): Promise<void> {
  const app = await startApp((_incoming, outgoing) => outgoing.end('mine'));
  const edge = await createTwilioEdge(sandbox.origin, { tunnel: { host, origin: app.origin } });
  onTestFinished(edge.close);
  environment = { ...edge.environment, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
}

const init = (...flags: string[]): Promise<Ended> =>
  workspace.run(['init', '--real-number', '+13015550195', ...flags], { environment });
const initAsBob = (...flags: string[]) => init('--public-url', `https://${BOB}`, ...flags);
const setting = (name: string) => new RegExp(`^${name}=(\\S+)`, 'm').exec(workspace.read('.env'))?.[1] ?? '';
const smsUrlOf = async (sid: string) => (await client.applications(sid).fetch()).smsUrl;

describe('a TwiML app that leads to another live public base', () => {
  it('is not taken without consent: init says who may be using it, and how to get another', async () => {
    const { code, stdout } = await initAsBob();
    expect(code).toBe(3);
    expect(stdout).toContain(`https://${ANN} answers there: somebody may be using it`);
    expect(stdout).toContain(OWN_APP);
    expect(await smsUrlOf(annsApp)).toBe(`https://${ANN}/api/v1/inbound_sms`);
  });

  it('is taken with --yes, which is said too', async () => {
    const { code, stdout } = await initAsBob('--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`https://${ANN} answers there`);
    expect(await smsUrlOf(annsApp)).toBe(`https://${BOB}/api/v1/inbound_sms`);
  });

  it('is left alone by --own-app, which makes one and writes it to .env; init then keeps that one', async () => {
    const { code, stdout, stderr } = await initAsBob('--own-app', '--yes');
    expect(code, stderr).toBe(0);
    expect(stdout).not.toContain('somebody may be using it');
    const bobsApp = setting('TWILIO_SMS_APPLICATION_SID');
    expect(bobsApp).not.toBe(annsApp);
    expect(await smsUrlOf(bobsApp)).toBe(`https://${BOB}/api/v1/inbound_sms`);
    expect(await smsUrlOf(annsApp)).toBe(`https://${ANN}/api/v1/inbound_sms`);
    for (const flags of [[], ['--own-app']]) {
      expect((await initAsBob('--yes', ...flags)).code).toBe(0);
      expect(setting('TWILIO_SMS_APPLICATION_SID')).toBe(bobsApp);
    }
    expect(await client.applications.list()).toHaveLength(2);
  });

  it('is not replaced by --own-app while the environment names it', async () => {
    environment = { ...environment, TWILIO_SMS_APPLICATION_SID: annsApp };
    const { code, stderr } = await initAsBob('--own-app', '--yes');
    expect([code, stderr]).toEqual([2, expect.stringContaining('unset TWILIO_SMS_APPLICATION_SID')]);
    expect(await client.applications.list()).toHaveLength(1);
  });
});

describe('a TwiML app whose public base does not answer, or is on this machine', () => {
  it.each([
    ['nobody answers there', `https://gone.${ANN}`],
    ['it is on this machine', undefined],
  ])('is changed without a word about others: %s', async (_why, elsewhere) => {
    const local = await startApp((_incoming, outgoing) => outgoing.end('mine'));
    await client.applications(annsApp).update({
      smsUrl: `${elsewhere ?? local.origin}/sms`,
      voiceUrl: `${elsewhere ?? local.origin}/voice`,
    });
    const { code, stdout } = await initAsBob('--yes');
    expect(code).toBe(0);
    expect(stdout).not.toContain('somebody may be using it');
    expect(stdout).not.toContain('--own-app');
  });
});
