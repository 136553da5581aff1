// `relay-phone sandbox leaks` with the built CLI: which phones saw the real number, and which of them are allowed to.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { assertionsReportSchema, leaksReportSchema } from '../src/reports.js';
import { joinSandbox } from '../src/sandbox/instance/join.js';
import { DEADLINE } from './support/deadline.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startSandbox } from './support/sandbox-child.js';
import { createSandboxClient, waitForStatus } from './support/sandbox-client.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const MASK = '+12025550100';
const REAL = '+13015550195';
const CONTACT = '+12125550190';
const SECOND_PHONE = '+13015550196';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

async function assertOnly(number: string, allowed: readonly string[]): Promise<void> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  await sandbox.control.assertShownOnlyTo(number, allowed);
  await sandbox.close();
}

/** Sends texts from a mask in the sandbox of the workspace. Returns their SIDs once they are delivered. */
async function send(...texts: { to: string; body: string }[]): Promise<string[]> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  const client = createSandboxClient(sandbox);
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK });
  const sids = [];
  for (const text of texts) {
    const { sid } = await client.messages.create({ from: MASK, ...text });
    await waitForStatus(client, sid, 'delivered');
    sids.push(sid);
  }
  await sandbox.close();
  return sids;
}

const leaks = (...flags: string[]) => workspace.run(['sandbox', 'leaks', ...flags]);

describe('sandbox leaks', () => {
  it('exits with 0 when no contact saw the number', async () => {
    await send({ to: CONTACT, body: 'Hello' }, { to: REAL, body: `To ${REAL}: Hello` });
    expect(await leaks('--number', REAL)).toEqual({
      code: 0,
      stdout: `${REAL} was shown to no phone.\n`,
      stderr: '',
    });
  });

  it('prints which phones saw the number in which text, and exits with 6', async () => {
    const [sid] = await send(
      { to: CONTACT, body: 'Call me:\n(301) 555-0195' },
      { to: SECOND_PHONE, body: REAL },
    );
    const { code, stdout } = await leaks('--number', '301-555-0195', '--allow', SECOND_PHONE);
    expect(code).toBe(6);
    expect(stdout.replace(/\d{4}-\S+Z/, 'WHEN').split('\n')).toEqual([
      CONTACT,
      `    WHEN  in ${sid?.slice(0, 6)}…${sid?.slice(-4)}: Call me:\\n(301) 555-0195`,
      `${REAL} was shown to 1 phone.`,
      '',
    ]);
    expect(await leaks('--number', REAL, '--allow', SECOND_PHONE, CONTACT)).toMatchObject({
      code: 0,
      stdout: `${REAL} was shown to no phone but those that may see it.\n`,
    });
  });

  it('reports the same under --json for a running sandbox', async () => {
    await startSandbox(workspace, '--port', '0');
    const [sid] = await send({ to: CONTACT, body: `Call ${REAL}` });
    const { code, stdout, stderr } = await leaks('--number', REAL, '--json', '--allow', '(301) 555-0196');
    expect(code).toBe(6);
    expect(leaksReportSchema.parse(JSON.parse(stdout))).toEqual({
      command: 'sandbox leaks',
      number: REAL,
      allowed: [SECOND_PHONE],
      sightings: [
        {
          phone: CONTACT,
          how: 'body',
          written: REAL,
          sid,
          at: expect.any(String),
          excerpt: `Call ${REAL}`,
          traceId: expect.any(String),
          eventId: expect.any(Number),
        },
      ],
    });
    expect(stderr).toContain('was shown to 1 phone.');
  });

  it('checks the kept assertions without a number, in a later sandbox too', async () => {
    const [sid] = await send({ to: SECOND_PHONE, body: `Call ${REAL}` });
    await assertOnly(REAL, [SECOND_PHONE]);
    await assertOnly(CONTACT, []);
    expect(await leaks()).toEqual({
      code: 0,
      stdout: `${CONTACT} was shown to no phone.\n${REAL} was shown to no phone but those that may see it.\n`,
      stderr: '',
    });
    await assertOnly(REAL, []);
    const { code, stdout, stderr } = await leaks('--json');
    expect(code).toBe(6);
    expect(assertionsReportSchema.parse(JSON.parse(stdout))).toMatchObject({
      command: 'sandbox leaks',
      assertions: [
        { id: CONTACT, allowed: [], isKept: true, exposures: [] },
        { id: REAL, allowed: [], isKept: false, exposures: [{ phone: SECOND_PHONE, sid, how: 'body' }] },
      ],
    });
    expect(stderr).toContain(`${REAL} was shown to 1 phone.`);
    expect(await leaks('--number', CONTACT)).toMatchObject({ code: 0 });
  });

  it('says what is missing without a number and an assertion', async () => {
    const nothing = { code: 2, stdout: '', stderr: expect.stringContaining('the sandbox has no assertion') };
    expect(await leaks()).toMatchObject(nothing);
    await send();
    expect(await leaks()).toMatchObject(nothing);
    expect(await leaks('--allow', CONTACT)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs --number'),
    });
  });

  it('lists its own and the common flags in its help', async () => {
    const { code, stdout } = await leaks('--help');
    expect(code).toBe(0);
    for (const flag of ['--number', '--allow', '--json', '--state-dir']) expect(stdout).toContain(flag);
  });

  it('requires a sandbox and valid numbers', async () => {
    expect(await leaks('--number', REAL)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('there is no sandbox'),
    });
    openOwnStateFolder(workspace.file('.relay-phone'));
    expect(await leaks('--number', REAL)).toMatchObject({ code: 3 });
    for (const flags of [[], ['--number', '123'], ['--number', REAL, '--allow', 'mum']]) {
      expect(await leaks(...flags)).toMatchObject({ code: 2 });
    }
  });
});
