// Tests `relay-phone smoke` as a CI job runs it: its table, its reports, the app that it starts, and its flags.
import { describe, expect, it, onTestFinished } from 'vitest';
import { smokeListSchema, smokeReportSchema } from '../src/reports.js';
import { findOrigin } from './support/find-port.js';
import { readJunit } from './support/smoke/read-junit.js';
import { APP_TOKEN, setSmokeScene, TEST, testPair } from './support/smoke/scene.js';
import { CLI, createWorkspace, type Workspace } from './support/workspace.js';

function open(): Workspace {
  const workspace = createWorkspace();
  onTestFinished(workspace.remove);
  return workspace;
}

describe('smoke without credentials and an app', () => {
  it('plays the story in the sandbox, and leaves nothing behind', async () => {
    const workspace = open();
    const { code, stdout, stderr } = await workspace.runBuilt(['smoke']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^sandbox\n {4}✓ story-init {3} +\d+ ms {2}set up, and the verification text arrived\n/,
    );
    expect(stdout).toMatch(/\nChecks: 0 with faults, 0 with warnings, 7 right, 0 skipped\.\n$/);
    expect(workspace.list()).toEqual([]);
    expect(stdout).not.toMatch(/\+\d{6}/);
  });

  it('does not use the account in .env', async () => {
    const workspace = open();
    const live = `TWILIO_ACCOUNT_SID=AC${'1a'.repeat(16)}\nTWILIO_AUTH_TOKEN=${'0'.repeat(32)}\nSITE_ORIGIN=https://relay.example.com\n`;
    workspace.write('.env', live);
    const { code, stdout } = await workspace.run(['smoke', '--json']);
    const { checks } = smokeReportSchema.parse(JSON.parse(stdout));
    expect([code, new Set(checks.map(({ group }) => group))]).toEqual([0, new Set(['sandbox'])]);
    expect([workspace.list(), workspace.read('.env')]).toEqual([['.env'], live]);
  });
});

describe('smoke reports', () => {
  it('consist of JUnit XML, annotations and a job summary', async () => {
    const { smoke, workspace } = await setSmokeScene({
      answer: ({ form }) =>
        form.To === '+15005550004' && form.Body ? { status: 201, body: '{}' } : undefined,
    });
    workspace.write('summary.md', 'before\n');
    const environment = {
      ...testPair(TEST),
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: workspace.file('summary.md'),
    };
    const { code, stderr, report } = await smoke(['--junit', 'out/junit.xml'], environment);
    expect(code).toBe(6);
    const what = 'Twilio accepted it, but should refuse it with 400 and code 21610';
    const cases = readJunit(workspace.read('out/junit.xml'));
    expect(cases.map(({ name }) => name)).toEqual(report.checks.map(({ id }) => id));
    expect(cases.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { suite: 'smoke.account', name: 'text-to-stopped-21610', message: what },
    ]);
    expect(stderr).toContain(`\n::error title=smoke text-to-stopped-21610::${what}%0ATry: `);
    const summary = workspace.read('summary.md');
    expect(summary).toMatch(/^before\n### relay-phone smoke\n/);
    expect(summary).toContain(`| ❌ | \`text-to-stopped-21610\` |`);
  });

  it('are refused before any request if the file cannot be written', async () => {
    const { workspace, environment, sandbox } = await setSmokeScene();
    workspace.write('out', '');
    const args = ['smoke', '--test-account', '--junit', 'out/junit.xml'];
    const { code, stderr } = await workspace.run(args, {
      environment: { ...environment, ...testPair(TEST) },
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('junit.xml cannot be written (')]);
    expect(sandbox.requests()).toEqual([]);
  });

  it('have no annotations outside of GitHub Actions', async () => {
    const { stderr } = await (await setSmokeScene()).smoke(['--allow-missing'], { CI: 'true' });
    expect(stderr).not.toContain('::');
  });
});

describe('an app that smoke starts', () => {
  it('is checked as soon as it answers, and stopped afterwards', async () => {
    const workspace = open();
    const origin = await findOrigin();
    await workspace.run(['init', '--sandbox', '--yes', '--public-url', origin]);
    const [, token = ''] = /^TWILIO_AUTH_TOKEN=(.*)$/m.exec(workspace.read('.env')) ?? [];
    workspace.write('token', token);
    const serve = [process.execPath, CLI, 'serve', '--sandbox', '--yes', '--port', new URL(origin).port];
    const args = ['--app', origin, '--signing-token-file', 'token', '--json', '--', ...serve];
    const { code, stdout, stderr } = await workspace.run(['smoke', ...args, '--real-number', '+13015550195']);
    expect(code, stderr).toBe(0);
    const { checks, counts } = smokeReportSchema.parse(JSON.parse(stdout));
    expect(counts).toEqual({ ok: checks.length, warning: 0, fault: 0, skipped: 0 });
    expect(checks.find(({ id }) => id === 'inbound-sms')?.summary).toBe(
      'signed, foreign, unsigned: 400, 403, 403',
    );
    expect(stderr).toContain('The relay is at');
    expect(stdout + stderr).not.toContain(token);
    await expect(fetch(origin)).rejects.toThrow();
  });

  it('does not get the test credentials, with which Relay would buy its masks', async () => {
    const program =
      'console.error(JSON.stringify(["SID", process.env.TWILIO_TEST_ACCOUNT_SID, process.env.TWILIO_TEST_AUTH_TOKEN]))';
    const environment = { ...testPair(TEST), TWILIO_AUTH_TOKEN: APP_TOKEN };
    const args = ['smoke', '--only', 'app', '--', process.execPath, '-e', program];
    const { stderr } = await open().run(args, { environment });
    expect(stderr).toContain('["SID","",""]');
  });

  it('fails app-up if it exits at once', async () => {
    const workspace = open();
    const app = ['--app', await findOrigin()];
    const args = ['smoke', '--json', ...app, '--', process.execPath, '-e', 'process.exit(7)'];
    const { code, stdout } = await workspace.run(args, { environment: { TWILIO_AUTH_TOKEN: APP_TOKEN } });
    const { checks } = smokeReportSchema.parse(JSON.parse(stdout));
    expect(code).toBe(6);
    expect(checks.find(({ id }) => id === 'app-up')?.findings[0]?.what).toContain(
      'it ended with 7 before it answered',
    );
  });

  it('is wrong usage if the program does not exist', async () => {
    const { code, stderr } = await open().run(['smoke', '--', 'no-such-program']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('the program does not exist')]);
  });
});

describe('the flags of smoke', () => {
  it('--list shows every check', async () => {
    const { code, stdout } = await open().run(['smoke', '--list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n {4}story-leaks +no other phone ever saw the owner's number\n/);
    const json = await open().run(['smoke', '--list', '--json']);
    const { checks } = smokeListSchema.parse(JSON.parse(json.stdout));
    expect(checks.find(({ id }) => id === 'lookup')).toMatchObject({
      group: 'account',
      needs: ['test-credentials'],
    });
  });

  it('--only and --skip may be repeated, and accept commas', async () => {
    const args = ['smoke', '--json', '--only', 'story-text,story-reply', '--skip', 'story-reply'];
    const { stdout } = await open().run(args);
    const { checks } = smokeReportSchema.parse(JSON.parse(stdout));
    expect(checks.map(({ id }) => id)).toEqual(['story-init', 'story-mask', 'story-text']);
  });

  it.each([
    [['--only', 'story-txt'], /called story-txt[\s\S]*did you mean story-text\?/],
    [['--only', 'inbound-sms'], /there is no app to check/],
    [['--app', 'http://127.0.0.1:1/path'], /--app takes the http or https origin/],
    [['--app', 'http://127.0.0.1:1', '--public-url', 'x'], /--public-url takes the http or https origin/],
    [['--app', 'http://127.0.0.1:1', '--public-url', 'https://*.example.com'], /has a wildcard/],
    [['--signing-token-file', 'none', '--app', 'http://127.0.0.1:1'], /none cannot be used \(ENOENT\)/],
  ])('%j is wrong usage', async (args, what) => {
    const { code, stderr } = await open().run(['smoke', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(what)]);
  });
});
