// Tests `relay-phone doctor`: its output, what it leaves unchanged, and what --fix repairs.
import { chmodSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { undoReportSchema } from '../src/reports.js';
import { webhooksUnder } from '../src/setup/webhooks.js';
import { createCertificate } from './support/authority.js';
import { LIVE_BASE, setLiveScene } from './support/doctor/live-scene.js';
import { findingsOf } from './support/doctor/look.js';
import { answerLikeRelay } from './support/doctor/relay-like.js';
import { setSandboxScene } from './support/doctor/sandbox-scene.js';
import { countResources } from './support/resource-counts.js';
import { startApp } from './support/webhook-app.js';
import { createWorkspace } from './support/workspace.js';

const FIX = ['--fix', '--app'];

describe('doctor', () => {
  it('creates no file in an empty folder, and says how to set up', async () => {
    const workspace = createWorkspace();
    const { code, stdout, stderr } = await workspace.run(['doctor', '--app', 'http://127.0.0.1:9']);
    const files = workspace.list();
    workspace.remove();
    expect([code, stderr, files]).toEqual([6, '', []]);
    expect(stdout).toContain('✗ nothing-set-up: nothing is set up yet\n');
    expect(stdout).toContain('Try: relay-phone init, with a Twilio account\n');
    expect(stdout).toMatch(/- account, account-means, sandbox, .*: skipped, waits for credentials/);
  });

  it('shows faults first, and what is right in one line for each group; --verbose shows each check', async () => {
    const { workspace } = await setSandboxScene();
    const brief = (await workspace.run(['doctor', '--app', 'http://127.0.0.1:9', '--yes'])).stdout;
    expect(brief).toMatch(/^Faults\n {4}✗ app-down: .*\n {8}\S.*\n {8}Try: /);
    expect(brief).toContain('\nRight\n    ✓ machine: all 5 checks\n');
    expect(brief).not.toContain('✓ node');
    const verbose = (await workspace.run(['doctor', '--app', 'http://127.0.0.1:9', '--verbose'])).stdout;
    expect(verbose).toMatch(/\nRight\n {4}✓ node: Node\.js v[\d.]+\n {4}✓ package: /);
    expect(verbose.indexOf('Faults')).toBeLessThan(verbose.indexOf('Right'));
  });

  it('refuses a malformed --app as wrong usage', async () => {
    const { workspace } = await setSandboxScene();
    const { code, stderr } = await workspace.run(['doctor', '--app', 'ftp://example.com']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--app takes the http or https origin')]);
  });

  it('ends in time if the public base hangs', async () => {
    const scene = await setSandboxScene();
    const { origin } = await scene.startPublicBase(() => 'hang');
    await scene.moveTo(origin);
    const seen = await scene.look(['--app', scene.app.origin, '--timeout', '3'], { keepsProgress: true });
    expect(findingsOf(seen)).toMatchObject([
      { id: 'public-base-silent', what: expect.stringContaining('no answer within 3 s') },
    ]);
    expect(seen.output).toMatch(/… checking/);
  });

  it('ends in time if the app hangs, and reports an app that drops the connection', async () => {
    const { app, look } = await setSandboxScene();
    for (const [how, words] of [
      ['hang', /voice_status: .* no answer within 3 s/],
      ['drop', /voice_status: .* dropped the connection/],
    ] as const) {
      app.answer(({ method }) => (method === 'POST' ? how : { status: 200 }));
      const seen = await look(['--app', app.origin, '--timeout', '3']);
      expect(findingsOf(seen)).toMatchObject([{ id: 'app-fails', what: expect.stringMatching(words) }]);
    }
  });

  it('names the auth token that the app uses', async () => {
    const { sandbox, app, setEnv, look } = await setSandboxScene();
    const { sid, authToken } = sandbox.testCredentials;
    setEnv({ TWILIO_TEST_ACCOUNT_SID: sid, TWILIO_TEST_AUTH_TOKEN: authToken });
    app.answer(answerLikeRelay({ authToken }));
    const differs = findingsOf(await look()).find(({ id }) => id === 'app-token-differs');
    expect(differs?.what).toMatch(/with another auth token: it uses TWILIO_TEST_AUTH_TOKEN of \.env$/);
  });

  it('names the address for which the app checks signatures', async () => {
    const { app, relay, look } = await setLiveScene();
    relay({ trustsProxy: false });
    const [scheme] = findingsOf(await look());
    expect(scheme?.what).toContain(`believes that it is at http://relay.example.com, but Twilio signs for`);
    relay({ origin: app.origin });
    const [host] = findingsOf(await look());
    expect(host?.what).toContain(`believes that it is at ${app.origin}, but Twilio signs for ${LIVE_BASE}`);
  });

  it('hides passwords in URLs', async () => {
    const { client, applicationSid, mainSid, look } = await setSandboxScene();
    const url = 'http://me:hunter2@127.0.0.1:9/sms';
    await client.applications(applicationSid).update({ smsUrl: url, voiceUrl: url, statusCallback: url });
    const { services } = client.messaging.v1;
    const { sid } = await services.create({ friendlyName: 'Masks', inboundRequestUrl: `${url}/other` });
    await services(sid).phoneNumbers.create({ phoneNumberSid: mainSid });
    const { output } = await look();
    expect(output).toContain('service-wins-over-app');
    expect(output).toContain('webhooks-unlike-relay');
    expect(output).not.toContain('hunter2');
  });

  it('sends the app only requests that have no effect', async () => {
    const { app, look } = await setSandboxScene();
    await look();
    const posted = app.calls.filter(({ method }) => method === 'POST');
    const statuses = posted.map(({ form }) => form.CallStatus ?? form.SmsStatus);
    expect(new Set(statuses)).toEqual(new Set(['ringing', 'sent']));
    expect(new Set(app.calls.map(({ method }) => method))).toEqual(new Set(['GET', 'POST']));
  });
});

describe('doctor --fix', () => {
  it('repairs what is safe in the sandbox, checks again, and undo reverts the repairs', async () => {
    const scene = await setSandboxScene();
    const { client, applicationSid, app, workspace, setEnv } = scene;
    const broken = { smsMethod: 'GET', messageStatusCallback: '', smsStatusCallback: '' };
    await client.applications(applicationSid).update(broken);
    setEnv({ ALLOWED_HOSTS: 'example.com' });
    chmodSync(workspace.file('.relay-phone'), 0o755);

    const seen = await scene.look([...FIX, app.origin]);
    expect([seen.code, findingsOf(seen)]).toEqual([0, []]);
    expect(seen.report.fixed).toEqual([
      { id: 'state-folder', findings: ['state-open'], isDone: true, error: null },
      {
        id: 'twiml-app',
        findings: ['status-callbacks-missing', 'webhooks-not-post'],
        isDone: true,
        error: null,
      },
      { id: 'env-hosts', findings: ['hosts-lack'], isDone: true, error: null },
    ]);
    expect(seen.output).toContain('✗ hosts-lack: ALLOWED_HOSTS lacks 127.0.0.1, localhost\n');
    expect(await client.applications(applicationSid).fetch()).toMatchObject(webhooksUnder(app.origin));
    expect(workspace.read('.env')).toContain('ALLOWED_HOSTS=example.com,127.0.0.1,localhost\n');
    expect(statSync(workspace.file('.relay-phone')).mode & 0o777).toBe(0o700);

    const again = await scene.look([...FIX, app.origin]);
    expect([again.code, again.report.fixed]).toEqual([0, []]);

    const undone = await workspace.run(['undo', '--yes', '--json']);
    const { results } = undoReportSchema.parse(JSON.parse(undone.stdout));
    expect(results.slice(0, 2).map(({ kind, undone }) => `${kind} ${undone}`)).toEqual([
      'env-written true',
      'app-updated true',
    ]);
  });

  it('sets up what .env lacks, with the steps of init', async () => {
    const { app, setEnv, look, workspace, main, applicationSid } = await setSandboxScene();
    setEnv({ TWILIO_MAIN_NUMBER: undefined, TWILIO_SMS_APPLICATION_SID: undefined, PHONES_ENABLED: 'no' });
    const seen = await look([...FIX, app.origin]);
    expect([seen.code, findingsOf(seen)]).toEqual([0, []]);
    expect(seen.report.fixed).toMatchObject([
      { id: 'setup', findings: ['env-keys-missing', 'phones-disabled'], isDone: true },
    ]);
    expect(workspace.read('.env')).toContain(`TWILIO_MAIN_NUMBER=${main}\n`);
    expect(workspace.read('.env')).toContain(`TWILIO_SMS_APPLICATION_SID=${applicationSid}\n`);
    expect(workspace.read('.env')).toContain('PHONES_ENABLED=True\n');
  });

  it('repoints a TwiML app whose address does not answer', async () => {
    const { app, client, applicationSid, look } = await setLiveScene();
    await client.applications(applicationSid).update(webhooksUnder('https://gone.invalid'));
    const seen = await look([...FIX, app.origin]);
    expect(seen.report.fixed).toMatchObject([{ id: 'twiml-app', findings: ['host-stale'], isDone: true }]);
    expect([seen.code, findingsOf(seen)]).toEqual([0, []]);
    expect(await client.applications(applicationSid).fetch()).toMatchObject(webhooksUnder(LIVE_BASE));
  });

  it('does not repoint a TwiML app whose address answers', async () => {
    const { app, client, applicationSid, look } = await setLiveScene();
    const other = await startApp('', { ...(await createCertificate()), host: 'localhost' });
    const smsUrl = `${other.origin}/api/v1/inbound_sms`;
    await client.applications(applicationSid).update({ smsUrl });
    const seen = await look([...FIX, app.origin]);
    await other.close();
    expect(seen.code).toBe(6);
    expect(seen.report.fixed).toMatchObject([
      {
        id: 'twiml-app',
        isDone: false,
        error: expect.stringContaining('needs your consent, and this run cannot ask for it'),
      },
    ]);
    expect(seen.output).toContain('Try: relay-phone init --yes\n');
    expect(await client.applications(applicationSid).fetch()).toMatchObject({ smsUrl });
  });

  it('buys no number at Twilio', async () => {
    const { app, client, sandbox, setEnv, look } = await setLiveScene();
    const [number] = await client.incomingPhoneNumbers.list();
    await client.incomingPhoneNumbers(number?.sid ?? '').remove();
    setEnv({ TWILIO_MAIN_NUMBER: undefined });
    const seen = await look([...FIX, app.origin]);
    expect(seen.report.fixed).toMatchObject([{ id: 'setup', isDone: false }]);
    expect(seen.output).toContain('Try: relay-phone init --yes --buy\n');
    expect(await countResources(sandbox)).toMatchObject({ numbers: 0 });
  });
});
