// `relay-phone serve` with the built CLI and the sandbox as Twilio, including recovery after a kill.
import { statSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { relayEventReportSchema, serveReportSchema, tokenReportSchema } from '../src/reports.js';
import { type JoinedSandbox, joinSandbox } from '../src/sandbox/instance/join.js';
import { DEADLINE } from './support/deadline.js';
import { findPort } from './support/find-port.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { type ServerChild, startSandbox, startServer } from './support/sandbox-child.js';
import { createSandboxClient } from './support/sandbox-client.js';
import { skipOnWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

beforeEach(skipOnWindows);

const [REAL, ANN, BOB] = ['+13015550195', '+12125550190', '+13055550191'] as const;
const ADDRESS = /[Tt]he relay is at (http:\/\/127\.0\.0\.1:\d+)/;

let workspace: Workspace;
let mask: string;
let port: number;
beforeEach(async () => {
  workspace = createWorkspace();
  onTestFinished(workspace.remove);
  port = await findPort();
  await workspace.run(['init', '--sandbox', '--yes', '--public-url', `http://127.0.0.1:${port}`]);
  mask = /TWILIO_MAIN_NUMBER=(\S+)/.exec(workspace.read('.env'))?.[1] ?? '';
});

const command = (...flags: string[]) => ['serve', '--port', String(port), ...flags];

async function serve(...flags: string[]): Promise<ServerChild> {
  return (await startServer(workspace, command('--yes', ...flags), ADDRESS)).child;
}

function join(): Promise<JoinedSandbox> {
  return joinSandbox(openOwnStateFolder(workspace.file('.relay-phone')), {
    command: 'test',
    timeoutMs: DEADLINE,
  });
}

const text = (from: string, body: string) =>
  workspace.run(['text', '--from', from, '--to', mask, '--', body]);

/** Waits until a phone has `count` texts of the mask. Returns their bodies, oldest first. */
async function received({ control }: JoinedSandbox, phone: string, count: number): Promise<string[]> {
  for (let after = 0; ; ) {
    const bodies = (await control.texts(phone)).filter(({ from }) => from === mask).map(({ body }) => body);
    if (bodies.length >= count) return bodies;
    after = (await control.nextText(phone, { after, timeout: DEADLINE })).after;
  }
}

describe('serve', () => {
  it('points the sandbox to itself, whatever SITE_ORIGIN is', async () => {
    const flags = command('--yes', '--real-number', REAL);
    const elsewhere = { SITE_ORIGIN: 'http://127.0.0.1:1' };
    const { address } = await startServer(workspace, flags, /reaches it under (\S+)\. Ctrl-C/, elsewhere);
    expect(address[1]).toBe(`http://127.0.0.1:${port}`);
  });

  it('relays texts, replies and calls, prints them with masked numbers, and ends cleanly', async () => {
    const relay = await serve('--real-number', REAL);
    const sandbox = await join();
    expect((await text(ANN, 'I am Ann')).code).toBe(0);
    expect((await text(BOB, 'I am Bob')).code).toBe(0);
    expect((await text(REAL, 'Hi Bob')).code).toBe(0);
    expect((await text(REAL, '0190: Hi Ann')).code).toBe(0);
    await workspace.run(['call', '--from', ANN, '--to', mask, '--hang-up-after', '2']);
    expect(await received(sandbox, REAL, 2)).toEqual([
      `[Relay 📲 ${ANN}] I am Ann`,
      `[Relay 📲 ${BOB}] I am Bob`,
    ]);
    expect(await received(sandbox, BOB, 1)).toEqual(['Hi Bob']);
    // The default phone of the sandbox also has the verification text of init, from the same number.
    expect((await received(sandbox, ANN, 1)).at(-1)).toBe('Hi Ann');
    expect(await sandbox.control.calls(REAL)).toMatchObject([{ shown: ANN, direction: 'incoming' }]);
    expect(await sandbox.control.whoSaw(REAL)).toEqual([]);
    expect(await relay.end('SIGINT')).toBe(130);
    await relay.exited;
    expect(relay.output()).toMatch(/Relayed texts: 2, replies: 2, calls: 1\.\n/);
    expect(relay.output()).not.toMatch(/3015550195|2125550190|I am Ann/);
    expect(relay.output()).not.toContain(sandbox.authToken);
  });

  it('authenticates its owner with a token that only --show-token prints', async () => {
    const relay = await serve('--real-number', REAL);
    const shown = await workspace.run(['serve', '--show-token']);
    expect(shown).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^[0-9a-f]{40}\n$/) });
    expect(statSync(workspace.file('.relay-phone/relay-token')).mode & 0o777).toBe(0o600);
    const token = shown.stdout.trim();
    const ask = (authorization: string) =>
      fetch(`http://127.0.0.1:${port}/api/v1/relaynumber/`, { headers: { authorization } });
    expect(await (await ask(`Token ${token}`)).json()).toMatchObject([{ number: mask }]);
    expect((await ask('Token x')).status).toBe(401);
    const document = await workspace.run(['serve', '--show-token', '--json']);
    expect(tokenReportSchema.parse(JSON.parse(document.stdout))).toEqual({ command: 'serve', token });
    expect(relay.output()).not.toContain(token);
  });

  it('starts without flags after the first setup, and prints one document a line under --json', async () => {
    await (await serve('--real-number', REAL)).end('SIGTERM');
    const relay = await serve('--json', '--show-numbers');
    const sandbox = await join();
    await text(ANN, 'Hello');
    await received(sandbox, REAL, 1);
    await relay.end('SIGINT');
    await relay.exited;
    const documents = relay
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as object);
    expect(serveReportSchema.parse(documents[0])).toMatchObject({
      target: 'sandbox',
      masks: [{ number: mask, realNumber: REAL }],
    });
    const events = documents.slice(1).map((document) => relayEventReportSchema.parse(document));
    expect(events[0]).toMatchObject({ kind: 'text.came', from: ANN, mask });
    expect(events.at(-1)).toMatchObject({ kind: 'summary', texts: 1, waiting: 0 });
  });

  it('relays unfinished and missed texts once and in order after kill -9', async () => {
    await startSandbox(workspace, '--port', '0');
    const sandbox = await join();
    const bodies = Array.from({ length: 12 }, (_, index) => `text ${index}`);
    const all = bodies.flatMap((body, index) => (index % 4 === 3 ? [body, `${body}, missed`] : [body]));
    let relay = await serve('--real-number', REAL);
    for (const [index, body] of bodies.entries()) {
      if (index % 4 === 2) {
        // Twilio has the text, but the relay got no answer.
        await sandbox.control.fail({
          method: 'POST',
          path: 'Messages',
          times: 1,
          when: 'after',
          answer: 'hang',
        });
      }
      await sandbox.control.text({ from: ANN, to: mask, body, mediaUrls: [] });
      if (index % 4 === 3) {
        await relay.end('SIGKILL');
        await sandbox.control.text({ from: ANN, to: mask, body: `${body}, missed`, mediaUrls: [] });
        relay = await serve();
      }
    }
    expect(await received(sandbox, REAL, all.length)).toEqual(all.map((body) => `[Relay 📲 ${ANN}] ${body}`));
    for (let left = true; left; ) {
      await relay.end('SIGTERM');
      await relay.exited;
      left = relay.output().includes('Waiting for the next start');
      if (left) relay = await serve();
    }
    expect(await received(sandbox, REAL, all.length)).toHaveLength(all.length);
  });

  it('makes only changes that undo reverts', async () => {
    await (await serve('--real-number', REAL)).end('SIGTERM');
    const sandbox = await join();
    const client = createSandboxClient(sandbox);
    const fetch = async () => (await client.incomingPhoneNumbers.list({ phoneNumber: mask }))[0];
    const sid = /TWILIO_SMS_APPLICATION_SID=(\S+)/.exec(workspace.read('.env'))?.[1];
    expect(await fetch()).toMatchObject({ smsApplicationSid: sid, voiceApplicationSid: sid });
    await sandbox.close();
    expect((await workspace.run(['undo', '--yes'])).stdout).toContain(`detached ${mask}`);
    const again = await join();
    const [number] = await createSandboxClient(again).incomingPhoneNumbers.list({ phoneNumber: mask });
    expect([number?.smsApplicationSid, number?.voiceApplicationSid]).toEqual(['', '']);
    expect(await createSandboxClient(again).applications.list()).toEqual([]);
    await again.close();
  });

  it('changes nothing if it cannot start, and suggests a fix', async () => {
    const journal = workspace.read('.relay-phone/journal.jsonl');
    const refusals: [string[], number, string][] = [
      [['--real-number', mask], 2, 'both the mask and the phone behind it'],
      [['--real-number', REAL, '--mask', '+12025550199'], 3, 'does not own it'],
      [['--real-number', 'x'], 2, 'E.164'],
      [['--max-texts', 'many'], 2, '--max-texts takes a number'],
    ];
    for (const [flags, code, words] of refusals) {
      const run = await workspace.run(command('--yes', ...flags));
      expect([flags, run.code]).toEqual([flags, code]);
      expect(run.stderr).toContain(words);
    }
    expect(workspace.read('.relay-phone/journal.jsonl')).toBe(journal);
    await serve('--real-number', REAL);
    expect(await workspace.run(command())).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('relay-phone serve --port 0'),
    });
    expect(await workspace.run(command('--port', '0'))).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('another process is using it'),
    });
  });

  it('requires consent before it changes the account', async () => {
    const run = await workspace.run(command('--real-number', REAL));
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('relay-phone serve --yes')]);
  });
});
