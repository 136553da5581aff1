// The numbers that `text` and `call` choose when the command line does not name them, with real sandboxes.
import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { callReportSchema, textReportSchema } from '../src/reports.js';
import { joinSandbox } from '../src/sandbox/instance/join.js';
import { DEADLINE } from './support/deadline.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startServer } from './support/sandbox-child.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const [STAND_IN, CONTACT, OTHER_CONTACT] = ['+12025550190', '+13015550195', '+12125550191'];
const [MAIN, MASK, SECOND] = ['+12025550100', '+12025550101', '+12025550102'];

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

type Routes = {
  smsUrl?: string;
  voiceUrl?: string;
  smsApplicationSid?: string;
  voiceApplicationSid?: string;
};

/** Buys numbers as an app does. */
async function buy(numbers: readonly string[], routes: Routes = {}): Promise<void> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await joinSandbox(folder, { command: 'test', timeoutMs: DEADLINE });
  for (const phoneNumber of numbers)
    await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber, ...routes });
  await sandbox.close();
}

/** Sets up the main number, and returns the TwiML app of the settings. */
async function init(): Promise<Routes> {
  expect(await workspace.run(['init', '--sandbox', '--yes'])).toMatchObject({ code: 0 });
  expect(workspace.read('.env')).toContain(`TWILIO_MAIN_NUMBER=${MAIN}`);
  const sid = /^TWILIO_SMS_APPLICATION_SID=(\S+)/m.exec(workspace.read('.env'))?.[1] ?? '';
  return { smsApplicationSid: sid, voiceApplicationSid: sid };
}

/** The numbers of a text, and the first line for people. */
async function text(...args: string[]) {
  const { stdout, stderr } = await workspace.run(['text', ...args, 'Hello', '--json']);
  const { from, to } = textReportSchema.parse(JSON.parse(stdout));
  return { from, to, said: stderr.split('\n')[0] };
}

/** Runs `serve` until it has stored the owner of its mask. */
async function serveOnce(...args: string[]): Promise<void> {
  const { child } = await startServer(
    workspace,
    ['serve', '--port', '0', '--yes', ...args],
    /Ctrl-C ends it/,
  );
  await child.end('SIGINT');
}

describe('a text without --from and --to', () => {
  it('goes from the stand-in phone to the main number if there is no other', async () => {
    await init();
    expect(await text()).toEqual({
      from: STAND_IN,
      to: MAIN,
      said: `From ${STAND_IN} (the stand-in phone) to ${MAIN} (the main number).`,
    });
  });

  it('goes from a contact to the only mask, whose owner may be the stand-in phone', async () => {
    await buy([MASK, SECOND], { smsUrl: 'http://127.0.0.1:9/sms' });
    await workspace.run(['init', '--sandbox', '--yes', '--main-number', SECOND]);
    expect(await text()).toMatchObject({
      from: CONTACT,
      to: MASK,
      said: `From ${CONTACT} (a contact) to ${MASK} (the number besides the main one).`,
    });
  });

  it('goes to the number that leads to the TwiML app of the settings, even if others have a webhook', async () => {
    const app = await init();
    await buy([SECOND], { smsUrl: 'http://127.0.0.1:9/sms' });
    await buy([MASK], app);
    expect(await text()).toEqual({
      from: CONTACT,
      to: MASK,
      said: `From ${CONTACT} (a contact) to ${MASK} (the only mask).`,
    });
  });

  it('goes to the main number if no other number has a webhook', async () => {
    await init();
    await buy([MASK, SECOND]);
    expect(await text()).toMatchObject({ from: STAND_IN, to: MAIN });
  });

  it('goes to the only number of an account without settings', async () => {
    await buy([MASK]);
    expect(await text()).toMatchObject({ from: CONTACT, to: MASK });
  });

  it('goes from the stand-in phone to a mask of serve that has another owner', async () => {
    await init();
    await serveOnce('--real-number', CONTACT);
    expect(await text()).toEqual({
      from: STAND_IN,
      to: MAIN,
      said: `From ${STAND_IN} (the stand-in phone) to ${MAIN} (the only mask).`,
    });
  });

  it('never goes from the owner of a mask of serve', async () => {
    await init();
    await serveOnce('--real-number', STAND_IN);
    expect(await text()).toMatchObject({ from: CONTACT, to: MAIN });
    await buy([MASK]);
    await serveOnce('--real-number', CONTACT, '--mask', MASK);
    expect(await text('--to', MAIN)).toMatchObject({ from: OTHER_CONTACT, to: MAIN });
  });

  it('keeps the number that was named, and says which one it chose', async () => {
    const app = await init();
    await buy([MASK], app);
    expect(await text('--from', OTHER_CONTACT)).toEqual({
      from: OTHER_CONTACT,
      to: MASK,
      said: `From ${OTHER_CONTACT} to ${MASK} (the only mask).`,
    });
    expect(await text('--to', MAIN)).toEqual({
      from: STAND_IN,
      to: MAIN,
      said: `From ${STAND_IN} (the stand-in phone) to ${MAIN}.`,
    });
    expect((await text('--from', OTHER_CONTACT, '--to', MASK)).said).toMatch(/phone texts/);
  });
});

describe('a text or call that several numbers could be meant for', () => {
  it('is refused with the command that was typed for each of them', async () => {
    const app = await init();
    await buy([MASK, SECOND], app);
    const typed = ['text', "it's", '$(x)', '--from', OTHER_CONTACT];
    const { code, stdout, stderr } = await workspace.run(typed);
    expect([code, stdout]).toEqual([2, '']);
    const [reason, ...advice] = stderr.trimEnd().split('\n');
    expect(reason).toBe(`Failed to send a text: ${MASK} or ${SECOND} could be meant: each is a mask.`);
    expect(advice.map((line) => line.replace('Try:', '').trim())).toEqual(
      [MASK, SECOND].map(
        (number) => `relay-phone text --to ${number} 'it'\\''s' '$(x)' --from ${OTHER_CONTACT}`,
      ),
    );
    const line = advice[1]?.trim().replace('relay-phone', '') ?? '';
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' });
    const repeated = await workspace.run([...words.trimEnd().split('\n'), '--json']);
    expect(JSON.parse(repeated.stdout)).toMatchObject({ from: OTHER_CONTACT, to: SECOND });
  });

  it('is refused with eight of them if they are more', async () => {
    const app = await init();
    await buy(
      Array.from({ length: 10 }, (_, index) => `+120255501${20 + index}`),
      app,
    );
    const { stderr } = await workspace.run(['call']);
    expect(stderr).toMatch(/\+12025550127 or 2 more could be meant/);
    expect(stderr.match(/relay-phone call --to/g)).toHaveLength(8);
  });

  it('is refused if the account has no number', async () => {
    await buy([]);
    expect(await workspace.run(['call'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'Failed to place a call: the account has no number to which it could go.\n  Try: relay-phone init --sandbox, which buys a main number\n',
    });
  });
});

it('places a call from a contact to the only mask with a webhook for calls', async () => {
  await init();
  await buy([SECOND], { smsUrl: 'http://127.0.0.1:9/sms' });
  await buy([MASK], { voiceUrl: 'http://127.0.0.1:9/voice' });
  const { stdout, stderr } = await workspace.run(['call', '--json']);
  expect(callReportSchema.parse(JSON.parse(stdout))).toMatchObject({ from: CONTACT, to: MASK });
  expect(stderr).toContain(`From ${CONTACT} (a contact) to ${MASK} (the number besides the main one).\n`);
});

it('asks for words before it looks for numbers', async () => {
  await buy([MASK]);
  expect(await workspace.run(['text'])).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^Failed to send a text: it has no words and no picture\.\n {2}Try: relay-phone text Hello\n/,
    ),
  });
});
