// `init` of the built CLI in live mode, over real TLS and a real proxy, with a sandbox in place of Twilio.
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initReportSchema, undoReportSchema } from '../src/reports.js';
import { createSandbox } from '../src/sandbox/create.js';
import type { Sandbox, SandboxOptions } from '../src/sandbox/sandbox.js';
import { countResources } from './support/resource-counts.js';
import { createTwilioEdge, type TwilioEdge } from './support/twilio-edge.js';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

const SID = `AC${'1a'.repeat(16)}`;
const TOKEN = '0123456789abcdef0123456789abcdef';
const TEST_SID = `AC${'2b'.repeat(16)}`;
const BASE = ['--public-url', 'https://relay.example.com', '--real-number', '+13015550195'];

let workspace: Workspace;
let sandbox: Sandbox;
let edge: TwilioEdge;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(async () => {
  await edge.close();
  await sandbox.close();
  workspace.remove();
});

async function startTwilio(account: SandboxOptions['account'] = {}): Promise<void> {
  sandbox = await createSandbox({
    account: { sid: SID, authToken: TOKEN, ...account },
    testCredentials: { sid: TEST_SID, authToken: TOKEN },
  });
  edge = await createTwilioEdge(sandbox.origin);
}

function init(flags: readonly string[], credentials: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const signIn = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN, ...credentials };
  return workspace.run(['init', ...flags], { environment: { ...edge.environment, ...signIn } });
}

describe('init with a live account', () => {
  it('buys a number, creates a TwiML app and sends a text at Twilio', async () => {
    await startTwilio();
    const { code, stdout, stderr } = await init([...BASE, '--yes', '--buy', '--json']);
    expect(code, stderr).toBe(0);
    const report = initReportSchema.parse(JSON.parse(stdout));
    expect(report).toMatchObject({
      target: 'live',
      account: { sid: SID },
      publicBase: 'https://relay.example.com',
      app: { friendlyName: 'relay.example.com Relay' },
      text: { to: '+13015550195', status: 'delivered', shown: null },
    });
    expect(await countResources(sandbox)).toEqual({ numbers: 1, apps: 1, texts: 1 });
    expect(workspace.read('.env')).toContain('ALLOWED_HOSTS=relay.example.com,127.0.0.1,localhost\n');
    expect(new Set(edge.hosts)).toEqual(new Set(['api.twilio.com', 'pricing.twilio.com']));
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  it('takes the public base from ngrok.yml, and prints the configuration for the ngrok agent', async () => {
    await startTwilio();
    mkdirSync(workspace.file('.config/ngrok'), { recursive: true });
    const block = 'version: 3\nendpoints:\n  - name: relay\n    url: https://mine.ngrok-free.app\n';
    workspace.write('.config/ngrok/ngrok.yml', block);
    const environment = { XDG_CONFIG_HOME: workspace.file('.config') };
    const { code, stdout, stderr } = await init(
      ['--real-number', '+13015550195', '--yes', '--buy'],
      environment,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/✓ https:\/\/mine\.ngrok-free\.app, from \S+ngrok\.yml/);
    expect(stdout).toContain('url: https://mine.ngrok-free.app');
    expect(workspace.read('.env')).toContain('SITE_ORIGIN=https://mine.ngrok-free.app\n');
    expect(workspace.read('.config/ngrok/ngrok.yml')).toBe(block);
  });

  it('spends no money with --yes alone', async () => {
    await startTwilio();
    const { code, stderr } = await init([...BASE, '--yes']);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /"buy \+1\d{10} \(1\.15 USD a month\)" needs your consent.*\n.*relay-phone init --yes --buy/,
    );
    expect(await countResources(sandbox)).toEqual({ numbers: 0, apps: 0, texts: 0 });
  });

  it('needs no --buy if the account owns a number with all the capabilities', async () => {
    await startTwilio();
    await init([...BASE, '--yes', '--buy']);
    workspace.removeFiles(['.env', '.relay-phone/journal.jsonl']);
    expect(await init([...BASE, '--yes'])).toMatchObject({ code: 0 });
    expect(await countResources(sandbox)).toMatchObject({ numbers: 1, apps: 1 });
  });

  it('remembers the phone, and changes nothing on the second run', async () => {
    await startTwilio();
    await init([...BASE, '--yes', '--buy']);
    const { code, stdout } = await init(['--yes', '--json']);
    expect(code).toBe(0);
    const { steps } = initReportSchema.parse(JSON.parse(stdout));
    expect(steps.map(({ outcome }) => outcome)).toEqual(Array(6).fill('kept'));
    expect(await countResources(sandbox)).toEqual({ numbers: 1, apps: 1, texts: 1 });
  });

  it('buys the next number found if the first one is no longer available', async () => {
    await startTwilio();
    const taken = { status: 400, code: 21422, message: '+1 is not available' };
    sandbox.fail({ method: 'POST', path: 'IncomingPhoneNumbers', times: 2, answer: taken });
    const { code, stdout } = await init([...BASE, '--yes', '--buy']);
    expect(code).toBe(0);
    expect(stdout.match(/is no longer available; trying the next one/g)).toHaveLength(2);
    expect(await countResources(sandbox)).toMatchObject({ numbers: 1 });
  });

  it('points an existing TwiML app to the new public base, and undo points it back', async () => {
    await startTwilio();
    await init([...BASE, '--yes', '--buy']);
    const moved = await init(['--public-url', 'https://new.example.com', ...BASE.slice(2), '--yes']);
    expect(moved.stdout).toContain('- smsUrl: https://relay.example.com/api/v1/inbound_sms');
    expect(moved.stdout).toContain('+ smsUrl: https://new.example.com/api/v1/inbound_sms');
    expect(await countResources(sandbox)).toMatchObject({ apps: 1 });
    const environment = { ...edge.environment, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: TOKEN };
    const undone = await workspace.run(['undo', '--yes', '--release-number', '--json'], { environment });
    const results = undoReportSchema.parse(JSON.parse(undone.stdout)).results;
    expect(results.map(({ kind, undone }) => `${kind} ${undone}`)).toEqual([
      'env-written true',
      'app-updated true',
      'text-sent true',
      'env-written true',
      'app-created true',
      'number-bought true',
    ]);
    expect(await countResources(sandbox)).toMatchObject({ numbers: 0, apps: 0 });
  });

  it('explains an undelivered text after all other steps are done', async () => {
    await startTwilio();
    sandbox.phone('+13015550195').behave({ texts: { undelivered: 30034 } });
    const { code, stdout, stderr } = await init([...BASE, '--yes', '--buy', '--json']);
    expect(code).toBe(6);
    expect(stderr).toMatch(/it is undelivered: .*no US A2P 10DLC registration.*\(Twilio 30034\)/);
    expect(stderr).toContain('https://www.twilio.com/docs/errors/30034');
    const report = initReportSchema.parse(JSON.parse(stdout));
    expect(report).toMatchObject({
      text: { status: 'undelivered', errorCode: 30034 },
      error: { twilioCode: 30034 },
    });
    expect(workspace.read('.env')).toContain(SID);
  });

  it.each([
    [{ status: 400, code: 21610, message: 'Attempt to send to unsubscribed recipient' }, /texted STOP/],
    [{ status: 400, code: 21608, message: 'The number is unverified' }, /not verified for this account/],
    [{ status: 400, code: 21408, message: 'Permission' }, /country are not enabled/],
    [{ status: 400, code: 572006, message: 'Invalid template name' }, /own text templates/],
    [{ status: 400, code: 29999, message: 'Something else.' }, /Something else \(Twilio 29999\)/],
  ])('explains why Twilio refused the text: %j', async (answer, explanation) => {
    await startTwilio();
    sandbox.fail({ method: 'POST', path: 'Messages', answer });
    const { code, stderr } = await init([...BASE, '--yes', '--buy']);
    expect(code).toBe(4);
    expect(stderr).toMatch(explanation);
  });
});

describe('the credentials of init', () => {
  it.each([
    [
      'a wrong token',
      {},
      { TWILIO_AUTH_TOKEN: 'f'.repeat(32) },
      4,
      /does not accept this account SID with this auth token \(AC1a1a/,
    ],
    [
      'the credentials of another region',
      {},
      { TWILIO_AUTH_TOKEN: 'f'.repeat(32), TWILIO_REGION: 'ie1' },
      4,
      /in the region ie1 \(TWILIO_REGION\); each region has its own credentials/,
    ],
    ['test credentials', {}, { TWILIO_ACCOUNT_SID: TEST_SID }, 4, /these are test credentials/],
    ['a suspended account', { status: 'suspended' }, {}, 3, /is suspended/],
    ['a closed account', { status: 'closed' }, {}, 3, /is closed/],
    ['a trial account', { type: 'Trial' }, {}, 3, /is a trial account: .*nothing was bought/s],
    ['an API key', {}, { TWILIO_ACCOUNT_SID: `SK${'1'.repeat(32)}` }, 2, /the SID of an API key/],
    ['a malformed SID', {}, { TWILIO_ACCOUNT_SID: 'AC123' }, 2, /AC followed by 32 hex digits/],
    [
      'a malformed token',
      {},
      { TWILIO_AUTH_TOKEN: 'hunter2' },
      2,
      /this has 7 characters \(TWILIO_AUTH_TOKEN in the environment\)/,
    ],
    [
      'the SID of an API key as the token',
      {},
      { TWILIO_AUTH_TOKEN: `SK${'1'.repeat(32)}` },
      2,
      /this is the SID of an API key, and not an auth token \(TWILIO_AUTH_TOKEN in the environment\)/,
    ],
    ['no token', {}, { TWILIO_AUTH_TOKEN: '' }, 3, /there is no auth token for AC/],
    [
      'nothing at all',
      {},
      { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' },
      3,
      /init --sandbox, which needs no account/,
    ],
  ] as const)(
    'cause an error message of their own: %s',
    async (_title, account, credentials, code, message) => {
      await startTwilio(account);
      const ended = await init([...BASE, '--yes', '--buy'], credentials);
      expect(ended.stderr).toMatch(message);
      expect(ended.code).toBe(code);
      for (const secret of [TOKEN, 'hunter2', 'f'.repeat(32)])
        expect(ended.stdout + ended.stderr).not.toContain(secret);
      expect(await countResources(sandbox)).toEqual({ numbers: 0, apps: 0, texts: 0 });
      expect(workspace.list()).not.toContain('.env');
    },
  );

  it('are read from a file or standard input in preference to the environment', async () => {
    await startTwilio();
    workspace.write('token', `${TOKEN}\n`);
    const wrong = { TWILIO_AUTH_TOKEN: 'f'.repeat(32) };
    expect(await init([...BASE, '--dry-run', '--auth-token-file', 'token'], wrong)).toMatchObject({
      code: 0,
    });
    const environment = { ...edge.environment, TWILIO_ACCOUNT_SID: SID, ...wrong };
    const args = ['init', ...BASE, '--dry-run', '--auth-token-file', '-'];
    expect(await workspace.run(args, { environment, input: TOKEN })).toMatchObject({ code: 0 });
    const empty = await workspace.run(args, { environment, input: '' });
    expect(empty).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('standard input cannot be used'),
    });
  });

  it('are never sent to Twilio if they are those of the sandbox', async () => {
    await startTwilio();
    const ended = await init([...BASE, '--live', '--yes', '--account-sid', `AC5a4db0c5${'0'.repeat(24)}`]);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('which Twilio does not know') });
    expect(edge.hosts).toEqual([]);
  });

  it('are never sent to the sandbox if they are those of a live account', async () => {
    await startTwilio();
    const { code, stdout } = await init(['--sandbox', '--yes', '--json']);
    expect(code).toBe(0);
    expect(initReportSchema.parse(JSON.parse(stdout)).account.sid).toMatch(/^AC5a4db0c5/);
    const insisted = await init(['--sandbox', '--yes', '--account-sid', SID]);
    expect(insisted).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('are never sent to the sandbox'),
    });
    expect(edge.hosts).toEqual([]);
  });
});

describe('init without a usable setting or connection', () => {
  it.each([
    [['--real-number', '+13015550195'], 3, /none is configured/],
    [['--public-url', 'https://relay.example.com'], 3, /no phone to send it to/],
    [['--public-url', 'https://127.0.0.1', '--real-number', '+13015550195'], 2, /which Twilio cannot reach/],
    [['--public-url', 'https://a_b.example.com', '--real-number', '+13015550195'], 2, /underscore/],
    [['--public-url', 'https://*.example.com', '--real-number', '+13015550195'], 2, /wildcard/],
  ])('stops before it buys anything: %j', async (flags, code, message) => {
    await startTwilio();
    const ended = await init([...flags, '--yes', '--buy']);
    expect(ended.stderr).toMatch(message);
    expect(ended.code).toBe(code);
    expect(edge.hosts).toEqual([]);
  });

  it('reports a proxy that refuses the connection', async () => {
    await startTwilio();
    const { code, stderr } = await init([...BASE, '--yes'], { HTTPS_PROXY: 'http://127.0.0.1:9' });
    expect(code).toBe(5);
    expect(stderr).toMatch(/Failed to use the Twilio account: the proxy 127\.0\.0\.1:9 refused .*\n.*Try: /);
  });
});
