// The built CLI on a terminal: its questions, hidden input, and the state of the screen after Ctrl-C.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox } from '../../src/sandbox/create.js';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import { DEADLINE } from '../support/deadline.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import {
  hasTerminals,
  KEY,
  startOnTerminal,
  type Terminal,
  type TerminalOptions,
} from '../support/pseudo-terminal.js';
import { countResources, type ResourceCounts } from '../support/resource-counts.js';
import { createSandboxClient } from '../support/sandbox-client.js';
import { isWindows, NO_POSIX, NO_TERMINALS } from '../support/skips.js';
import { createTwilioEdge } from '../support/twilio-edge.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const TOKEN = '0123456789abcdef0123456789abcdef';
const ACCOUNT_SID = `AC${'1'.repeat(32)}`;
const NGROK_TOKEN = '2abcDEF0123456789_0123456789abcdefABCDEF';
const PHONE = '+12025550190';
const WHICH = 'Which Twilio?';
const BUY = 'Buy it for 1.15 USD a month (sandbox: no real money)?';
const ESCAPE = String.fromCharCode(27);
/** Select Graphic Rendition: colours, bold, dim. */
const PAINT = new RegExp(`${ESCAPE}\\[[\\d;]*m`);
const CURSOR = new RegExp(`${ESCAPE}\\[\\?25([hl])`, 'g');

let workspace: Workspace;
beforeEach(({ skip }) => {
  skip(!hasTerminals, NO_TERMINALS);
  workspace = createWorkspace();
  // Not in afterEach, which runs before the runs that use the folder have ended.
  onTestFinished(workspace.remove);
});

function start(args: readonly string[], environment: TerminalOptions['environment'] = {}): Terminal {
  return startOnTerminal(args, { cwd: workspace.path, environment });
}

function serve() {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  return serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
}

async function countAll(): Promise<ResourceCounts> {
  const sandbox = await serve();
  const counts = await countResources(sandbox);
  await sandbox.close();
  return counts;
}

/** Starts a sandbox in place of Twilio. Returns it with the environment that sends the CLI there. */
async function startTwilio() {
  const sandbox = await createSandbox({ account: { sid: ACCOUNT_SID, authToken: TOKEN } });
  const edge = await createTwilioEdge(sandbox.origin);
  onTestFinished(async () => {
    await edge.close();
    await sandbox.close();
  });
  return { sandbox, environment: edge.environment };
}

/** Checks that the terminal is usable again: the last sequence about the cursor shows it. */
function verifyUsable(terminal: Terminal): void {
  const cursor = [...terminal.received().matchAll(CURSOR)].map(([, state]) => state);
  expect(cursor.at(-1) ?? 'h').toBe('h');
}

async function verifyInterrupted(terminal: Terminal): Promise<void> {
  expect(await terminal.ended).toBe(130);
  expect(terminal.shown()).toMatch(/Interrupted\.\s*$/);
  verifyUsable(terminal);
}

describe('on a terminal', () => {
  describe('init without credentials', () => {
    it('says where to find them, and sets up the sandbox to a delivered text', async () => {
      const terminal = start(['init']);
      await terminal.answer(WHICH, KEY.enter);
      await terminal.answer(BUY, 'y', KEY.enter);
      expect(await terminal.ended).toBe(0);
      const [before = ''] = terminal.shown().split(BUY, 1);
      expect(before).toContain(
        'the first page of https://console.twilio.com shows account SID and auth token',
      );
      expect(before).toContain(
        'The sandbox does the same on this machine, without an account, money or internet.',
      );
      expect(before).not.toContain('bought');
      expect(terminal.shown()).toMatch(
        /delivered to \+12025550190, which shows: .* verification code is \d{6}/,
      );
      expect(await countAll()).toEqual({ numbers: 1, apps: 1, texts: 1 });
      verifyUsable(terminal);
    });

    it('buys nothing after "n", and says that it was declined', async () => {
      const terminal = start(['init', '--sandbox']);
      await terminal.answer(BUY, 'n', KEY.enter);
      expect(await terminal.ended).toBe(3);
      expect(terminal.shown()).toMatch(
        /Declined: buy \+1\d{10} \(1\.15 USD a month\), nothing was changed\./,
      );
      expect(terminal.shown()).not.toContain('Failed');
      expect(await countAll()).toEqual({ numbers: 0, apps: 0, texts: 0 });
      expect(workspace.list()).not.toContain('.env');
    });

    it('spends imaginary money after Enter alone, and no real money', async () => {
      const imaginary = start(['init', '--sandbox']);
      await imaginary.answer(BUY, KEY.enter);
      expect(await imaginary.ended).toBe(0);
      expect(await countAll()).toMatchObject({ numbers: 1 });
      workspace.removeFiles(['.env', '.relay-phone/journal.jsonl']);
      const { sandbox, environment } = await startTwilio();
      const signIn = { ...environment, TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: TOKEN };
      const real = start(['init', '--public-url', 'https://relay.example.com'], signIn);
      await real.answer('Buy it for 1.15 USD a month?', KEY.enter);
      expect(await real.ended).toBe(3);
      expect(await countResources(sandbox)).toMatchObject({ numbers: 0 });
    });

    it('asks for an account, asks again after a malformed SID, and never prints the token', async () => {
      // The discard port is closed, so the first request to Twilio fails.
      const terminal = start(['init'], { HTTPS_PROXY: 'http://127.0.0.1:9' });
      await terminal.answer(WHICH, KEY.down, KEY.enter);
      await terminal.answer('Account SID', 'AC123', KEY.enter);
      await terminal.answer('is AC followed by 32 hex digits', KEY.clear, `SK${'1'.repeat(32)}`, KEY.enter);
      await terminal.answer('this is the SID of an API key', KEY.clear, ACCOUNT_SID, KEY.enter);
      await terminal.answer('Auth token (not shown)', TOKEN.slice(1), KEY.enter);
      // A refused entry is cleared: nobody could see that it is still there.
      await terminal.answer('this has 31 characters', TOKEN, KEY.enter);
      expect(await terminal.ended).toBe(5);
      expect(terminal.shown()).toMatch(/Failed to .*: .* refused the connection/);
      for (const secret of [TOKEN, TOKEN.slice(1), TOKEN.slice(0, 8), TOKEN.slice(-8)]) {
        expect(terminal.received()).not.toContain(secret);
      }
      for (const file of workspace.list().filter((name) => /jsonl|holder/.test(name))) {
        expect(workspace.read(file)).not.toContain(TOKEN);
      }
      expect(workspace.list()).not.toContain('.env');
      verifyUsable(terminal);
    });
  });

  describe('init with a Twilio account', () => {
    it('asks for each missing setting, up to a delivered text', async () => {
      const { sandbox, environment } = await startTwilio();
      const terminal = start(['init'], environment);
      await terminal.answer(WHICH, KEY.down, KEY.enter);
      await terminal.answer('Account SID', ACCOUNT_SID, KEY.enter);
      await terminal.answer('Auth token (not shown)', TOKEN, KEY.enter);
      await terminal.answer('Buy it for 1.15 USD a month?', 'y', KEY.enter);
      await terminal.answer('Public base', 'http://relay.example.com', KEY.enter);
      await terminal.answer('must start with https://', KEY.clear, 'https://relay.example.com', KEY.enter);
      await terminal.answer('Your own phone number', '+1555', KEY.enter);
      await terminal.answer('is not a valid phone number', KEY.clear, '+13015550195', KEY.enter);
      expect(await terminal.ended).toBe(0);
      expect(terminal.shown()).toContain('delivered to +13015550195');
      expect(terminal.received()).not.toContain(TOKEN);
      expect(await countResources(sandbox)).toEqual({ numbers: 1, apps: 1, texts: 1 });
    });

    it('says what ngrok is for, goes on with its domain, and stores both settings after a yes', async () => {
      const { environment } = await startTwilio();
      const signIn = { ...environment, TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: TOKEN };
      const terminal = start(['init', '--real-number', '+13015550195'], signIn);
      await terminal.answer('Buy it for 1.15 USD a month?', 'y', KEY.enter);
      await terminal.waitFor('https://dashboard.ngrok.com/domains');
      await terminal.waitFor('https://dashboard.ngrok.com/get-started/your-authtoken');
      await terminal.answer('Public base', 'my-name.ngrok-free.app', KEY.enter);
      await terminal.answer("ngrok's authtoken", 'ngrok config add-authtoken x', KEY.enter);
      await terminal.answer('without a command or quotes', NGROK_TOKEN, KEY.enter);
      await terminal.answer('Store the domain and the authtoken in', KEY.enter);
      expect(await terminal.ended).toBe(0);
      expect(workspace.read('.env')).toContain('NGROK_DOMAIN=my-name.ngrok-free.app\n');
      expect(workspace.read('.env')).toContain(`NGROK_AUTHTOKEN=${NGROK_TOKEN}\n`);
      expect(workspace.read('.env')).toContain('SITE_ORIGIN=https://my-name.ngrok-free.app\n');
      expect(terminal.received()).not.toContain(NGROK_TOKEN);
      const again = await workspace.run(['init', '--yes'], { environment: signIn });
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was changed') });
      expect(await workspace.run(['undo', '--yes'], { environment: signIn })).toMatchObject({ code: 0 });
      expect(workspace.list()).not.toContain('.env');
    });

    it('stores nothing of ngrok after a no', async () => {
      const { environment } = await startTwilio();
      const signIn = { ...environment, TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: TOKEN };
      const terminal = start(['init', '--real-number', '+13015550195'], signIn);
      await terminal.answer('Buy it for 1.15 USD a month?', 'y', KEY.enter);
      await terminal.answer('Public base', 'https://my-name.ngrok-free.app', KEY.enter);
      await terminal.answer("ngrok's authtoken", KEY.enter);
      await terminal.answer('Store the domain in', 'n', KEY.enter);
      expect(await terminal.ended).toBe(0);
      expect(workspace.read('.env')).not.toContain('NGROK');
    });

    it('offers the numbers of the account, marks those in use, and shows the planned changes', async () => {
      const { sandbox, environment } = await startTwilio();
      const signIn = { ...environment, TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: TOKEN };
      const base = ['--real-number', '+13015550195', '--public-url', 'https://relay.example.com'];
      const args = ['init', ...base];
      expect(await workspace.run([...args, '--yes', '--buy'], { environment: signIn })).toMatchObject({
        code: 0,
      });
      workspace.removeFiles(['.env', '.relay-phone/journal.jsonl']);
      const client = createSandboxClient(sandbox);
      const [number] = await client.incomingPhoneNumbers.list();
      const [app] = await client.applications.list();
      const [numberSid, appSid] = [number?.sid ?? '', app?.sid ?? ''];
      await client.applications(appSid).update({ smsUrl: 'https://somebody.example.com/sms' });
      await client.incomingPhoneNumbers(numberSid).update({ smsApplicationSid: appSid });

      const terminal = start(args, signIn);
      await terminal.waitFor(`${number?.phoneNumber} (in use by an app)`);
      await terminal.answer('buy a new one', KEY.enter);
      await terminal.waitFor('- smsUrl: https://somebody.example.com/sms');
      await terminal.waitFor('+ smsUrl: https://relay.example.com/api/v1/inbound_sms');
      await terminal.answer('Make this change?', 'n', KEY.enter);
      expect(await terminal.ended).toBe(3);
      expect((await client.applications(appSid).fetch()).smsUrl).toBe('https://somebody.example.com/sms');
      expect(await countResources(sandbox)).toMatchObject({ numbers: 1, apps: 1, texts: 1 });
    });
  });

  describe('undo', () => {
    beforeEach(async () => {
      expect(await workspace.run(['init', '--sandbox', '--yes'])).toMatchObject({ code: 0 });
    });

    it('reverts nothing without consent', async () => {
      const terminal = start(['undo']);
      await terminal.answer('Undo 4 changes?', KEY.enter);
      expect(await terminal.ended).toBe(3);
      expect(terminal.shown()).toContain('Declined: undo the changes, nothing was changed.');
      expect(terminal.shown()).not.toContain('Try:');
      expect(workspace.read('.env')).toContain('TWILIO_ACCOUNT_SID');
      expect(await countAll()).toEqual({ numbers: 1, apps: 1, texts: 1 });
    });

    it('asks about the number separately, and keeps it without consent', async () => {
      const number = /^TWILIO_MAIN_NUMBER=(\+1\d{10})$/m.exec(workspace.read('.env'))?.[1];
      const first = start(['undo']);
      await first.answer('Undo 4 changes?', 'y', KEY.enter);
      await first.answer(`Also release ${number} for good?`, 'n', KEY.enter);
      expect(await first.ended).toBe(0);
      expect(workspace.list()).not.toContain('.env');
      expect(await countAll()).toMatchObject({ numbers: 1, apps: 0 });

      const second = start(['undo']);
      await second.answer('Undo 1 change', 'y', KEY.enter);
      await second.answer(`Also release ${number} for good?`, 'y', KEY.enter);
      expect(await second.ended).toBe(0);
      expect(await countAll()).toMatchObject({ numbers: 0 });
    });
  });

  describe('init ends with 130', () => {
    const QUESTIONS: readonly [string, readonly string[], string][] = [
      ['the choice', [], 'select'],
      ['the purchase', ['--sandbox'], BUY],
      ['the token', ['--account-sid', ACCOUNT_SID], 'Auth token'],
    ];

    it.each(QUESTIONS)('on Ctrl-C at the question about %s', async (_what, flags, question) => {
      const terminal = start(['init', ...flags]);
      await terminal.answer(question, KEY.ctrlC);
      expect(await terminal.ended).toBe(130);
      verifyUsable(terminal);
      expect(await workspace.run(['init', '--sandbox', '--yes'])).toMatchObject({ code: 0 });
      expect(await countAll()).toEqual({ numbers: 1, apps: 1, texts: 1 });
    });

    it.each(QUESTIONS)('on Ctrl-D at the question about %s', async (_what, flags, question) => {
      const terminal = start(['init', ...flags]);
      await terminal.answer(question, KEY.ctrlD);
      expect(await terminal.ended).toBe(130);
      expect(terminal.shown()).toContain('the question was not answered');
      verifyUsable(terminal);
    });

    it.for(QUESTIONS)('on SIGTERM at the question about %s', async ([_what, flags, question], { skip }) => {
      skip(isWindows, NO_POSIX);
      const terminal = start(['init', ...flags]);
      await terminal.waitFor(question);
      terminal.kill('SIGTERM');
      await verifyInterrupted(terminal);
    });

    it('on Ctrl-C during a request to Twilio', async () => {
      const sandbox = await serve();
      const { reached } = sandbox.fail({ method: 'POST', path: '/Applications.json', answer: 'hang' });
      const terminal = start(['init', '--sandbox', '--yes']);
      await reached;
      terminal.type(KEY.ctrlC);
      await verifyInterrupted(terminal);
      await sandbox.close();
    });

    it('on Ctrl-C while it shows progress', async () => {
      const sandbox = await serve();
      sandbox.phone(PHONE).behave({ texts: 'silent' });
      const terminal = start(['init', '--sandbox', '--yes']);
      await terminal.waitFor('the text is sent');
      terminal.type(KEY.ctrlC);
      await verifyInterrupted(terminal);
      await sandbox.close();
    });
  });

  it('tunnel leaves the terminal to its app, which receives Ctrl-C once', async () => {
    const app = `let count = 0;
      process.on('SIGINT', () => { count += 1; });
      process.on('SIGTERM', () => setTimeout(() => { console.log('interrupted: ' + count); process.exit(); }, 300));
      process.stdin.once('data', (line) => console.log('it read ' + line));
      console.log('on a terminal: ' + process.stdin.isTTY); setInterval(() => undefined, 1000)`;
    const terminal = start([
      'tunnel',
      '--sandbox',
      '--yes',
      '--port',
      '0',
      '--',
      process.execPath,
      '-e',
      app,
    ]);
    await terminal.answer('on a terminal: true', 'words', KEY.enter);
    await terminal.waitFor('it read words');
    terminal.type(KEY.ctrlC);
    await verifyInterrupted(terminal);
    expect(terminal.shown()).toContain('interrupted: 1');
  });

  describe('the output of init', () => {
    /** Runs init with prompts, steps and a slow text. Returns everything the terminal received. */
    async function runThrough(args: readonly string[], environment: TerminalOptions['environment']) {
      const sandbox = await serve();
      sandbox.phone(PHONE).behave({ texts: 'silent' });
      const terminal = start(['init', ...args], environment);
      await terminal.answer(WHICH, KEY.enter);
      await terminal.answer(BUY, 'y', KEY.enter);
      await terminal.waitFor('the text is sent');
      terminal.type(KEY.ctrlC);
      expect(await terminal.ended).toBe(130);
      await sandbox.close();
      return terminal.received();
    }

    it('has colour by default', async () => {
      expect(await runThrough([], {})).toMatch(PAINT);
    });

    it.each([
      ['NO_COLOR', [], { NO_COLOR: '1' }],
      ['--no-color', ['--no-color'], {}],
      ['TERM=dumb', [], { TERM: 'dumb' }],
    ])('has no colour with %s', async (_name, args, environment) => {
      expect(await runThrough(args, environment)).not.toMatch(PAINT);
    });
  });
});
