// `relay-phone phone` on a terminal, and in several processes that chat through `serve`.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { DEADLINE } from '../support/deadline.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { startPhone } from '../support/phone-process.js';
import { hasTerminals, KEY, startOnTerminal, type Terminal } from '../support/pseudo-terminal.js';
import { startSandbox, startServer } from '../support/sandbox-child.js';
import { createSandboxClient } from '../support/sandbox-client.js';
import { NO_TERMINALS, skipOnWindows } from '../support/skips.js';
import { startApp, twiml } from '../support/webhook-app.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const [OWNER, CONTACT] = ['+12025550190', '+13015550195'];
const NUMBER = '+12025550100';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
});

const start = (...args: string[]) => startOnTerminal(args, { cwd: workspace.path });

async function serve(): Promise<Sandbox> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
  onTestFinished(sandbox.close);
  return sandbox;
}

describe('relay-phone phone on a terminal', () => {
  beforeEach(({ skip }) => skip(!hasTerminals, NO_TERMINALS));

  it('keeps the words that are typed while a text arrives, and sends them whole', async () => {
    const sandbox = await serve();
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER });
    const terminal = start('phone');
    await terminal.waitFor(`→ ${NUMBER} › `);
    terminal.type('Half a ');
    await terminal.waitFor('Half a ');
    await client.messages.create({ from: NUMBER, to: OWNER, body: 'Interrupting' });
    await terminal.waitFor(`${NUMBER}: Interrupting`);
    await terminal.waitFor(`→ ${NUMBER} › Half a `);
    terminal.type('sentence', KEY.enter);
    await expect.poll(() => sandbox.phone(OWNER).sent().length, { timeout: DEADLINE }).toBe(1);
    expect(sandbox.phone(OWNER).sent()).toMatchObject([{ body: 'Half a sentence', to: NUMBER }]);
    terminal.type('/unknown', KEY.enter);
    await terminal.waitFor('✗ Failed to understand /unknown');
    terminal.type('/quit', KEY.enter);
    expect(await terminal.ended).toBe(0);
  });

  it.each([
    ['Ctrl-C', KEY.ctrlC, 130],
    ['Ctrl-D', KEY.ctrlD, 0],
  ])('hangs up and gives the phone back at %s', async (_name, key, code) => {
    const sandbox = await serve();
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(() => twiml('<Response><Say>Hello</Say><Pause length="600"/></Response>'));
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: `${app.origin}/voice` });
    const terminal = start('phone');
    await terminal.waitFor(`→ ${NUMBER} › `);
    await client.calls.create({ from: NUMBER, to: OWNER, url: `${app.origin}/voice` });
    await terminal.waitFor(`${NUMBER} is calling: /answer or /decline`);
    await terminal.waitFor(`ringing → ${NUMBER} › `);
    terminal.type('/answer', KEY.enter);
    await terminal.waitFor('heard: Hello');
    await terminal.waitFor(`in call → ${NUMBER} › `);
    terminal.type(key);
    expect(await terminal.ended).toBe(code);
    expect(sandbox.phone(OWNER).calls()).toMatchObject([{ state: 'ended' }]);
    expect(sandbox.phone(OWNER).behaviour().calls).toBe('answers');
  });

  it('says that the sandbox stopped, and goes on when it runs again', async (context) => {
    skipOnWindows(context);
    const first = await startSandbox(workspace, '--port', '0');
    await workspace.run(['init', '--sandbox', '--yes']);
    const terminal = start('phone');
    await terminal.waitFor('› ');
    await first.end('SIGINT');
    await terminal.waitFor('the sandbox has stopped; this goes on once it runs again');
    await startSandbox(workspace, '--port', '0');
    await terminal.waitFor('The sandbox runs again, at ');
    terminal.type('/to', KEY.enter);
    await terminal.waitFor('(texts and calls go here)');
    terminal.type(KEY.ctrlD);
    expect(await terminal.ended).toBe(0);
  });
});

describe('relay-phone call on a terminal', () => {
  beforeEach(({ skip }) => skip(!hasTerminals, NO_TERMINALS));

  /** Calls an app that waits for a key for ten minutes. */
  async function call(): Promise<{ readonly terminal: Terminal; readonly sandbox: Sandbox }> {
    const sandbox = await serve();
    const app = await startApp(sandbox.authToken);
    onTestFinished(app.close);
    app.answer(({ path, form }) =>
      path === '/voice'
        ? twiml(
            '<Response><Gather numDigits="1" timeout="600" action="/keys"><Say>A key</Say></Gather></Response>',
          )
        : twiml(`<Response><Say>Thank you for ${form.Digits}</Say><Pause length="600"/></Response>`),
    );
    const client = createSandboxClient(sandbox);
    await client.incomingPhoneNumbers.create({ phoneNumber: NUMBER, voiceUrl: `${app.origin}/voice` });
    const terminal = start('call', '--from', CONTACT, '--to', NUMBER);
    await terminal.waitFor('Type 0-9, * and # to press keys, and h to hang up.');
    await terminal.waitFor('app waits');
    return { terminal, sandbox };
  }

  it('presses the keys that are typed, and hangs up with h', async () => {
    const { terminal, sandbox } = await call();
    // An arrow is no key of a phone.
    terminal.type(KEY.down);
    terminal.type('1');
    await terminal.waitFor('Thank you for 1');
    terminal.type('h');
    expect(await terminal.ended).toBe(0);
    const [logged] = sandbox.phone(CONTACT).calls();
    expect(logged).toMatchObject({ state: 'ended', said: [{ kind: 'keys', content: '1' }] });
  });

  it('hangs up at Ctrl-C', async () => {
    const { terminal, sandbox } = await call();
    terminal.type(KEY.ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(sandbox.phone(CONTACT).calls()).toMatchObject([{ state: 'ended' }]);
  });
});

describe('two phones in two processes', () => {
  it('chat and call through serve, and neither sees the number of the owner', async (context) => {
    skipOnWindows(context);
    await workspace.run(['init', '--sandbox', '--yes']);
    const mask = /^TWILIO_MAIN_NUMBER=(\S+)/m.exec(workspace.read('.env'))?.[1] ?? '';
    await startServer(
      workspace,
      ['serve', '--yes', '--port', '0', '--mask', mask, '--real-number', OWNER],
      /The relay is at (\S+),/,
    );
    const owner = await startPhone(workspace, OWNER);
    const contact = await startPhone(workspace, CONTACT);
    contact.type('Is the bike still there?');
    await owner.waitFor(/Is the bike still there\?$/m);
    owner.type('Yes, it is');
    await contact.waitFor(`${mask}: Yes, it is`);
    contact.type('/call');
    await owner.waitFor(`${CONTACT} is calling`);
    owner.type('/answer');
    await owner.waitFor('answered');
    contact.type('/say Can I come by?');
    await owner.waitFor('heard: Can I come by?');
    owner.type('/press 5');
    await contact.waitFor('heard: 5');
    owner.type('/hangup');
    await contact.waitFor('the call is over');
    expect(await Promise.all([owner.end(), contact.end()])).toEqual([0, 0]);
    expect(contact.output()).not.toContain(OWNER.slice(-7));
  });
});
