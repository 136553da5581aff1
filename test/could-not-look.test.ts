// Tests that a look which failed is never taken for "no" or "all is well": doctor and status say what they could not find out.
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { statusReportSchema } from '../src/reports.js';
import { createSandbox } from '../src/sandbox/create.js';
import { setLiveScene } from './support/doctor/live-scene.js';
import { findingsOf, look } from './support/doctor/look.js';
import { IMPOSSIBLE } from './support/doctor/machine-faults.js';
import { countResources } from './support/resource-counts.js';
import { isWindows, NO_POSIX } from './support/skips.js';
import { createTwilioEdge } from './support/twilio-edge.js';
import { CLI, createWorkspace, type Workspace } from './support/workspace.js';

const NOBODY = 65_534;
const NO_APP = ['--app', 'http://127.0.0.1:9'];

async function setUp(): Promise<Workspace> {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  await workspace.run(['init', '--sandbox', '--yes']);
  return workspace;
}

/** Starts a server that accepts connections and never answers. */
async function startSilentServer(): Promise<number> {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

describe('a sandbox that does not answer', () => {
  const point = (workspace: Workspace, port: number) =>
    workspace.write('.relay-phone/sandbox.json', JSON.stringify({ pid: 1, port, controlToken: 'a' }));

  it('may be running: status warns, and doctor could not look', async () => {
    const workspace = await setUp();
    const port = await startSilentServer();
    point(workspace, port);
    const seen = await look(workspace, NO_APP, { secrets: [] });
    const { checks } = seen.report;
    expect(checks.find(({ id }) => id === 'credentials')?.findings).toMatchObject([
      {
        id: 'could-not-look',
        what: `Failed to reach the sandbox at http://127.0.0.1:${port}: it does not answer`,
      },
    ]);
    point(workspace, port);
    const { code, stdout } = await workspace.run(['status']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining(`http://127.0.0.1:${port}: it does not answer`),
    ]);
  });

  it('may have calls: call end does not say that no phone is in one', async () => {
    const workspace = await setUp();
    point(workspace, await startSilentServer());
    const { code, stdout, stderr } = await workspace.run(['call', 'end']);
    expect([code, stdout, stderr]).toEqual([5, '', expect.stringContaining('it does not answer')]);
  });

  it('is not running if nothing listens there', async () => {
    const workspace = await setUp();
    point(workspace, 9);
    const { stdout } = await workspace.run(['status']);
    expect(stdout).toContain('not running (relay-phone sandbox)');
    expect(stdout).not.toContain('does not answer');
  });
});

describe('files that cannot be read', () => {
  it('are not an empty set-up: doctor could not read the journal', async () => {
    const workspace = await setUp();
    workspace.removeFiles(['.env', '.relay-phone/journal.jsonl']);
    fs.mkdirSync(workspace.file('.relay-phone/journal.jsonl'));
    const seen = await look(workspace, NO_APP, { secrets: [] });
    const ids = findingsOf(seen).map(({ id }) => id);
    expect(ids).toContain('could-not-look');
    expect(ids).not.toContain('nothing-set-up');
    expect(seen.output).toContain('journal.jsonl cannot be read (EISDIR)');
  });

  it('are not an empty set-up: doctor could not read .env', async () => {
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    fs.writeFileSync(workspace.file('.env'), Buffer.from('\uFEFFA=1', 'utf16le'));
    const seen = await look(workspace, NO_APP, { secrets: [] });
    expect(findingsOf(seen).map(({ id }) => id)).toEqual(['env-unreadable', 'app-down']);
    expect(seen.report.checks.find(({ id }) => id === 'credentials')).toMatchObject({
      state: 'skipped',
      summary: `the account is not known: ${workspace.file('.env')} cannot be read`,
    });
  });

  it('of a state folder that another user keeps are named by every command, and nothing is "not set up"', async ({
    skip,
  }) => {
    skip(isWindows, NO_POSIX);
    skip(process.getuid?.() !== 0, 'only root may give a file away');
    skip(IMPOSSIBLE.size > 0, 'no other user can start the program here');
    const workspace = await setUp();
    fs.mkdirSync(workspace.file('kept'), { mode: 0o700 });
    fs.renameSync(workspace.file('.relay-phone'), workspace.file('kept/state'));
    fs.chmodSync(workspace.path, 0o755);
    fs.chmodSync(workspace.file('.env'), 0o644);
    const args = ['--state-dir', 'kept/state'];
    for (const command of [['status'], ['undo', '--yes'], ['sandbox', 'phones']]) {
      const { code, stdout, stderr } = await workspace.run([...command, ...args], { uid: NOBODY });
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toContain(`${workspace.file('kept/state')}: you may not read or write it (EACCES)`);
    }
    const seen = await look(workspace, [...NO_APP, ...args], { secrets: [], uid: NOBODY });
    expect(findingsOf(seen)).toContainEqual(
      expect.objectContaining({
        id: 'state-not-writable',
        what: `${workspace.file('kept/state')} may not be looked into (EACCES)`,
      }),
    );
  });

  it('of git do not count as untracked: doctor reports a repository of somebody else', async () => {
    const workspace = await setUp();
    fs.mkdirSync(workspace.file('.git'));
    const seen = await look(workspace, NO_APP, { secrets: [], cli: CLI });
    const words = 'fatal: not a git repository (or any of the parent directories): .git';
    for (const id of ['env-git-unknown', 'state-git-unknown'])
      expect(findingsOf(seen).find((one) => one.id === id)?.what).toContain(words);
  });
});

describe('a Twilio that could not look', () => {
  it('gives no balance: doctor could not check it, but a refusal is that of a subaccount', async () => {
    const { sandbox, look: lookAgain } = await setLiveScene();
    const fault = sandbox.fail({ path: 'Balance', answer: { status: 503 } });
    const means = (await lookAgain()).report.checks.find(({ id }) => id === 'account-means');
    expect(means?.findings).toMatchObject([
      {
        id: 'could-not-look',
        what: expect.stringContaining('Failed to read the balance: Twilio failed to answer'),
      },
    ]);
    fault.remove();
    sandbox.fail({ path: 'Balance', answer: { status: 404 } });
    const refused = (await lookAgain()).report.checks.find(({ id }) => id === 'account-means');
    expect(refused).toMatchObject({ state: 'ok', summary: 'Full' });
  });

  it('gives no price: init buys nothing, and status says what is not known of a number that is there', async () => {
    const [sid, authToken] = [`AC${'1a'.repeat(16)}`, '0123456789abcdef0123456789abcdef'];
    const sandbox = await createSandbox({ account: { sid, authToken } });
    onTestFinished(sandbox.close);
    const edge = await createTwilioEdge(sandbox.origin);
    onTestFinished(edge.close);
    const workspace = createWorkspace();
    onTestFinished(workspace.remove);
    const environment = { ...edge.environment, TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: authToken };
    const init = () => {
      const where = ['--public-url', 'https://relay.example.com', '--real-number', '+13015550195'];
      return workspace.run(['init', '--yes', '--buy', ...where], { environment });
    };
    const fault = sandbox.fail({ path: 'PhoneNumbers/Countries', answer: { status: 503 } });
    const refused = await init();
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('Failed to read the price of a number: Twilio failed to answer (HTTP 503'),
    ]);
    expect(await countResources(sandbox)).toMatchObject({ numbers: 0 });
    fault.remove();
    expect((await init()).code).toBe(0);
    sandbox.fail({ path: 'PhoneNumbers/Countries', answer: { status: 503 } });
    const { code, stdout } = await workspace.run(['status', '--json'], { environment });
    const report = statusReportSchema.parse(JSON.parse(stdout));
    expect(code).toBe(0);
    expect(report.monthlyCost).toBeNull();
    expect(report.warnings).toContainEqual(
      expect.stringContaining(
        `What ${report.mainNumber?.phoneNumber} costs is not known. Failed to read the price`,
      ),
    );
  });
});

describe('a server that may use the TwiML app', () => {
  it('is not taken for gone because it does not answer: doctor --fix leaves its URLs', async () => {
    const { app, client, applicationSid, look: lookAgain } = await setLiveScene();
    const smsUrl = `http://127.0.0.1:${await startSilentServer()}/api/v1/inbound_sms`;
    await client.applications(applicationSid).update({ smsUrl });
    const seen = await lookAgain(['--fix', '--app', app.origin]);
    expect(seen.report.fixed).toMatchObject([{ id: 'twiml-app', isDone: false }]);
    expect(seen.output).toMatch(
      /whether a server is at http:\S+ could not be found out \(.*no answer within 3 s\)/,
    );
    expect(await client.applications(applicationSid).fetch()).toMatchObject({ smsUrl });
  });
});
