// `relay-phone call` with the built CLI: calls an app behind a number of the sandbox and prints each hop of the call.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { callReportSchema, phonesReportSchema } from '../src/reports.js';
import { joinSandbox } from '../src/sandbox/instance/join.js';
import { NUMBER, setUpApp } from './support/app-behind-number.js';
import { DEADLINE } from './support/deadline.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startSandbox } from './support/sandbox-child.js';
import { isWindows, NO_POSIX } from './support/skips.js';
import { twiml } from './support/webhook-app.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const PHONE = '+12125550190';
const REAL = '+13015550195';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

const setUp = (path = '/voice') => setUpApp(workspace, 'voiceUrl', path);
const call = (...rest: string[]) =>
  workspace.run(['call', '--from', PHONE, '--to', NUMBER, '--hang-up-after', '600', ...rest]);

/** Hangs up for the caller once both phones are in the call. */
async function hangUpWhenConnected(): Promise<void> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const { control, close } = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  await expect.poll(() => control.events({ kind: 'call.connected' })).toHaveLength(1);
  const [made] = await control.calls(PHONE);
  await control.act(PHONE, made?.sid ?? '', 'hang-up');
  await close();
}

describe('relay-phone call', () => {
  it('prints each hop of a call in the running sandbox', async () => {
    await startSandbox(workspace, '--port', '0', '--no-page');
    const app = await setUp();
    app.answer(() => twiml(`<Response><Dial callerId="${PHONE}"><Number>${REAL}</Number></Dial></Response>`));
    const calling = call();
    await hangUpWhenConnected();
    const { code, stdout, stderr } = await calling;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const sids = new Map<string, string>();
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, '').replace(/, \d+ s;/, ', N s;'))
      .map((line) =>
        line.replace(/(CA[0-9a-f]{4})(?:…|[0-9a-f]{24})([0-9a-f]{4})/g, (_sid, start, end) => {
          const short = `${start}…${end}`;
          if (!sids.has(short)) sids.set(short, `CA${sids.size + 1}`);
          return sids.get(short) ?? '';
        }),
      );
    expect(lines).toEqual([
      `call            ${PHONE} → ${NUMBER} (inbound, CA1)`,
      'call ringing     CA1',
      `webhook         POST ${app.origin}/voice`,
      `app answered    POST ${app.origin}/voice → 200, accepted`,
      'TwiML           Dial',
      'call in-progress CA1',
      `phone           ${PHONE} is answered`,
      `call            ${PHONE} → ${REAL} (outbound-dial, CA2)`,
      'call ringing     CA2',
      `phone           ${REAL} rings: ${PHONE}`,
      `exposure        ${REAL} was shown ${PHONE} (caller id)`,
      `phone           ${REAL} answers`,
      'call in-progress CA2',
      'call connected  CA1 with CA2',
      `phone           ${PHONE} hangs up`,
      'call completed   CA1',
      'call completed   CA2',
      `phone           ${REAL} is hung up on`,
      `    ✓ ${PHONE}'s call was answered by ${REAL}, N s; 1 webhook;`,
      `      ${REAL} saw the number of ${PHONE}.`,
    ]);
  });

  it('presses keys and speaks as the flags say, and prints one JSON document under --json', async () => {
    const app = await setUp();
    app.answer(({ path, form }) => {
      if (path === '/voice') {
        return twiml(
          '<Response><Gather numDigits="2" action="/keys"><Say>Two keys</Say></Gather></Response>',
        );
      }
      if (path === '/keys') {
        return twiml(
          `<Response><Say>${form.Digits}</Say><Gather input="speech" action="/words"/></Response>`,
        );
      }
      return twiml(`<Response><Say>${form.SpeechResult}</Say></Response>`);
    });
    const { code, stdout } = await call('--press', '42', '--say', 'an operator', '--json');
    expect(code).toBe(0);
    const report = callReportSchema.parse(JSON.parse(stdout));
    expect(report).toMatchObject({
      command: 'call',
      from: PHONE,
      to: NUMBER,
      state: 'ended',
      heard: [
        { kind: 'say', content: 'Two keys' },
        { kind: 'say', content: '42' },
        { kind: 'say', content: 'an operator' },
      ],
      said: [
        { kind: 'keys', content: '42' },
        { kind: 'words', content: 'an operator' },
      ],
      documents: [
        { url: `${app.origin}/voice`, status: 200, failure: null },
        { url: `${app.origin}/keys`, status: 200, failure: null },
        { url: `${app.origin}/words`, status: 200, failure: null },
      ],
    });
  });

  it('hangs up on Ctrl-C', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    await startSandbox(workspace, '--port', '0');
    const app = await setUp();
    app.answer(() => twiml('<Response><Say>Hold the line</Say><Pause length="600"/></Response>'));
    const child = workspace.start(['call', '--from', PHONE, '--to', NUMBER, '--hang-up-after', '600']);
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout as Readable }))
      if (line.includes('Hold the line')) child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const { control } = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
    expect(await control.calls(PHONE)).toMatchObject([{ state: 'ended' }]);
  });

  it('continues after its stdout is closed', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    await startSandbox(workspace, '--port', '0');
    const app = await setUp();
    app.answer(() => twiml('<Response><Say>Bye</Say></Response>'));
    const child = workspace.start(['call', '--from', PHONE, '--to', NUMBER, '--hang-up-after', '600']);
    child.stdout?.destroy();
    const complaints = child.stderr ? readAll(child.stderr) : '';
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await complaints).toBe('');
  });

  it('adds the call and the words heard to the call log of the phone', async () => {
    const app = await setUp();
    app.answer(() => twiml('<Response><Say>Bye</Say></Response>'));
    await call();
    const { stdout } = await workspace.run(['sandbox', 'phones']);
    expect(stdout.replace(/\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d\.\d{3}|\d+\.\d s/g, '…')).toBe(
      `${PHONE}\n  … UTC\n    …  call to ${NUMBER}: ended after …\n                  heard (say)  Bye\n`,
    );
    const { stdout: json } = await workspace.run(['sandbox', 'phones', '--json']);
    const { phones } = phonesReportSchema.parse(JSON.parse(json));
    expect(phones).toMatchObject([{ number: PHONE, texts: [], calls: [{ shown: NUMBER, state: 'ended' }] }]);
  });

  it('prints the TwiML warnings of a document', async () => {
    const app = await setUp();
    app.answer(() => twiml('<Response><Foo/><Say>Bye</Say></Response>'));
    const { code, stdout } = await call();
    expect(code).toBe(0);
    expect(stdout).toContain('TwiML warning   Schema validation: <Foo> is not a known verb (12200)');
  });

  it('exits with 6 when the app fails or no webhook is sent', async () => {
    const app = await setUp();
    app.answer(() => ({ status: 500 }));
    const failed = await call();
    expect([failed.code, failed.stdout]).toEqual([
      6,
      expect.stringContaining('→ 500, HTTP error response code 500 (11217)'),
    ]);
    expect(failed.stdout).toContain(
      `${PHONE} hears: We are sorry, an application error has occurred. Goodbye.`,
    );
    const silent = createWorkspace();
    onTestFinished(silent.remove);
    workspace = silent;
    await setUp('');
    const untold = await call();
    expect([untold.code, untold.stdout]).toEqual([6, expect.stringContaining('No webhook was sent')]);
  });

  it('exits as its sentence says: 0 if the app rejects the call, 6 if nobody answers it', async () => {
    const app = await setUp();
    app.answer(() => twiml('<Response><Reject reason="busy"/></Response>'));
    const rejected = await call();
    expect([rejected.code, rejected.stdout]).toEqual([
      0,
      expect.stringContaining(`${PHONE}'s call was rejected by the app (busy)`),
    ]);
    const folder = openOwnStateFolder(workspace.file('.relay-phone'));
    const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
    await sandbox.control.behave(REAL, { calls: 'busy' });
    await sandbox.close();
    app.answer(() => twiml(`<Response><Dial>${REAL}</Dial></Response>`));
    const unanswered = await call();
    expect([unanswered.code, unanswered.stdout]).toEqual([
      6,
      expect.stringContaining(`✗ ${PHONE}'s call was not answered: ${REAL} was busy`),
    ]);
  });

  it('suggests a fix for a missing sandbox, an unknown number or an invalid flag', async () => {
    expect(await call()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('relay-phone init --sandbox'),
    });
    await setUp();
    const nowhere = await workspace.run(['call', '--from', PHONE, '--to', '+12025550101']);
    expect(nowhere).toEqual({
      code: 2,
      stdout: '',
      stderr: `Failed to call from ${PHONE}: the account does not own +12025550101.\n  Try: buy it first\n`,
    });
    expect(await call('--hang-up-after', 'soon')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--hang-up-after takes a number of seconds'),
    });
    expect(await call('--press', 'one')).toEqual({
      code: 2,
      stdout: '',
      stderr: "Failed to press 'one': keys are 0-9, *, # and A-D.\n",
    });
  });
});
