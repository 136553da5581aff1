// `init`, `status` and `undo` of the built CLI in the sandbox, as on a machine with only Node.js.
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorReportSchema, initReportSchema, statusReportSchema, undoReportSchema } from '../src/reports.js';
import { serveSandbox } from '../src/sandbox/instance/join.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { countResources } from './support/resource-counts.js';
import { isWindows, NO_POSIX } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const INIT = ['init', '--sandbox', '--yes'];

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

describe('init --sandbox --yes', () => {
  it('delivers a verification text to the sandbox phone', async () => {
    const { code, stdout, stderr } = await workspace.runBuilt(INIT);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/bought \+1\d{10} \(1\.15 USD a month\)/);
    expect(stdout).toMatch(/which shows: Your Firefox Relay verification code is \d{6}/);
    expect(workspace.read('.env').replaceAll('\r', '').split('\n')).toEqual([
      expect.stringMatching(/^TWILIO_ACCOUNT_SID=AC5a4db0c5[0-9a-f]{24}$/),
      expect.stringMatching(/^TWILIO_AUTH_TOKEN=[0-9a-f]{32}$/),
      expect.stringMatching(/^TWILIO_MAIN_NUMBER=\+1\d{3}555\d{4}$/),
      expect.stringMatching(/^TWILIO_SMS_APPLICATION_SID=AP[0-9a-f]{32}$/),
      'ALLOWED_HOSTS=127.0.0.1,localhost',
      'SITE_ORIGIN=http://127.0.0.1:8000',
      'PHONES_ENABLED=True',
      'SUBSCRIPTIONS_WITH_PHONE=relay-phones',
      '',
    ]);
    if (process.platform !== 'win32') expect(statSync(workspace.file('.env')).mode & 0o777).toBe(0o600);
  });

  it('never prints the auth token', async () => {
    const runs = [
      await workspace.run([...INIT, '--verbose']),
      await workspace.run([...INIT, '--json']),
      await workspace.run(['status', '--json', '--verbose']),
      await workspace.run(['undo', '--yes', '--json']),
    ];
    const token =
      /TWILIO_AUTH_TOKEN=(\w+)/.exec((await workspace.run(INIT)) && workspace.read('.env'))?.[1] ?? 'none';
    expect(token).toHaveLength(32);
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(token);
    expect(workspace.read('.relay-phone/journal.jsonl')).not.toContain(token);
  });

  it('changes nothing on the second run, and says so', async () => {
    await workspace.run(INIT);
    const before = workspace.read('.env');
    const { code, stdout } = await workspace.run([...INIT, '--json']);
    expect(code).toBe(0);
    const report = initReportSchema.parse(JSON.parse(stdout));
    expect(report.steps.map(({ outcome }) => outcome)).toEqual(Array(6).fill('kept'));
    expect(workspace.read('.env')).toBe(before);
    const { stdout: human } = await workspace.run(INIT);
    expect(human).toMatch(/Everything was set up already; nothing was changed\./);
  });

  it("creates .env from the project's example file, and keeps each line of it", async () => {
    const example =
      'SECRET_KEY=unsafe\r\nTWILIO_MAIN_NUMBER=\r\nSITE_ORIGIN="http://127.0.0.1:8000"\r\n# end';
    workspace.write('.env-dist', example);
    await workspace.run(INIT);
    const lines = workspace.read('.env').split('\r\n');
    expect(lines.slice(0, 4)).toEqual([
      'SECRET_KEY=unsafe',
      expect.stringMatching(/^TWILIO_MAIN_NUMBER=\+1/),
      'SITE_ORIGIN="http://127.0.0.1:8000"',
      '# end',
    ]);
    expect(workspace.read('.env-dist')).toBe(example);
    await workspace.run(['undo', '--yes']);
    expect(workspace.list()).not.toContain('.env');
  });

  it('buys nothing and writes nothing in a dry run', async () => {
    const { code, stdout } = await workspace.run([...INIT, '--dry-run', '--json']);
    expect(code).toBe(0);
    const report = initReportSchema.parse(JSON.parse(stdout));
    expect(report.steps.map(({ outcome }) => outcome)).toEqual([
      'kept',
      'planned',
      'kept',
      'planned',
      'planned',
      'planned',
    ]);
    expect(report.monthlyCost).toEqual({ amount: '1.15', currency: 'USD' });
    expect(workspace.list()).toEqual([]);
  });

  it('does not change an env file with live values, and suggests a fix', async () => {
    const live = `TWILIO_ACCOUNT_SID=AC${'1'.repeat(32)}\nTWILIO_AUTH_TOKEN=${'a'.repeat(32)}\n`;
    workspace.write('.env', live);
    const { code, stderr } = await workspace.run(INIT);
    expect(code).toBe(3);
    expect(stderr).toMatch(/holds a live Twilio account.*\n.*relay-phone init --sandbox -e PATH/);
    expect(workspace.read('.env')).toBe(live);
  });

  it('replaces placeholders, and warns about a file that Relay cannot read', async () => {
    const before = Buffer.from(
      '# caf\xe9\nTWILIO_ACCOUNT_SID=ACxxxxxxxx\nTWILIO_AUTH_TOKEN=your-token\n',
      'latin1',
    );
    writeFileSync(workspace.file('.env'), before);
    const { code, stdout } = await workspace.run(INIT);
    expect(code).toBe(0);
    expect(stdout).toMatch(/is not UTF-8: python-decouple/);
    const after = readFileSync(workspace.file('.env'));
    expect(after.subarray(0, 8)).toEqual(before.subarray(0, 8));
    expect(after.toString('latin1')).toMatch(/^TWILIO_ACCOUNT_SID=AC5a4db0c5/m);
    await workspace.run(['undo', '--yes']);
    expect(readFileSync(workspace.file('.env'))).toEqual(before);
  });

  it('requires --yes without a terminal', async () => {
    const { code, stderr } = await workspace.run(['init', '--sandbox']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/needs your consent.*\n.*relay-phone init --yes/);
    expect(workspace.list()).not.toContain('.env');
  });

  it('accepts another phone, area code and country', async () => {
    const flags = ['--real-number', '+13015550195', '--area-code', '212', '--json'];
    const report = initReportSchema.parse(JSON.parse((await workspace.run([...INIT, ...flags])).stdout));
    expect(report.mainNumber.phoneNumber).toMatch(/^\+1212555/);
    expect(report.text).toMatchObject({ to: '+13015550195', status: 'delivered' });
  });

  it("lets texts go to the country of the user's own phone, and says so once", async () => {
    const own = [...INIT, '--real-number', '+4915112345678'];
    const said = /the sandbox lets texts and calls go to DE; with a live account: https:/;
    const first = await workspace.run(own);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(said) });
    expect(first.stdout).toMatch(/delivered to \+4915112345678/);
    expect((await workspace.run(own)).stdout).not.toMatch(said);
  });

  it.each([
    [['--real-number', '12'], 2, /--real-number is not a phone number in E\.164 form/],
    [['--real-number', '+15555555'], 2, /not a valid phone number/],
    [['--public-url', 'http://example.com'], 2, /must start with https/],
    [['--public-url', 'https://example.com/app'], 2, /must be an origin/],
    [['--area-code', 'abc'], 2, /three digits/],
    [
      ['--live', '--account-sid', `AC5a4db0c5${'0'.repeat(24)}`],
      2,
      /'--sandbox' cannot be used with option '--live'/,
    ],
    [['--frobnicate'], 2, /unknown option '--frobnicate'/],
    [['--country', 'XX'], 4, /Failed to search for numbers in XX: .*Twilio 20404/],
    [['--area-code', '999'], 3, /Twilio offers no number in US/],
    [['--main-number', '+12025550111'], 3, /does not own it/],
  ])('refuses %j', async (flags, code, message) => {
    const ended = await workspace.run([...INIT, ...flags, '--json']);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(message);
    expect(errorReportSchema.parse(JSON.parse(ended.stdout)).error.exitCode).toBe(code);
  });
});

it('init shows progress while it waits for a slow answer', async () => {
  const sandbox = await serveSandbox(openOwnStateFolder(workspace.file('.relay-phone')), {
    command: 'sandbox',
    timeoutMs: 0,
  });
  sandbox.fail({ method: 'GET', times: 1, answer: 'hang' });
  const { code, stdout } = await workspace.run([...INIT, '--timeout', '5'], { keepsProgress: true });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /… waiting for the sandbox\n.*… 127\.0\.0\.1:\d+ gave no answer within 5 s; asking again in 1 s/,
  );
  await sandbox.close();
});

describe('another env file of init', () => {
  it('is created at the path of -e, with the state folder next to it', async () => {
    mkdirSync(workspace.file('app'));
    expect(await workspace.run([...INIT, '-e', 'app/dev.env'])).toMatchObject({ code: 0 });
    expect(workspace.read('app/dev.env')).toContain('TWILIO_ACCOUNT_SID=AC5a4db0c5');
    expect(workspace.list()).toContain('app/.relay-phone');
    const shown = await workspace.run(['status', '--env-file', 'app/dev.env', '--json']);
    expect(statusReportSchema.parse(JSON.parse(shown.stdout))).toMatchObject({
      target: 'sandbox',
      openChanges: 4,
    });
    expect(workspace.list()).not.toContain('.env');
  });

  it('can be set in the environment, with a state folder somewhere else', async () => {
    const environment = { RELAY_PHONE_ENV_FILE: 'dev.env', RELAY_PHONE_STATE_DIR: 'state' };
    expect(await workspace.run(INIT, { environment })).toMatchObject({ code: 0 });
    expect(workspace.list()).toEqual(expect.arrayContaining(['dev.env', 'state', 'state/journal.jsonl']));
  });
});

describe('the files that init writes', () => {
  it('stay unchanged when a newer version wrote the state folder', async () => {
    mkdirSync(workspace.file('.relay-phone'));
    workspace.write('.relay-phone/layout', '99\n');
    const { code, stderr } = await workspace.run(INIT);
    expect(code).toBe(3);
    expect(stderr).toMatch(/a newer relay-phone wrote it/);
    expect(workspace.list()).not.toContain('.env');
  });

  it('may be symbolic links, and keep a stricter file mode', async () => {
    mkdirSync(workspace.file('real'));
    writeFileSync(workspace.file('real/env'), 'FOO=bar\n');
    chmodSync(workspace.file('real/env'), 0o400);
    symlinkSync('real/env', workspace.file('.env'));
    expect(await workspace.run(INIT)).toMatchObject({ code: 0 });
    expect(workspace.read('real/env')).toMatch(/^FOO=bar\nTWILIO_ACCOUNT_SID=/);
    expect(statSync(workspace.file('real/env')).mode & 0o777).toBe(0o400);
  });

  it('cause an error before anything is bought when the disk is full', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    const sandbox = await serveSandbox(openOwnStateFolder(workspace.file('.relay-phone')), {
      command: 'sandbox',
      timeoutMs: 0,
    });
    workspace.write('.relay-phone/journal.jsonl', '\n'.repeat(1024));
    const full = await workspace.run(INIT, { fileLimit: 1024 });
    expect(full.code).toBe(3);
    expect(full.stderr).toMatch(
      /journal of changes: .*journal\.jsonl cannot be written \(EFBIG\), so nothing more/,
    );
    expect(await countResources(sandbox)).toEqual({ numbers: 0, apps: 0, texts: 0 });
    expect(workspace.list()).not.toContain('.env');

    workspace.write('.relay-phone/journal.jsonl', '');
    const halfWay = await workspace.run(INIT, { fileLimit: 1024 });
    expect(halfWay.code).toBe(3);
    expect(await countResources(sandbox)).toMatchObject({ numbers: 1 });
    expect(await workspace.run(INIT)).toMatchObject({ code: 0 });
    expect(await countResources(sandbox)).toEqual({ numbers: 1, apps: 1, texts: 1 });
    await sandbox.close();
  });
});

describe('status', () => {
  it('says that nothing is set up, and creates no file', async () => {
    const { code, stdout } = await workspace.run(['status', '--json']);
    expect(code).toBe(0);
    expect(statusReportSchema.parse(JSON.parse(stdout))).toMatchObject({ target: null, account: null });
    expect(workspace.list()).toEqual([]);
  });

  it('shows what init created', async () => {
    const made = initReportSchema.parse(JSON.parse((await workspace.run([...INIT, '--json'])).stdout));
    const shown = statusReportSchema.parse(
      JSON.parse((await workspace.runBuilt(['status', '--json'])).stdout),
    );
    expect(shown).toMatchObject({
      target: 'sandbox',
      account: { sid: made.account.sid },
      mainNumber: { phoneNumber: made.mainNumber.phoneNumber, owned: true },
      app: { sid: made.app.sid, exists: true, webhooks: made.app.webhooks },
      envFile: { exists: true, missing: [] },
      text: { to: made.text.to, status: 'delivered' },
      monthlyCost: made.monthlyCost,
    });
    expect(shown.openChanges).toBeGreaterThan(0);
  });
});

describe('undo', () => {
  it('reverts all changes except the number, which it releases only after separate consent', async () => {
    workspace.write('.env', 'FOO=bar');
    await workspace.run(INIT);
    const first = await workspace.run(['undo', '--yes', '--json']);
    const report = undoReportSchema.parse(JSON.parse(first.stdout));
    expect(report.results.map(({ kind, undone }) => [kind, undone])).toEqual([
      ['text-sent', true],
      ['env-written', true],
      ['app-created', true],
      ['number-bought', false],
    ]);
    expect(workspace.read('.env')).toBe('FOO=bar');
    const second = await workspace.runBuilt(['undo', '--yes', '--release-number', '--json']);
    expect(undoReportSchema.parse(JSON.parse(second.stdout)).results).toMatchObject([
      { kind: 'number-bought', undone: true },
    ]);
    const third = await workspace.run(['undo', '--yes']);
    expect(third).toMatchObject({ code: 0, stdout: 'There is nothing to undo.\n' });
  });

  it('keeps and lists what was changed after init', async () => {
    await workspace.run(INIT);
    workspace.write('.env', workspace.read('.env').replace('PHONES_ENABLED=True', 'PHONES_ENABLED=False'));
    const { stdout } = await workspace.run(['undo', '--yes']);
    expect(stdout).toMatch(/except PHONES_ENABLED: changed since/);
    expect(workspace.read('.env')).toBe('PHONES_ENABLED=False\n');
  });

  it('requires --yes without a terminal', async () => {
    await workspace.run(INIT);
    expect(await workspace.run(['undo'])).toMatchObject({ code: 3 });
    expect(workspace.read('.env')).toContain('TWILIO_ACCOUNT_SID');
  });
});
