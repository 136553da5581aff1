// `relay-phone sandbox phones`: the timeline of each phone, the newest code, and what happens while it follows.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventReportSchema, phoneCodeReportSchema, phonesReportSchema } from '../src/reports.js';
import { serveSandbox } from '../src/sandbox/instance/join.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { DEADLINE } from './support/deadline.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { startServer } from './support/sandbox-child.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { isWindows, NO_POSIX } from './support/skips.js';
import { startApp, twiml } from './support/webhook-app.js';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

const MASK = '+12025550100';
const CONTACT = '+12125550190';
const OWNER = '+13015550195';

let workspace: Workspace;
let sandbox: Sandbox;
let client: ReturnType<typeof createSandboxClient>;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

/** Serves a sandbox whose clock stands still, with an app that forwards texts and has one sentence for callers. */
async function serve(): Promise<void> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE, clock: 'manual' });
  onTestFinished(sandbox.close);
  client = createSandboxClient(sandbox);
  const app = await startApp(sandbox.authToken);
  onTestFinished(app.close);
  app.answer(async ({ path, form }) => {
    if (path === '/voice') return twiml('<Response><Say>Bye</Say></Response>');
    if (form.From === CONTACT) await client.messages.create({ from: MASK, to: OWNER, body: form.Body ?? '' });
    else await client.messages.create({ from: MASK, to: CONTACT, body: form.Body ?? '' });
    return twiml('<Response/>');
  });
  const urls = { smsUrl: `${app.origin}/sms`, voiceUrl: `${app.origin}/voice` };
  await client.incomingPhoneNumbers.create({ phoneNumber: MASK, ...urls });
  // No test passes midnight.
  await sandbox.clock.advance(DAY_MS - (sandbox.clock.now() % DAY_MS) + DAY_MS / 2);
}

const DAY_MS = 24 * 60 * 60_000;

/** Sends a text from a phone, and lets a second pass: what it causes has arrived. */
async function send(from: string, body: string): Promise<void> {
  await sandbox.phone(from).text(MASK, body);
  await sandbox.clock.advance('1s');
}

async function receive(to: string, body: string): Promise<void> {
  const next = sandbox.phone(to).nextText({ timeout: DEADLINE });
  await client.messages.create({ from: MASK, to, body });
  await sandbox.clock.advance('1s');
  await next;
}

const phones = (...args: string[]): Promise<Ended> => workspace.run(['sandbox', 'phones', ...args]);

async function report(...args: string[]) {
  const { code, stdout, stderr } = await phones(...args, '--json');
  expect(code, stderr).toBe(0);
  return phonesReportSchema.parse(JSON.parse(stdout)).phones;
}

/** The lines that were printed, without their times and days. */
const lines = ({ stdout }: Ended) =>
  stdout
    .replace(/\d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY')
    .trimEnd()
    .split('\n');

describe('the timeline of a phone', () => {
  beforeEach(serve);

  it('has texts and calls, sent and received, in the order of time, with each day', async () => {
    await send(CONTACT, 'Is the bike there?');
    await send(OWNER, 'Yes, it is');
    sandbox.phone(CONTACT).call(MASK);
    await sandbox.clock.advance('1d');
    await send(CONTACT, 'STOP');
    expect(lines(await phones(CONTACT))).toEqual([
      `${CONTACT}  (opted out of ${MASK})`,
      '  DAY UTC',
      `    TIME  to ${MASK}: Is the bike there?`,
      `    TIME  from ${MASK}: Yes, it is`,
      `    TIME  call to ${MASK}: ended after 0.0 s`,
      `${' '.repeat(18)}heard (say)  Bye`,
      '  DAY UTC',
      `    TIME  to ${MASK}: STOP`,
      expect.stringMatching(/^ {4}TIME {2}from \S+ You have successfully been unsubscribed/),
    ]);
    const [owner, contact] = await report();
    expect([owner?.number, contact?.number]).toEqual([OWNER, CONTACT]);
    expect(owner?.timeline).toMatchObject([
      { kind: 'text', direction: 'received', with: MASK, body: 'Is the bike there?' },
      { kind: 'text', direction: 'sent', with: MASK, body: 'Yes, it is' },
      { kind: 'text', direction: 'received', with: MASK, body: 'STOP' },
    ]);
    expect(contact?.timeline[2]).toMatchObject({
      kind: 'call',
      direction: 'outgoing',
      with: MASK,
      state: 'ended',
    });
    const times = contact?.timeline.map(({ at }) => at) ?? [];
    expect(times).toEqual(times.toSorted());
    expect(contact?.optedOutOf).toEqual([MASK]);
  });

  it('is that of the named phone alone, however the number is written', async () => {
    await send(CONTACT, 'Hello');
    expect(lines(await phones('(301) 555-0195'))).toEqual([
      OWNER,
      '  DAY UTC',
      `    TIME  from ${MASK}: Hello`,
    ]);
    expect((await report(OWNER)).map(({ number }) => number)).toEqual([OWNER]);
  });

  it('is empty for a phone that nobody has used, and refused for a number that is not a phone', async () => {
    expect(lines(await phones('+12025550190'))).toEqual(['+12025550190  (no text or call)']);
    expect(await report('+12025550190')).toMatchObject([{ texts: [], sent: [], calls: [], timeline: [] }]);
    expect(await phones(MASK)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`the account owns ${MASK}, so it is not a phone`),
    });
    expect(await phones('12')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not a valid phone number'),
    });
  });

  it('has only the newest entries of each phone with --last', async () => {
    await send(CONTACT, 'One');
    await send(OWNER, 'Two');
    await send(CONTACT, 'Three');
    expect(lines(await phones('--last'))).toEqual([
      OWNER,
      '  DAY UTC',
      `    TIME  from ${MASK}: Three`,
      CONTACT,
      '  DAY UTC',
      `    TIME  to ${MASK}: Three`,
    ]);
    const [contact] = await report(CONTACT, '--last', '2');
    expect(contact).toMatchObject({
      texts: [{ body: 'Two' }],
      sent: [{ body: 'Three' }],
      calls: [],
      timeline: [{ body: 'Two' }, { body: 'Three' }],
    });
    expect(await phones('--last', '0')).toMatchObject({ code: 2 });
  });

  it('has only what happened since a time with --since, by the clock of the sandbox', async () => {
    await send(CONTACT, 'One');
    await sandbox.clock.advance('1h');
    const time = new Date(sandbox.clock.now()).toISOString();
    await send(CONTACT, 'Two');
    for (const since of ['10m', time])
      expect(await report(OWNER, '--since', since)).toMatchObject([
        { texts: [{ body: 'Two' }], timeline: [{ body: 'Two' }] },
      ]);
    expect(lines(await phones(CONTACT, '--since', '10m'))).toEqual([
      CONTACT,
      '  DAY UTC',
      `    TIME  to ${MASK}: Two`,
    ]);
    expect(await phones('--since', 'soon')).toMatchObject({ code: 2 });
  });

  it('is headed by what is unusual about the phone', async () => {
    await send(CONTACT, 'Hello');
    const phone = sandbox.phone(OWNER);
    phone.behave({ texts: { undelivered: 30003 }, calls: 'no-answer' });
    expect(lines(await phones(OWNER))[0]).toBe(`${OWNER}  (off: receives no texts and no calls)`);
    phone.behave({ texts: { undelivered: 30003 }, calls: 'busy', callerId: 'withheld', slow: '5s' });
    expect(lines(await phones(OWNER))[0]).toBe(
      `${OWNER}  (texts end undelivered with 30003; busy; withholds its number; slow by 5 s)`,
    );
    phone.behave({ texts: 'silent', calls: 'no-answer', callbacks: 'reordered', callerId: 'shown', slow: 0 });
    phone.setLabel('Ann');
    expect(lines(await phones(OWNER))[0]).toBe(
      `${OWNER}  Ann  (sends no receipts for texts; answers no calls; status callbacks reordered)`,
    );
    expect(await report(OWNER)).toMatchObject([{ label: 'Ann', behaviour: { texts: 'silent', slow: 0 } }]);
  });
});

describe('sandbox phones --code', () => {
  it('prints the newest code alone on stdout', async () => {
    await serve();
    await receive(OWNER, 'Your code is 111111');
    await receive(OWNER, 'Your Firefox Relay verification code is 222222');
    await receive(OWNER, 'Call +12025550199 or order 12345678');
    await sandbox.phone(OWNER).text(MASK, 'My code is 333333');
    expect(await phones(OWNER, '--code')).toEqual({ code: 0, stdout: '222222\n', stderr: '' });
    const { stdout } = await phones(OWNER, '--code', '--json');
    expect(phoneCodeReportSchema.parse(JSON.parse(stdout))).toMatchObject({
      number: OWNER,
      code: '222222',
      text: { from: MASK, body: 'Your Firefox Relay verification code is 222222' },
    });
  });

  it('takes the only phone with texts, and names the phones if there are several', async () => {
    await serve();
    await receive(OWNER, '認証コードは１２３４５６です');
    expect(await phones('--code')).toEqual({
      code: 0,
      stdout: '123456\n',
      stderr: `The only phone with texts is ${OWNER}.\n`,
    });
    await receive(CONTACT, 'Hello');
    expect(await phones('--code', '--wait', '1')).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        `Failed to find a code: 2 phones have texts: ${CONTACT}, ${OWNER}.`,
        `  Try: relay-phone sandbox phones --code --wait 1 ${CONTACT}`,
        `       relay-phone sandbox phones --code --wait 1 ${OWNER}`,
        '',
      ].join('\n'),
    });
  });

  it('ends with 6 and the texts that were searched if there is none', async () => {
    await serve();
    expect(await phones(OWNER, '--code')).toEqual({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining(`Failed to find a code on ${OWNER}: it has received no text.\n`),
    });
    await receive(OWNER, 'Order 12345678');
    const one = await phones(OWNER, '--code');
    expect([one.code, one.stdout]).toEqual([6, '']);
    expect(one.stderr).toMatch(
      /its only text has no six digits that stand alone; \S+ UTC from \S+ "Order 12345678"\.\n.*\n.*--wait 30/,
    );
    for (const body of ['A', 'B', `C${'\n'}\x1b[31m`]) await receive(OWNER, body);
    const { stderr } = await phones(OWNER, '--code', '--wait', '0.1');
    expect(stderr).toMatch(
      /none of its 4 texts has six digits.*; the newest: \S+ UTC from \S+ "C\\n\\x1b\[31m", .*"B", .*"A"/,
    );
    expect(stderr).not.toContain('--wait');
  });

  it('waits for a code with --wait, also after a reset of the sandbox', async () => {
    await serve();
    for (const body of ['One', 'Two']) await receive(OWNER, body);
    const waiting = phones(OWNER, '--code', '--wait', '60');
    await receive(OWNER, 'Three');
    await sandbox.reset();
    await client.incomingPhoneNumbers.create({ phoneNumber: MASK });
    await receive(OWNER, '654321 is your code');
    expect(await waiting).toMatchObject({ code: 0, stdout: '654321\n', stderr: '' });
  });

  it('waits for a later code than those before --since', async () => {
    await serve();
    await receive(OWNER, 'Your code is 111111');
    await sandbox.clock.advance('1h');
    expect(await phones(OWNER, '--code', '--since', '10m')).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/it has received no text since \d{4}-\S+Z\.\n/),
    });
    const waiting = phones(OWNER, '--code', '--since', '10m', '--wait', '60');
    await receive(OWNER, 'Your code is 222222');
    expect(await waiting).toMatchObject({ code: 0, stdout: '222222\n' });
  });

  it('does not wait if no sandbox runs, because no text can arrive', async () => {
    await serve();
    await receive(OWNER, 'Hello');
    await sandbox.close();
    expect(await phones(OWNER, '--code', '--wait', '600')).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('no sandbox runs, so no text can arrive'),
    });
  });

  it('ends with 6 where no sandbox has run', async () => {
    expect(await phones(OWNER, '--code')).toMatchObject({ code: 6, stdout: '' });
  });
});

it.each([
  [['--wait', '3'], '--wait waits for a code, so it needs --code'],
  [['--code', '--last'], '--code is one code, so it takes no --last'],
  [['--follow', '--code'], '--follow shows what is new, so it takes no --code'],
  [['--follow', '--last', '3'], '--follow shows what is new, so it takes no --last'],
  [['--follow', '--since', '1m'], '--follow shows what is new, so it takes no --since'],
  [['--code', '--wait', '601'], '--wait takes a number of seconds, at most 600'],
])('sandbox phones %j is refused', async (args, reason) => {
  expect(await phones(...args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(reason),
  });
});

describe('sandbox phones --follow', () => {
  /** Starts a follower, and returns the lines after its first one. Each act is over once its text is shown. */
  async function follow(
    args: readonly string[],
    acts: readonly (readonly [act: () => Promise<void>, shown: string])[],
  ): Promise<string[]> {
    const command = ['sandbox', 'phones', '--follow', ...args];
    const { child } = await startServer(workspace, command, /^Following .*\n/m);
    for (const [act, shown] of acts) {
      await act();
      await expect.poll(child.output, { timeout: DEADLINE }).toContain(shown);
    }
    expect(await child.end('SIGINT')).toBe(130);
    expect(await child.exited).toBe(130);
    return child.output().split('\n').slice(1);
  }

  it('prints what happens to one phone, until Ctrl-C', async ({ skip }) => {
    skip(isWindows, NO_POSIX);
    await serve();
    await send(CONTACT, 'Before');
    const act = async () => {
      await send(CONTACT, 'Hello');
      await send(OWNER, 'Hi');
      sandbox.phone(CONTACT).call(MASK);
      await sandbox.clock.advance('1m');
      sandbox.phone(CONTACT).behave({ calls: 'busy' });
      sandbox.phone(CONTACT).behave({ calls: 'answers' });
    };
    const reset = async () => sandbox.reset();
    const shown = await follow(
      [CONTACT],
      [
        [act, 'as usual'],
        [reset, 'reset'],
      ],
    );
    expect(shown.map((line) => line.replace(/^[\d:.]{12} {2}/, ''))).toEqual([
      `to ${MASK}: Hello`,
      `from ${MASK}: Hi`,
      `calls: ${MASK}`,
      'is answered',
      'hears: Bye',
      'is hung up on',
      'now: busy',
      'now: as usual',
      'the sandbox was reset: everything before is gone',
      '',
      'Interrupted.',
      '',
    ]);
  });

  it('prints the number of each phone if it follows all, and one event a line with --json', async ({
    skip,
  }) => {
    skip(isWindows, NO_POSIX);
    await serve();
    const [first, second] = await follow([], [[() => send(CONTACT, 'Hello'), `from ${MASK}`]]);
    expect(first).toMatch(new RegExp(`^\\S+  .${CONTACT.slice(1)}  to .${MASK.slice(1)}: Hello$`));
    expect(second).toMatch(new RegExp(`^\\S+  .${OWNER.slice(1)}  from .${MASK.slice(1)}: Hello$`));
    const printed = await follow(['--json'], [[() => send(CONTACT, 'Again'), '"text.reached-phone"']]);
    const events = printed
      .filter((line) => line.startsWith('{'))
      .map((line) => eventReportSchema.parse(JSON.parse(line)));
    expect(events).toMatchObject([
      { kind: 'phone.texts', from: CONTACT, body: 'Again' },
      { kind: 'text.reached-phone', to: OWNER, body: 'Again' },
    ]);
  });

  it('needs a sandbox that runs', async () => {
    await serve();
    await sandbox.close();
    expect(await phones('--follow')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('relay-phone sandbox, in another terminal'),
    });
  });
});
