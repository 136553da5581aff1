// `relay-phone send-test` in live mode, where a person reads the code: asked on a terminal, or told to run it again.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSandbox } from '../src/sandbox/create.js';
import type { Sandbox } from '../src/sandbox/sandbox.js';
import { hasTerminals, KEY, startOnTerminal, type Terminal } from './support/pseudo-terminal.js';
import { APP_TOKEN, type RelayApp, startRelayApp } from './support/relay-app.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { readReport } from './support/send-test.js';
import { NO_TERMINALS } from './support/skips.js';
import { createTwilioEdge } from './support/twilio-edge.js';
import { createWorkspace, type Ended, type Workspace } from './support/workspace.js';

const [MAIN, PHONE] = ['+12025550100', '+13015550195'] as const;
const SID = `AC${'1a'.repeat(16)}`;
const TOKEN = '0123456789abcdef0123456789abcdef';

let workspace: Workspace;
let sandbox: Sandbox;
let app: RelayApp;
let environment: Record<string, string>;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  sandbox = await createSandbox({ account: { sid: SID, authToken: TOKEN } });
  onTestFinished(sandbox.close);
  const edge = await createTwilioEdge(sandbox.origin);
  onTestFinished(edge.close);
  await createSandboxClient(sandbox).incomingPhoneNumbers.create({ phoneNumber: MAIN });
  app = await startRelayApp(sandbox, MAIN);
  environment = {
    ...edge.environment,
    TWILIO_ACCOUNT_SID: SID,
    TWILIO_AUTH_TOKEN: TOKEN,
    TWILIO_MAIN_NUMBER: MAIN,
    RELAY_PHONE_API_TOKEN: APP_TOKEN,
  };
});

const names = () => app.asked.map(({ name }) => name);

function verifySecret(shown: string): void {
  for (const secret of [TOKEN, APP_TOKEN]) expect(shown).not.toContain(secret);
}

async function ask(...args: string[]): Promise<Ended> {
  const ended = await workspace.run(['send-test', '--app', app.origin, ...args], { environment });
  verifySecret(ended.stdout + ended.stderr);
  return ended;
}

describe('send-test without a terminal', () => {
  it('follows the text, says to run it again with the code, and then submits the code', async () => {
    const first = await ask(PHONE, '--verify', '--json');
    expect(first.code).toBe(3);
    expect(first.stderr).toContain('relay-phone send-test --verify --code NNNNNN, within five minutes');
    expect(readReport(first)).toMatchObject({
      target: 'live',
      text: { to: PHONE, status: 'delivered', shown: null },
      verified: null,
      error: { kind: 'needsUser' },
    });
    const code = app.codeOf(PHONE) ?? '';
    expect(first.stdout + first.stderr).not.toContain(code);
    const second = await ask(PHONE, '--code', code, '--json');
    expect([second.code, readReport(second).verified]).toEqual([0, 'now']);
    expect(workspace.list()).toEqual([]);
  });

  it('says that an earlier code has expired when the app sends a new one', async () => {
    const late = await ask(PHONE, '--code', '000000');
    expect([late.code, late.stdout]).toEqual([3, expect.stringContaining('000000 has expired')]);
  });

  it('buys and sends nothing with --yes alone', async () => {
    const unasked = await ask(PHONE, '--mask', '--yes');
    expect([unasked.code, unasked.stderr]).toEqual([
      3,
      expect.stringContaining('relay-phone send-test --mask --yes --buy'),
    ]);
    expect(names()).toEqual([]);
    app.verify(PHONE);
    const bought = await ask(PHONE, '--mask', '--yes', '--buy', '--json');
    expect(readReport(bought).mask).toMatchObject({ phoneNumber: app.mask(), outcome: 'taken' });
  });

  it('requires a phone', async () => {
    expect(await ask()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('relay-phone send-test +1…'),
    });
    environment.RELAY_PHONE_REAL_NUMBER = PHONE;
    expect(await ask()).toMatchObject({ code: 0, stdout: expect.stringContaining(`delivered to ${PHONE}`) });
  });

  it('reports an app that texts from another main number', async () => {
    environment.TWILIO_MAIN_NUMBER = '+12025550111';
    const { code, stderr } = await ask(PHONE);
    expect([code, stderr]).toEqual([
      6,
      expect.stringContaining(`the app sent it from ${MAIN}, but the main number here is +12025550111`),
    ]);
  });

  it('requires a main number to send without an app', async () => {
    environment.TWILIO_MAIN_NUMBER = '';
    const without = await workspace.run(['send-test', '--direct', PHONE], { environment });
    expect(without).toMatchObject({ code: 3, stderr: expect.stringContaining('there is no main number') });
    environment.TWILIO_MAIN_NUMBER = MAIN;
    const self = await workspace.run(['send-test', '--direct', MAIN], { environment });
    expect(self).toMatchObject({ code: 2, stderr: expect.stringContaining('is the main number itself') });
    const sent = await workspace.run(['send-test', '--direct', PHONE], { environment });
    expect([sent.code, sent.stdout]).toEqual([0, expect.stringContaining(`delivered to ${PHONE}`)]);
  });
});

describe('send-test on a terminal', () => {
  beforeEach(({ skip }) => skip(!hasTerminals, NO_TERMINALS));

  const start = (...args: string[]): Terminal =>
    startOnTerminal(['send-test', '--app', app.origin, ...args], { cwd: workspace.path, environment });

  it('asks for phone, code and mask, and buys the mask after consent', async () => {
    const terminal = start('--mask');
    await terminal.answer('The phone to send the text to', '12', KEY.enter);
    await terminal.answer('it is not in E.164 form', KEY.clear, PHONE, KEY.enter);
    await terminal.waitFor(`delivered to ${PHONE}`);
    await terminal.answer(`The code on ${PHONE}`, '12', KEY.enter);
    await terminal.answer('a code has six digits', KEY.clear, app.codeOf(PHONE) ?? '', KEY.enter);
    await terminal.waitFor('is verified in the app');
    await terminal.answer('Which mask?', KEY.down, KEY.enter);
    await terminal.answer('Buy it for 1.15 USD a month?', 'y', KEY.enter);
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown()).toContain(`${app.mask()} is the mask of ${PHONE}`);
    verifySecret(terminal.received());
  });

  it('buys nothing without consent, and says that the phone is verified', async () => {
    app.verify(PHONE);
    const terminal = start(PHONE, '--mask');
    await terminal.answer('Which mask?', KEY.enter);
    await terminal.answer('Buy it for', KEY.enter);
    expect(await terminal.ended).toBe(3);
    expect(terminal.shown()).toMatch(
      /is verified in the app already[\s\S]*Declined: have the app buy [\s\S]*, nothing more was changed\./,
    );
    expect([app.mask(), names().includes('POST relaynumber')]).toEqual([undefined, false]);
  });

  it('ends on Ctrl-C at a question, and the code stays valid', async () => {
    const terminal = start(PHONE, '--verify');
    await terminal.answer('The code on', KEY.ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(await ask(PHONE, '--code', app.codeOf(PHONE) ?? '')).toMatchObject({ code: 0 });
  });
});
