// `relay-phone text` with the built CLI: texts an app behind a number of the sandbox and prints each hop.
import { once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { textReportSchema } from '../src/reports.js';
import { joinSandbox } from '../src/sandbox/instance/join.js';
import { NUMBER, setUpApp } from './support/app-behind-number.js';
import { DEADLINE } from './support/deadline.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startSandbox } from './support/sandbox-child.js';
import { twiml } from './support/webhook-app.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const PHONE = '+12125550190';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

const setUp = (path = '/sms') => setUpApp(workspace, 'smsUrl', path);
const text = (...rest: string[]) => workspace.run(['text', '--from', PHONE, '--to', NUMBER, ...rest]);

describe('relay-phone text', () => {
  it('prints each hop of a text in the running sandbox', async () => {
    await startSandbox(workspace, '--port', '0', '--no-page');
    const app = await setUp();
    app.answer(() => twiml('<Response><Message>Hi yourself</Message></Response>'));
    const { code, stdout, stderr } = await text('Hello', 'there');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(app.calls).toMatchObject([
      { path: '/sms', signed: true, form: { Body: 'Hello there', From: PHONE } },
    ]);
    const lines = stdout.trimEnd().split('\n');
    const shown = lines.map((line) =>
      line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, '').replace(/SM[0-9a-f]{32}/, 'SM'),
    );
    expect(shown.slice(0, -2)).toEqual([
      `phone texts     ${PHONE} → ${NUMBER}: Hello there`,
      `number has it   ${NUMBER} from ${PHONE}`,
      `webhook         POST ${app.origin}/sms`,
      `app answered    POST ${app.origin}/sms → 200, accepted`,
      'TwiML           Message',
      `text queued     ${NUMBER} → ${PHONE}: Hi yourself`,
      'text sending    SM',
      'text sent       SM',
      `phone has it    ${PHONE} from ${NUMBER}: Hi yourself`,
      'text delivered  SM',
    ]);
    // How long it took decides where the sentence is wrapped.
    expect(
      shown
        .slice(-2)
        .map((line) => line.trim())
        .join(' '),
    ).toMatch(
      new RegExp(
        `^✓ .${PHONE.slice(1)}'s text was answered by the app in .* m?s; 1 webhook; nobody saw another`,
      ),
    );
  });

  it('starts a sandbox if none is running, and prints one JSON document under --json', async () => {
    const app = await setUp();
    const { code, stdout, stderr } = await text(
      '--media',
      'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=',
      '--media',
      'data:text/vcard,BEGIN:VCARD',
      'STOP',
      '--json',
    );
    expect(code).toBe(0);
    const report = textReportSchema.parse(JSON.parse(stdout));
    expect(report).toMatchObject({
      command: 'text',
      from: PHONE,
      to: NUMBER,
      messageSid: expect.stringMatching(/^MM/),
      webhook: { url: `${app.origin}/sms`, status: 200, errorCode: null, failure: null },
      replies: [],
      automaticReply: expect.stringMatching(/unsubscribed/),
    });
    expect(report.hops.map(({ kind }) => kind)).toEqual([
      'phone.texts',
      'text.received',
      'opt-out',
      'text.reached-phone',
      'webhook.began',
      'webhook.sent',
      'twiml.run',
    ]);
    expect(report.hops[0]).toMatchObject({ body: 'STOP', mediaUrls: { length: 2 } });
    expect(report.sentence).toMatch(new RegExp(`^.${PHONE.slice(1)} opted out of texts`));
    // Its sentence takes two lines.
    expect(stderr.split('\n').length).toBe(report.hops.length + 3);
  });

  it('shows the media of a reply, which sandbox phones also lists', async () => {
    const app = await setUp();
    const reply = twiml('<Response><Message>My card<Media>/card</Media></Message></Response>');
    app.answer(({ path }) => (path === '/card' ? { type: 'text/x-vcard', body: 'BEGIN:VCARD' } : reply));
    const { stdout } = await text('Hello');
    expect(stdout).toMatch(/media fetched {3}http:\/\/127\.0\.0\.1:\d+\/card → text\/x-vcard, 11 bytes\n/);
    const phones = await workspace.run(['sandbox', 'phones']);
    expect(phones.stdout).toMatch(/: My card\n {18}text\/x-vcard {2}http:\/\/127\.0\.0\.1:\d+\/2010-04-01\//);
  });

  it('says that it waits for a manual clock, and ends when the clock is advanced', async () => {
    await startSandbox(workspace, '--port', '0', '--clock', 'manual');
    const app = await setUp();
    app.answer(() => twiml('<Response><Message>Hi yourself</Message></Response>'));
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const { control } = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
    const child = workspace.start(['text', '--from', PHONE, '--to', NUMBER, 'Hello']);
    const shown: string[] = [];
    child.stdout?.on('data', (part) => {
      shown.push(String(part));
      if (String(part).includes('… waiting for a slow phone')) void control.advance('1m');
    });
    // Only then is the output complete.
    expect(await once(child, 'close')).toEqual([0, null]);
    // A slow machine makes it wait before the text is queued, too.
    expect(shown.join('')).toMatch(/\n {4}… waiting for a slow phone.*\n.*text delivered/s);
  });

  it('exits with 6 when the app fails or no webhook is sent', async () => {
    const app = await setUp();
    app.answer(() => ({ status: 500 }));
    const failed = await text('Hello');
    expect([failed.code, failed.stdout]).toEqual([
      6,
      expect.stringContaining('→ 500, HTTP error response code 500 (11217)'),
    ]);
    expect(failed.stdout).toMatch(
      /! The app has never asked this Twilio for anything\.\n.* exec\.\n {8}Try: relay-phone exec -- YOUR COMMAND\n/,
    );
    const silent = createWorkspace();
    onTestFinished(silent.remove);
    workspace = silent;
    await setUp('');
    const untold = await text('Hello');
    expect([untold.code, untold.stdout]).toEqual([6, expect.stringContaining('No webhook was sent')]);
  });

  it('exits as its sentence says: 0 if the app answers with nothing, 6 if its reply is refused', async () => {
    const app = await setUp();
    app.answer(() => twiml('<Response/>'));
    const silent = await text('Hello');
    expect([silent.code, silent.stdout]).toEqual([0, expect.stringContaining('✓')]);
    expect(silent.stdout).toContain(`${PHONE}'s text reached only the app; `);
    app.answer(() => twiml('<Response><Message>Hi yourself</Message></Response>'));
    expect((await text('STOP')).code).toBe(0);
    const refused = await text('Hello', '--json');
    expect(refused.code).toBe(6);
    expect(textReportSchema.parse(JSON.parse(refused.stdout))).toMatchObject({
      succeeded: false,
      sentence: expect.stringContaining('reached nobody, because '),
    });
    expect(refused.stderr).toContain('✗');
  });

  it('suggests a fix for a missing sandbox or an unknown number', async () => {
    expect(await text('Hello')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('relay-phone init --sandbox'),
    });
    await setUp();
    const nowhere = await workspace.run(['text', '--from', PHONE, '--to', '+12025550101', 'Hello']);
    expect(nowhere).toEqual({
      code: 2,
      stdout: '',
      stderr: `Failed to send a text from ${PHONE}: the account does not own +12025550101.\n  Try: buy it first\n`,
    });
  });
});
