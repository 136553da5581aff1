// `relay-phone phone` with lines from a pipe, against a sandbox that runs: texts, calls, being called, and what it leaves.
import { beforeEach, describe, expect, it } from 'vitest';
import { eventReportSchema, phoneReportSchema } from '../src/reports.js';
import { createControlClient } from '../src/sandbox/control/client.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { DEADLINE } from './support/deadline.js';
import { startPhone } from './support/phone-process.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { createServedWorkspace } from './support/served-workspace.js';
import { twiml, type WebhookApp } from './support/webhook-app.js';
import type { Workspace } from './support/workspace.js';

const PHONE = '+12125550190';
const OTHER = '+13015550195';
const NUMBER = '+12025550100';

let workspace: Workspace;
let sandbox: Sandbox;
let app: WebhookApp;
beforeEach(async () => {
  ({ workspace, sandbox, app } = await createServedWorkspace());
  await buy(NUMBER);
});

const client = () => createSandboxClient(sandbox);

async function buy(phoneNumber: string): Promise<void> {
  await client().incomingPhoneNumbers.create({
    phoneNumber,
    smsUrl: `${app.origin}/sms`,
    voiceUrl: `${app.origin}/voice`,
  });
}

/** Runs `phone` with these lines. Returns its output without times, and without what only a busy machine shows. */
async function type(lines: readonly string[], ...args: string[]) {
  const input = lines.map((line) => `${line}\n`).join('');
  const { code, stdout, stderr } = await workspace.run(['phone', PHONE, ...args], { input });
  const shown = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('Waiting for '));
  return { code, stderr, lines: shown.map(withoutTime) };
}

function withoutTime(line: string): string {
  return line.replace(/^( {4}! )?\d\d:\d\d:\d\d {2}/, '$1').replace(/after \d+ s/, 'after N s');
}

describe('relay-phone phone with lines from a pipe', () => {
  it('sends each line as a text, in order, and shows what comes back', async () => {
    app.answer(({ form }) => twiml(`<Response><Message>You said ${form.Body}</Message></Response>`));
    const { code, stderr, lines } = await type(['Hello', '  two  ', '', '//slash']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(app.formsAt('/sms').map(({ Body, From }) => [Body, From])).toEqual([
      ['Hello', PHONE],
      ['  two  ', PHONE],
      ['/slash', PHONE],
    ]);
    expect(lines[0]).toBe(`${PHONE} texts and calls ${NUMBER}.`);
    expect(lines.filter((line) => line.startsWith('to '))).toEqual(
      ['Hello', '  two  ', '/slash'].map((body) => `to ${NUMBER}: ${body}`.trimEnd()),
    );
    expect(lines).toContain(`${NUMBER}: You said Hello`);
    expect(lines).toContain(`${NUMBER}: You said /slash`);
  });

  it('presses keys once the call is answered, and hangs up once the app has answered', async () => {
    app.answer(({ path, form }) => {
      if (path === '/voice')
        return twiml(
          '<Response><Gather numDigits="2" action="/keys"><Say>Two keys</Say></Gather></Response>',
        );
      if (path === '/keys')
        return twiml(`<Response><Say>Thank you for ${form.Digits}</Say><Pause length="600"/></Response>`);
      return twiml('<Response/>');
    });
    const { code, lines } = await type(['Hello', '/call', '/press 1#', '/hangup']);
    expect(code).toBe(0);
    expect(lines.filter((line) => !line.startsWith(' '))).toEqual(
      [
        `${PHONE} texts and calls ${NUMBER}.`,
        `to ${NUMBER}: Hello`,
        `calling ${NUMBER}`,
        `${NUMBER} answered`,
        'heard: Two keys',
        'pressed 1#',
        // The second key ends the input.
        'heard: Thank you for 1',
        'the call is over after N s: hung up here',
      ].map((line) =>
        line.startsWith('heard: Thank') ? expect.stringMatching(/^heard: Thank you for 1/) : line,
      ),
    );
  });

  it('hangs up a call in which nothing happens after the last line', async () => {
    app.answer(() => twiml('<Response><Say>Hello</Say><Pause length="600"/></Response>'));
    const { code, lines } = await type(['/call']);
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe('the call is over after N s: hung up here');
    expect(sandbox.phone(PHONE).calls()).toMatchObject([{ state: 'ended' }]);
  });

  it('ends with 6 if a line cannot be carried out, or the app fails, and carries out the others', async () => {
    app.answer(({ form }) => (form.Body === 'bad' ? { status: 500 } : twiml('<Response/>')));
    const failed = await type(['bad', 'good']);
    expect(failed.code).toBe(6);
    expect(failed.lines.join('\n')).toMatch(/✗ .*reached nobody/);
    expect(app.formsAt('/sms').map(({ Body }) => Body)).toContain('good');
    const unknown = await type([
      '/pres 1',
      '/press 1',
      '/press x',
      '/to +12025550101',
      '/wait soon',
      '/say',
      '/media',
    ]);
    expect(unknown.code).toBe(6);
    expect(unknown.lines.filter((line) => line.includes('✗'))).toEqual([
      '    ✗ Failed to understand /pres: there is no such command (did you mean /press?).',
      '    ✗ Failed to press keys: the phone is in no call.',
      "    ✗ Failed to press 'x': keys are 0-9, *, # and A-D.",
      '    ✗ Failed to switch: the account does not own +12025550101.',
      "    ✗ Failed to wait: 'soon' is not a time such as 5s.",
      '    ✗ Failed to speak: there are no words to say.',
      '    ✗ Failed to send a picture: there is no URL.',
    ]);
  });

  it('says that a call ended before it was answered, in place of waiting for ever', async () => {
    app.answer(() => twiml('<Response><Reject/></Response>'));
    const { code, lines } = await type(['/call', '/press 1']);
    expect(code).toBe(6);
    expect(lines.join('\n')).toMatch(
      /✗ Failed to press keys: (the call ended before it was answered|the phone is in no call)\./,
    );
  });

  it('rings until it answers by hand, though it answers by itself otherwise', async () => {
    app.answer(() => twiml('<Response><Say>Your code is 123456</Say><Pause length="600"/></Response>'));
    const running = type(['/wait', '/answer', '/say Thank you', '/hangup']);
    await expect.poll(() => sandbox.phone(PHONE).behaviour().calls, { timeout: DEADLINE }).toBe('no-answer');
    await client().calls.create({ from: NUMBER, to: PHONE, url: `${app.origin}/voice` });
    await expect.poll(() => sandbox.phone(PHONE).liveCalls().length, { timeout: DEADLINE }).toBe(1);
    expect(sandbox.phone(PHONE).calls()).toMatchObject([{ state: 'ringing' }]);
    await client().messages.create({ from: NUMBER, to: PHONE, body: 'Look at your phone' });
    const { code, lines } = await running;
    expect(lines.filter((line) => line.includes('✗'))).toEqual([]);
    expect(code).toBe(0);
    expect(lines).toEqual(
      expect.arrayContaining([
        `${NUMBER} is calling: /answer or /decline`,
        `${NUMBER}: Look at your phone`,
        'answered',
        'heard: Your code is 123456',
        'said: Thank you',
        'the call is over after N s: hung up here',
      ]),
    );
    expect(sandbox.phone(PHONE).behaviour().calls).toBe('answers');
  });

  it('declines a call, and cancels one that nobody answers, without a fault', async () => {
    app.answer(() => twiml(`<Response><Dial><Number>${OTHER}</Number></Dial></Response>`));
    sandbox.phone(OTHER).behave({ calls: 'no-answer' });
    const caller = await startPhone(workspace, PHONE);
    caller.type('/call');
    await expect.poll(() => sandbox.phone(OTHER).liveCalls()).toHaveLength(1);
    for (const line of ['/wait 10ms', '/busy', '/quit']) caller.type(line);
    expect(await caller.end()).toBe(0);
    expect(sandbox.phone(OTHER).calls()).toMatchObject([{ state: 'missed' }]);
    const running = type(['/decline']);
    await expect.poll(() => sandbox.phone(PHONE).behaviour().calls, { timeout: DEADLINE }).toBe('no-answer');
    await client().calls.create({ from: NUMBER, to: PHONE, url: `${app.origin}/voice` });
    const { code, lines } = await running;
    expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: `declined ${NUMBER}` });
  });

  it('is busy, off and blocks as it is told, and is afterwards as it was', async () => {
    sandbox.phone(PHONE).behave({ calls: 'rejects', texts: 'silent', blocked: [OTHER] });
    const before = sandbox.phone(PHONE).behaviour();
    await type(['/busy', '/off', '/on', `/block ${NUMBER}`, `/unblock ${NUMBER}`]);
    const changes = sandbox.events({ kind: 'behaviour.changed' });
    expect(changes.flatMap((event) => ('behaviour' in event ? [event.behaviour] : []))).toMatchObject([
      before,
      { texts: 'silent', calls: 'no-answer' },
      { texts: 'silent', calls: 'busy' },
      { texts: { undelivered: 30003 }, calls: 'no-answer' },
      { texts: 'silent', calls: 'no-answer' },
      { blocked: [OTHER, NUMBER] },
      { blocked: [OTHER] },
      before,
    ]);
    expect(sandbox.phone(PHONE).behaviour()).toEqual(before);
  });

  it('shows the type and the URL of a picture, and a text of several lines as a block', async () => {
    const gif = 'R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
    const answer = `<Body>One\n12:00:00  forged</Body><Media>${app.origin}/cat.gif</Media>`;
    app.answer(({ path }) =>
      path === '/cat.gif'
        ? { type: 'image/gif', body: Buffer.from(gif, 'base64') }
        : twiml(`<Response><Message>${answer}</Message></Response>`),
    );
    const { code, lines } = await type([`/media data:image/gif;base64,${gif} Look`]);
    expect(code).toBe(0);
    expect(app.formsAt('/sms')).toMatchObject([
      { Body: 'Look', NumMedia: '1', MediaContentType0: 'image/gif' },
    ]);
    expect(lines.slice(1)).toEqual([
      `to ${NUMBER}: Look`,
      `${NUMBER}: One`,
      '        | 12:00:00  forged',
      expect.stringMatching(/^ {8}image\/gif {2}http:\/\/127\.0\.0\.1:\d+\/.*\/Media\/ME/),
    ]);
  });

  it('takes the keywords of an opt-out, and shows what they mean', async () => {
    const { lines } = await type(['STOP']);
    expect(lines.join('\n')).toContain(
      `STOP: texts from ${NUMBER} to this phone are refused from now on; START allows them again`,
    );
    expect(lines.join('\n')).toMatch(/You have successfully been unsubscribed/);
  });

  it('prints one JSON document a line under --json, and everything for people on stderr', async () => {
    app.answer(() => twiml('<Response><Message>Hi</Message></Response>'));
    const { code, stdout, stderr } = await workspace.run(['phone', PHONE, '--json'], { input: 'Hello\n' });
    expect(code).toBe(0);
    const [first, ...events] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(phoneReportSchema.parse(first)).toEqual({ command: 'phone', number: PHONE, to: NUMBER });
    expect(events.map((event) => eventReportSchema.parse(event).kind)).toEqual([
      'phone.texts',
      'text.reached-phone',
    ]);
    expect(stderr).toContain(`${NUMBER}: Hi`);
  });

  it('texts the number of --to, /to and /call, else the last conversation', async () => {
    await buy('+12025550101');
    app.answer(() => twiml('<Response/>'));
    await type(['one', '/to +12025550101', 'two'], '--to', NUMBER);
    expect(app.formsAt('/sms').map(({ Body, To }) => [Body, To])).toEqual([
      ['one', NUMBER],
      ['two', '+12025550101'],
    ]);
    const { lines } = await type(['/to']);
    expect(lines).toEqual([
      `${PHONE} texts and calls +12025550101.`,
      `  ${NUMBER}`,
      '  +12025550101  (texts and calls go here)',
    ]);
  });

  it('sets for good what a phone does when it is called, with --calls', async () => {
    const { code, lines } = await type([], '--calls', 'busy');
    expect({ code, lines }).toEqual({ code: 0, lines: [`    ✓ ${PHONE} is busy from now on`] });
    expect(sandbox.phone(PHONE).behaviour().calls).toBe('busy');
  });

  it('is in the hands of one process at a time', async () => {
    const running = type(['/wait']);
    await expect.poll(() => sandbox.phone(PHONE).behaviour().calls, { timeout: DEADLINE }).toBe('no-answer');
    const { code, stderr } = await workspace.run(['phone', PHONE], { input: '' });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(
        /^Failed to be the phone \+12125550190: relay-phone phone \+12125550190 \(process \d+\) is that phone\./,
      ),
    });
    await client().messages.create({ from: NUMBER, to: PHONE, body: 'You may end' });
    expect((await running).code).toBe(0);
  });

  it('ends with 5 and a sentence when the sandbox stops', async () => {
    const running = workspace.run(['phone', PHONE], { input: '/wait\n' });
    await expect.poll(() => sandbox.phone(PHONE).behaviour().calls, { timeout: DEADLINE }).toBe('no-answer');
    await sandbox.close();
    const { code, stderr } = await running;
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringMatching(/^Failed to reach the sandbox at /),
    });
  });

  it('rings again after a reset of the sandbox, and says that it came', async () => {
    const running = type(['/wait']);
    const control = createControlClient(sandbox);
    const calls = async () => (await control.behaviour(PHONE)).calls;
    await expect.poll(calls, { timeout: DEADLINE }).toBe('no-answer');
    await control.reset();
    await expect.poll(calls, { timeout: DEADLINE }).toBe('no-answer');
    await buy(NUMBER);
    await client().messages.create({ from: NUMBER, to: PHONE, body: 'You may end' });
    expect((await running).lines).toContain('    ! the sandbox was reset: everything before is gone');
  });

  it.each([
    [[NUMBER], 2, 'the account owns that number, so it is not a phone'],
    [['12'], 2, 'that is not a valid phone number'],
    [[PHONE, '--to', OTHER], 2, `the account does not own it`],
  ])('refuses %j', async (args, code, reason) => {
    const ended = await workspace.run(['phone', ...args], { input: '' });
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(reason) });
  });
});
