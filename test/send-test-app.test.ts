// How `relay-phone send-test` finds its app and protects the token, and how it works without an app.
import { beforeEach, describe, expect, it } from 'vitest';
import { errorReportSchema } from '../src/reports.js';
import { APP_TOKEN, startRelayApp } from './support/relay-app.js';
import { startServer } from './support/sandbox-child.js';
import { PHONE, readReport, type SendTestScene, setUpSendTest } from './support/send-test.js';

let { workspace, sandbox, app, main, ask, watch, sendTest } = {} as SendTestScene;
beforeEach(async () => {
  ({ workspace, sandbox, app, main, ask, watch, sendTest } = await setUpSendTest());
});

const OWN = '+13015550195';
const texts = (phone = PHONE) => sandbox.phone(phone).texts();

describe('send-test and its app', () => {
  it('finds the serve of its state folder, and ignores the origin of one that was killed', async () => {
    await sandbox.close();
    const flags = ['serve', '--port', '0', '--yes'];
    const { child, address } = await startServer(workspace, flags, /The relay is at (http:\S+),/);
    const found = await workspace.run(['send-test', OWN, '--mask', '--yes']);
    expect(found).toMatchObject({ code: 0, stderr: '' });
    expect(found.stdout).toContain(`Asking relay-phone serve at ${address[1]} `);
    expect(found.stdout).toMatch(new RegExp(`delivered to \\${OWN}, which shows: .* code is \\d{6}\n`));
    const [, mask = ''] = /(\+\d+) is the mask of \+13015550195/.exec(found.stdout) ?? [];
    await workspace.run(['text', '--from', PHONE, '--to', mask, 'Hello']);
    expect((await workspace.run(['sandbox', 'phones', '--json'])).stdout).toContain(`📲 ${PHONE}] Hello`);
    const token = (await workspace.run(['serve', '--show-token'])).stdout.trim();
    expect(found.stdout + child.output()).not.toContain(token);
    await child.end('SIGKILL');
    expect(workspace.read('.relay-phone/relay-origin')).toBe(address[1]);
    const orphan = await workspace.run(['send-test']);
    expect(orphan).toMatchObject({ code: 3, stderr: expect.stringContaining('no relay-phone serve runs') });
  });

  it('says how to start a missing app, and times out on one that does not answer', async () => {
    const absent = await sendTest('--app', 'http://127.0.0.1:9');
    expect(absent).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/no app is running at http:\S+:9\.\n {2}Try: relay-phone serve/),
    });
    app.answer(() => 'hang');
    const slow = await watch('--timeout', '5');
    expect(slow).toMatchObject({ code: 5, stderr: expect.stringContaining('gave no answer within 5 s') });
    expect(slow.stdout).toContain(`waiting for ${app.origin}`);
  });

  it('says that an app which fails has never reached this sandbox, and how it is started', async () => {
    workspace.write('app.py', 'import flask\n');
    app.answer(() => ({ status: 500, body: "HTTPSConnectionPool(host='api.twilio.com', port=443)" }));
    const failed = await ask();
    const line = /relay-phone exec -- python3? -m flask run --port \d+/;
    expect(failed.code).toBe(5);
    expect(failed.stdout).toMatch(/! The app has never asked this Twilio for anything\.\n/);
    expect(failed.stdout).toMatch(line);
    expect(failed.stderr).toMatch(line);
    app.answer(() => undefined);
    await ask();
    app.answer(() => ({ status: 500 }));
    expect((await ask()).stdout).not.toContain('never asked');
  });

  it('does not follow redirects with the token, and hides a token in an answer', async () => {
    const thief = await startRelayApp(sandbox, main);
    app.answer(() => ({ status: 302, headers: { Location: `${thief.origin}/${APP_TOKEN}` } }));
    expect(await ask()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('the app redirects (HTTP 302'),
    });
    expect(thief.asked).toEqual([]);
    app.answer(({ authorization }) => ({ status: 500, body: `${authorization}\u001b[31m` }));
    expect((await ask()).stderr).toContain('it says: Token (hidden)');
  });

  it('ends at once on Ctrl-C', async () => {
    app.answer(() => 'hang');
    const environment = { RELAY_PHONE_API_TOKEN: APP_TOKEN };
    const child = workspace.start(['send-test', '--app', app.origin], { environment });
    await expect.poll(() => app.asked.length).toBe(1);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});

describe('send-test without an app', () => {
  it('sends a new text each time with --direct, and records it for undo', async () => {
    const first = readReport(await sendTest('--direct', '--json'));
    expect(first).toMatchObject({
      app: null,
      text: { from: main, to: PHONE, status: 'delivered' },
      error: null,
    });
    await sendTest('--direct', '+13015550195');
    expect([texts().length, texts('+13015550195').length]).toEqual([2, 1]);
    expect(workspace.read('.relay-phone/journal.jsonl')).toContain(first.text?.sid ?? 'none');
    sandbox.compliance(main, { a2p: 'unregistered' });
    const blocked = await sendTest('--direct');
    expect(blocked).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('no US A2P 10DLC registration'),
    });
  });

  it.each([
    [['--direct', '--verify'], 2, /'--direct' cannot be used with option '--verify'/],
    [['--direct', '--app', 'http://127.0.0.1:1'], 2, /'--direct' cannot be used with option '--app/],
    [['--app', 'ftp://127.0.0.1'], 2, /http or https origin/],
    [['--app', 'http://me:pw@127.0.0.1'], 2, /http or https origin/],
    [['+1202', '12'], 2, /too many arguments/],
    [['12'], 2, /the number cannot be used: it is not in E\.164 form/],
    [['--live', '--direct'], 3, /no Twilio account is configured/],
    [['--state-dir', 'nowhere', '--sandbox'], 3, /there is no sandbox in/],
  ])('rejects invalid flags: %j', async (flags, code, message) => {
    const ended = await sendTest(...flags, '--json');
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(errorReportSchema.parse(JSON.parse(ended.stdout)).error.exitCode).toBe(code);
  });
});
