// Each command with text from outside that attacks the terminal. The built CLI runs on a terminal, and with `--json` in a
// pipe; every byte that they received is checked.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import type { Capture } from '../../src/reports.js';
import { serveSandbox } from '../../src/sandbox/instance/join.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';

import { ATTACK, containsText, SHOWN, verifyHarmless } from '../support/attack.js';
import { DEADLINE } from '../support/deadline.js';
import { findOrigin, findPort } from '../support/find-port.js';
import { ask, FORM, SMS, startApp, startTunnel, webhook } from '../support/gateway.js';
import { openOwnStateFolder } from '../support/own-state-folder.js';
import { hasTerminals, KEY, startOnTerminal, type Terminal } from '../support/pseudo-terminal.js';
import { APP_TOKEN, startRelayApp } from '../support/relay-app.js';
import { LOCAL_ENV, writeCheckout, writeStandIn } from '../support/relay-checkout.js';
import { startSandbox, startServer } from '../support/sandbox-child.js';
import { createSandboxClient } from '../support/sandbox-client.js';
import { NO_TERMINALS, skipOnWindows } from '../support/skips.js';
import { setSmokeScene, TEST, testPair } from '../support/smoke/scene.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

// Its file names cannot contain control characters.
beforeEach(skipOnWindows);

/** What somebody else wrote. Paths of the workspace contain only the attack itself. */
const [SAID, SAID_SHOWN] = [`said ${ATTACK}`, `said ${SHOWN}`] as const;
/** The beginning of it, in lines where long values are shortened. */
const SAID_BRIEFLY = SAID_SHOWN.slice(0, 25);
const [ANN, CONTACT] = ['+12025550190', '+13015550195'] as const;
const TOKEN = '0123456789abcdef'.repeat(2);

type Environment = Readonly<Record<string, string>>;

let workspace: Workspace;
beforeEach(({ skip }) => {
  skip(!hasTerminals, NO_TERMINALS);
  workspace = createWorkspace(ATTACK);
  onTestFinished(workspace.remove);
});

function start(args: readonly string[], environment: Environment = {}): Terminal {
  return startOnTerminal(args, { cwd: workspace.path, environment });
}

/** Runs a command to its end on a terminal. Returns what that received: harmless, and with `shown` in it. */
async function show(args: readonly string[], shown: string, environment: Environment = {}): Promise<string> {
  const terminal = start(args, environment);
  await terminal.ended;
  verifyHarmless(terminal.received());
  expect(terminal.received()).toContain(shown);
  return terminal.received();
}

/** Waits until a terminal shows a text, ends the command with Ctrl-C, and checks everything the terminal received. */
async function showUntil(terminal: Terminal, shown: string): Promise<void> {
  await terminal.waitFor(shown);
  terminal.type(KEY.ctrlC);
  await terminal.ended;
  verifyHarmless(terminal.received());
}

/** Repeats an act until `read` returns it. A command that follows says so before it receives anything. */
async function repeatUntil(act: () => Promise<unknown>, read: () => string, text: string): Promise<void> {
  await expect.poll(() => act().then(read)).toContain(text);
}

/** Runs a command with `--json` in a pipe. The bytes are harmless, and the parsed document has the attack as it came. */
async function showJson(
  args: readonly string[],
  value: string,
  environment: Environment = {},
): Promise<void> {
  const at = args.includes('--') ? args.indexOf('--') : args.length;
  const { stdout, stderr } = await workspace.runBuilt(args.toSpliced(at, 0, '--json'), { environment });
  for (const output of [stdout, stderr]) verifyHarmless(output);
  expect(containsText(JSON.parse(stdout), value), stdout).toBe(true);
}

/** Runs a command on a terminal, and again with `--json`. */
async function showBoth(args: readonly string[], environment: Environment = {}): Promise<string> {
  const received = await show(args, SAID_SHOWN, environment);
  await showJson(args, SAID, environment);
  return received;
}

/** Sets up the sandbox of the workspace, which runs until the test has finished. */
async function serve(): Promise<{ readonly sandbox: Sandbox; readonly mask: string }> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const sandbox = await serveSandbox(folder, { command: 'sandbox', timeoutMs: DEADLINE });
  onTestFinished(sandbox.close);
  await workspace.run(['init', '--sandbox', '--yes']);
  return { sandbox, mask: /^TWILIO_MAIN_NUMBER=(\S+)/m.exec(workspace.read('.env'))?.[1] ?? '' };
}

/** The same with an account that somebody named. */
async function serveNamed(): Promise<void> {
  const { sandbox } = await serve();
  await createSandboxClient(sandbox).api.accounts(sandbox.accountSid).update({ friendlyName: SAID });
}

/** The same with a TwiML app that somebody named, for the texts of the main number. Returns that number. */
async function serveNamedApp(): Promise<string> {
  const { sandbox, mask } = await serve();
  const client = createSandboxClient(sandbox);
  const app = await client.applications.create({ friendlyName: SAID });
  const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: mask });
  await number?.update({ smsApplicationSid: app.sid });
  return mask;
}

/** The same with a text on the contact's phone. */
async function serveText(body: string): Promise<void> {
  const { sandbox, mask } = await serve();
  await createSandboxClient(sandbox).messages.create({ from: mask, to: CONTACT, body });
  await expect.poll(() => sandbox.phone(CONTACT).texts().length).toBe(1);
}

/** Starts an app whose answers attack. */
async function startAttacker(): Promise<string> {
  const app = await startApp((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      outgoing.writeHead(500, { 'Content-Type': 'text/plain', 'X-Answer': 'a\x9b2J' });
      outgoing.end(`first\nanswer ${ATTACK}\nSignature: valid\n::error::no\n`);
    });
  });
  return app.origin;
}

/** Sends a signed webhook that attacks. */
function attack(origin: string) {
  const { headers, body = '', ...asked } = webhook({ form: { ...FORM, From: SAID, Body: SAID } });
  // Node.js encodes headers as UTF-8 if the body is a string.
  return ask(origin, { ...asked, headers: { ...headers, 'X-Request': 'b\x9b2J' }, body: Buffer.from(body) });
}

/** Records such a webhook with the answer of an app that attacks too. */
async function record(): Promise<void> {
  const tunnel = await startTunnel(workspace, await startAttacker());
  await attack(tunnel.origin);
  await tunnel.end();
}

const STORY = { phones: { Ann: ANN }, numbers: { main: {} } };

/** A command with text from outside. */
interface Scene {
  /** Arguments with which the command reads its settings. */
  readonly args: readonly string[];
  run(): Promise<unknown>;
}

const SCENES: Readonly<Record<string, Scene>> = {
  init: {
    args: ['--sandbox', '--yes'],
    run: async () => {
      await serveNamed();
      await showBoth(['init', '--sandbox', '--yes']);
    },
  },
  'checkout prepare': {
    args: ['--yes'],
    run: async () => {
      writeCheckout(workspace.path, { '.env': LOCAL_ENV });
      writeStandIn(workspace.path).answer({ refusal: { word: 'settings', detail: SAID } });
      await showBoth(['checkout', 'prepare', '--yes', '--trust-checkout']);
    },
  },
  'checkout login': {
    args: [],
    run: async () => {
      writeCheckout(workspace.path, { '.env': LOCAL_ENV });
      writeStandIn(workspace.path).answer({ refusal: { word: 'settings', detail: SAID } });
      await showBoth(['checkout', 'login', '--trust-checkout']);
    },
  },
  'checkout status': {
    args: [],
    run: async () => {
      writeCheckout(workspace.path, { '.env': LOCAL_ENV });
      writeStandIn(workspace.path).answer({ refusal: { word: 'settings', detail: SAID } });
      await showBoth(['checkout', 'status', '--trust-checkout']);
    },
  },
  undo: {
    args: ['--yes'],
    run: async () => {
      await serve();
      await show(['undo', '--yes'], SHOWN);
    },
  },
  completion: {
    args: ['bash'],
    run: async () => {
      await show(['completion', SAID], SAID_SHOWN);
      await showJson(['completion', SAID], SAID);
    },
  },
  docs: {
    args: [SAID],
    run: async () => {
      await show(['docs', SAID], SAID_SHOWN);
      await showJson(['docs', SAID], SAID);
    },
  },
  sandbox: {
    args: ['--port', '0'],
    run: async () => {
      const { sandbox, mask } = await serve();
      const terminal = start(['sandbox', '--follow']);
      await terminal.waitFor('Ctrl-C');
      const { child } = await startServer(workspace, ['sandbox', '--follow', '--json'], /Ctrl-C/);
      const send = () => sandbox.phone(CONTACT).text(mask, SAID);
      await repeatUntil(send, child.output, '"body":"said \\u001b]52;c;');
      verifyHarmless(child.output());
      await repeatUntil(send, terminal.received, SAID_SHOWN);
      await showUntil(terminal, SAID_SHOWN);
    },
  },
  'sandbox phones': {
    args: [],
    run: async () => {
      await serveText(SAID);
      await showBoth(['sandbox', 'phones']);
      // The start of a text without a code.
      await show(['sandbox', 'phones', CONTACT, '--code'], SAID_BRIEFLY);
      const follower = start(['sandbox', 'phones', '--follow']);
      await follower.waitFor('Ctrl-C');
      await workspace.run(['text', SAID]);
      await showUntil(follower, SAID_SHOWN);
    },
  },
  'sandbox traces': {
    args: ['latest'],
    run: async () => {
      await serveText(SAID);
      // What is left of a line of 80 columns.
      await show(['sandbox', 'traces', 'latest'], SAID_SHOWN.slice(0, 10));
      await show(['sandbox', 'traces', 'latest', '--verbose'], SAID_SHOWN);
      await showJson(['sandbox', 'traces', 'latest'], SAID);
    },
  },
  'sandbox leaks': {
    args: ['--number', ANN],
    run: async () => {
      await serveText(`${ANN} ${SAID}`);
      // The excerpt ends a few characters after the number.
      await show(['sandbox', 'leaks', '--number', ANN], '\\x1b]52;c;');
      await showJson(['sandbox', 'leaks', '--number', ANN], '\x1b]52;c;');
    },
  },
  exec: {
    args: ['--', 'true'],
    run: async () => {
      await workspace.run(['init', '--sandbox', '--yes']);
      await startSandbox(workspace, '--port', '0');
      const received = await show(['exec', '--print-env'], SHOWN);
      expect(received).toContain('contains control characters');
      const program = `process.stdout.write(${JSON.stringify(SAID)})`;
      // The program's own output is not ours to change.
      expect((await workspace.runBuilt(['exec', '--', process.execPath, '-e', program])).stdout).toBe(SAID);
    },
  },
  serve: {
    args: ['--sandbox', '--yes', '--port', '0'],
    run: async () => {
      const { sandbox, mask } = await serve();
      const port = await findPort();
      const origin = `http://127.0.0.1:${port}`;
      const args = ['serve', '--sandbox', '--yes', '--real-number', CONTACT, '--port', String(port)];
      const asked = webhook(
        { form: { ...FORM, From: SAID, To: mask } },
        { url: origin + SMS, token: sandbox.authToken },
      );
      const terminal = start(args);
      await terminal.waitFor('Ctrl-C ends it');
      await ask(origin, asked);
      await showUntil(terminal, SAID_SHOWN);
      const { child } = await startServer(workspace, [...args, '--json'], /Ctrl-C ends it/);
      await ask(origin, asked);
      await ask(origin, { method: 'POST', target: '/api/v1/\xc2\x9b2J' });
      await child.end('SIGTERM');
      await child.exited;
      verifyHarmless(child.output());
    },
  },
  tunnel: {
    args: ['--sandbox', '--yes', '--port', '0'],
    run: async () => {
      await serve();
      const port = await findPort();
      const args = ['tunnel', '--sandbox', '--yes', '--port', String(port), '--to', await findOrigin()];
      const asked = {
        method: 'POST',
        target: SMS,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: String(new URLSearchParams({ From: SAID, To: `\n  9 forged ${ATTACK}` })),
      };
      const terminal = start(args);
      await terminal.waitFor('Ctrl-C ends it');
      expect((await ask(`http://127.0.0.1:${port}`, asked)).status).toBe(404);
      await showUntil(terminal, SAID_BRIEFLY);
      const { child } = await startServer(workspace, [...args, '--json'], /Ctrl-C ends it/);
      await ask(`http://127.0.0.1:${port}`, asked);
      await expect.poll(child.output).toContain('"from":"said \\u001b]52;c;');
      await child.end('SIGTERM');
      await child.exited;
      verifyHarmless(child.output());
    },
  },
  text: {
    args: ['--from', CONTACT, '--to', ANN, 'Hello'],
    run: async () => {
      const { mask } = await serve();
      await showBoth(['text', '--from', CONTACT, '--to', mask, SAID]);
    },
  },
  phone: {
    args: [CONTACT],
    run: async () => {
      const { sandbox, mask } = await serve();
      const client = createSandboxClient(sandbox);
      const send = () => client.messages.create({ from: mask, to: CONTACT, body: SAID });
      const terminal = start(['phone', CONTACT]);
      await terminal.waitFor(`→ ${mask} › `);
      await send();
      // The lines of a text are a block.
      await terminal.waitFor(`said ${SHOWN.replace(/\\r.*/s, '')}`);
      await showUntil(terminal, '|   9 forged\\x9b2J\\u202e\\x23#[error]x');
      await show(['phone', SAID], SAID_SHOWN);
      const { child } = await startServer(workspace, ['phone', CONTACT, '--json'], /"command":"phone"/);
      await repeatUntil(send, child.output, '"body":"said \\u001b]52;c;');
      verifyHarmless(child.output());
    },
  },
  'call end': {
    args: [],
    run: async () => {
      await serve();
      await showBoth(['call', 'end', SAID]);
    },
  },
  call: {
    args: ['--from', CONTACT, '--to', ANN],
    run: async () => {
      const { sandbox, mask } = await serve();
      const app = await startApp((_incoming, outgoing) => {
        outgoing.setHeader('Content-Type', 'text/xml');
        // XML cannot hold the other controls.
        outgoing.end('<Response><Say>said &#x9b;2J&#x202e;</Say></Response>');
      });
      const client = createSandboxClient(sandbox);
      const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: mask });
      await number?.update({ voiceUrl: `${app.origin}/voice`, voiceApplicationSid: '' });
      const call = ['call', '--from', CONTACT, '--to', mask];
      await show(call, 'said \\x9b2J\\u202e');
      await showJson(call, 'said \x9b2J\u202e');
    },
  },
  play: {
    args: ['story.json'],
    run: async () => {
      await serve();
      const text = { text: SAID, from: 'Ann', to: 'main' };
      const unmet = { 'expect text': 'Ann', is: SAID, within: '100ms' };
      workspace.write('unmet.json', JSON.stringify({ ...STORY, story: SAID, steps: [text, unmet] }));
      await showBoth(['play', 'unmet.json']);
      workspace.write('malformed.json', JSON.stringify({ ...STORY, steps: [{ [SAID]: 'Ann' }] }));
      await showBoth(['play', 'malformed.json']);
    },
  },
  open: {
    args: ['--print'],
    run: async () => {
      // The path of the state folder has the attack.
      await show(['open', '--print'], SHOWN);
      await showJson(['open', '--print'], ATTACK);
    },
  },
  status: {
    args: [],
    run: async () => {
      await serveNamed();
      await showBoth(['status']);
      await showBoth(['status', '--verbose'], { RELAY_PHONE_DEBUG: '1' });
    },
  },
  requests: {
    args: [],
    run: async () => {
      await record();
      await show(['requests'], SAID_BRIEFLY);
      await showJson(['requests'], SAID);
      const full = await showBoth(['requests', '1']);
      for (const line of ['X-Request: b', 'X-Answer: a']) expect(full).toContain(`\r\n  ${line}\\x9b2J\r\n`);
      for (const line of ['first', 'Signature: valid', '::error::no'])
        expect(full).toContain(`\r\n  | ${line}\r\n`);
      const follower = start(['requests', '--follow']);
      const tunnel = await startTunnel(workspace, await startAttacker());
      const { child } = await startServer(
        workspace,
        ['requests', '--follow', '--json'],
        /Following the tunnel/,
      );
      const send = () => attack(tunnel.origin);
      await repeatUntil(send, child.output, '"from":"said \\u001b]52;c;');
      verifyHarmless(child.output());
      await repeatUntil(send, follower.received, SAID_BRIEFLY);
      await showUntil(follower, SAID_BRIEFLY);
    },
  },
  numbers: {
    args: [],
    run: async () => {
      await serveNamedApp();
      await showBoth(['numbers']);
    },
  },
  'numbers release': {
    args: [ANN],
    run: async () => {
      const mask = await serveNamedApp();
      await show(['numbers', 'release', mask], SAID_SHOWN);
      await showJson(['numbers', 'release', mask, '--even-main', '--yes'], SAID);
    },
  },
  'requests clear': {
    args: [],
    run: async () => {
      await record();
      const terminal = start(['requests', 'clear']);
      await terminal.waitFor('Remove 1 recorded request for good?');
      terminal.type('y\r');
      await terminal.ended;
      verifyHarmless(terminal.received());
      await show(['requests', 'clear'], SHOWN);
    },
  },
  'requests export': {
    args: ['1'],
    run: async () => {
      await record();
      // In the notation of YAML.
      const yaml = 'text: "said \\e]52;c;ZQ==\\a\\e[35m\\e[2J\\r\\n  9 forged\\x9b2J\\u202e\\x23#[error]x"';
      await show(['requests', 'export', '1'], yaml);
      await showJson(['requests', 'export', '1'], yaml);
    },
  },
  replay: {
    args: ['1'],
    run: async () => {
      await record();
      await showBoth(['replay', '1', '--to', await startAttacker()], { TWILIO_AUTH_TOKEN: TOKEN });
    },
  },
  doctor: {
    args: [],
    run: async () => {
      await serveNamed();
      await showBoth(['doctor', '--verbose', '--app', await startAttacker()]);
      await show(['doctor', '--bundle', 'bug.json'], SHOWN);
      verifyHarmless(workspace.read('bug.json'));
    },
  },
  'send-test': {
    args: ['--direct', '--yes'],
    run: async () => {
      const { sandbox, mask } = await serve();
      const app = await startRelayApp(sandbox, mask);
      app.answer(async ({ name, body: { number = '', verification_code: code } }) => {
        if (name === 'GET relaynumber/suggestions')
          return { status: 200, body: { random_options: [{ phone_number: CONTACT, locality: SAID }] } };
        if (name !== 'POST realphone' || code) return undefined;
        const body = `${SAID} verification code is 123456`;
        await createSandboxClient(sandbox).messages.create({ to: number, from: mask, body });
        return { status: 201, body: { id: 1, number, verified: false, message: SAID } };
      });
      const args = ['send-test', '--app', app.origin];
      const environment = { RELAY_PHONE_API_TOKEN: APP_TOKEN };
      await showBoth(args, environment);
      app.verify(ANN);
      app.answer(({ name }) =>
        name === 'GET relaynumber/suggestions'
          ? { status: 200, body: { random_options: [{ phone_number: CONTACT, locality: SAID }] } }
          : undefined,
      );
      const terminal = start([...args, '--mask'], environment);
      await terminal.waitFor('Which mask?');
      await showUntil(terminal, SAID_SHOWN);
    },
  },
  smoke: {
    args: [],
    run: async () => {
      // Of an answer, smoke shows only the type; a header cannot contain the other controls.
      const page = {
        status: 200,
        headers: { 'Content-Type': 'said/##[error]\x9b2J' },
        body: 'Please log in',
      };
      const { environment: edge, workspace: own } = await setSmokeScene({ answer: () => page });
      const environment = {
        ...edge,
        ...testPair(TEST),
        GITHUB_ACTIONS: 'true',
        GITHUB_STEP_SUMMARY: own.file('summary.md'),
      };
      const args = ['smoke', '--test-account', '--junit', own.file('junit.xml')];
      const terminal = start(args, environment);
      expect(await terminal.ended).toBe(6);
      const annotations = /^::(?:error|warning) title=smoke [\w -]+::/gm;
      expect(terminal.received()).toMatch(annotations);
      verifyHarmless(terminal.received().replaceAll(annotations, ''));
      expect(terminal.received()).toMatch(/^::error .*said\/\\x23#\[error\].*\\x9b2J/m);
      expect(own.read('junit.xml')).toMatch(/said\/\\x23#\[error\].*\\x9b2J/);
      expect(own.read('summary.md')).toMatch(/said\/\\\\x23#\\\[error\\\].*\\\\x9b2J/);
      for (const file of ['junit.xml', 'summary.md']) verifyHarmless(own.read(file));
      const { GITHUB_ACTIONS: _, ...elsewhere } = environment;
      await showJson(args, 'said/##[error]', elsewhere);
    },
  },
  conformance: {
    args: ['--only', 'paging/size-1001'],
    run: async () => {
      const only = ['--only', 'paging/size-1001'];
      await workspace.runBuilt(['conformance', ...only, '--capture', 'capture.json']);
      const capture = JSON.parse(workspace.read('capture.json')) as Capture;
      const [asked] = capture.recordings['paging/size-1001']?.requests ?? [];
      workspace.write(
        'capture.json',
        JSON.stringify(capture).replace(JSON.stringify(asked?.body), JSON.stringify({ message: SAID })),
      );
      await showBoth(['conformance', '--import', 'capture.json']);
    },
  },
  ci: {
    args: ['github'],
    run: async () => {
      const file = workspace.file('.github/workflows/relay-phone.yml');
      // A line of the file cannot contain line ends.
      const [line, shown] = [SAID, SAID_SHOWN].map((said) => said.replaceAll(/\\r\\n|\r\n/g, '')) as [
        string,
        string,
      ];
      const digest = createHash('sha256').update(`${line}\n`).digest('hex').slice(0, 16);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `# Written by ${line}. Checksum of the rest: ${digest}\n${line}\n`);
      const received = await show(['ci', 'github', '--dry-run'], `written by ${shown}`);
      expect(received).toContain(`- ${shown}`);
      await show(['ci', 'github', '--stdout', '--app-command', line], shown);
    },
  },
};

it('has a scene for every command', () => {
  const commands = COMMANDS.flatMap(({ spec, run }) => (run ? [spec.name] : []));
  expect(Object.keys(SCENES).toSorted()).toEqual(commands.toSorted());
});

describe.each(Object.entries(SCENES))('relay-phone %s', (name, { args, run }) => {
  it('shows the control characters in text from outside', async () => {
    await run();
  });

  it('shows the control characters in an error', async () => {
    workspace.write(
      'story.json',
      JSON.stringify({ ...STORY, steps: [{ text: 'Hi', from: 'Ann', to: 'main' }] }),
    );
    // No command can read a folder as a file. `ci` has no settings, and cannot make a folder that is a file.
    mkdirSync(workspace.file('folder'));
    workspace.write('.github', '');
    // `completion` and `docs` have no settings either: only the name of the shell or page can be wrong.
    const settings = ['ci', 'completion', 'docs'].includes(name) ? [] : ['-e', 'folder'];
    const words = [...name.split(' '), ...settings, ...(name === 'completion' ? [ATTACK] : args)];
    await show(words, SHOWN);
    await showJson(words, ATTACK);
  });
});

describe('relay-phone', () => {
  it.each([[[SAID]], [['status', `--${SAID}`]], [['play', SAID]], [['requests', SAID]]])(
    'shows the control characters in the command line %j',
    async (words) => {
      await show(words, SAID_SHOWN);
      await showJson(words, SAID);
    },
  );

  it('shows the control characters in what others send to a sandbox with --host', async () => {
    const terminal = start(['sandbox', '--port', '0', '--host', '0.0.0.0'], { RELAY_PHONE_DEBUG: 'http' });
    await terminal.waitFor('Page: ');
    const port = Number(/is at http:\/\/127\.0\.0\.1:(\d+)/.exec(terminal.received())?.[1]);
    const headers = { host: 'host\x9b2J', origin: 'site\x9b2J' };
    for (const path of ['/', '/_sandbox/health'])
      await ask(`http://127.0.0.1:${port}`, { target: path, headers });
    await showUntil(terminal, 'host\\x9b2J/_sandbox/health');
  });

  it.each(['--host', '--allow-host', '--public-origin', '--page-host', '--account-sid', '--auth-token-file'])(
    'shows the control characters in the value of %s, or leaves it out',
    async (option) => {
      const variable = `RELAY_PHONE_SANDBOX_${option.slice(2).replaceAll('-', '_').toUpperCase()}`;
      const host = ['sandbox', '--host', '0.0.0.0'];
      await show([...host, option, SAID], 'Failed to');
      await show(option === '--host' ? ['sandbox'] : host, 'Failed to', { [variable]: SAID });
    },
  );

  it('shows the control characters in a warning of Node.js and in an error that nobody caught', async () => {
    const [said, lines] = [SAID, `${SAID}\nReady.`].map((text) => JSON.stringify(text));
    const fault = `process.on('SIGUSR2', () => {
      process.emitWarning(${said});
      setImmediate(() => { throw new Error(${lines}); });
    })`;
    const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}` };
    for (const flags of [[], ['--json']]) {
      const args = ['sandbox', '--port', '0', ...flags];
      const { child } = await startServer(workspace, args, /Ctrl-C ends it/, environment);
      process.kill(child.pid, 'SIGUSR2');
      expect(await child.exited).toBe(1);
      verifyHarmless(child.output());
      expect(child.output()).toContain(`Warning: ${SAID_SHOWN}`);
      expect(child.output()).toContain('This is a bug in relay-phone');
      // The lines of a stack stand behind a bar, because its message may have lines that look like ours.
      expect(child.output()).toContain('\n  |   9 forged\\x9b2J\\u202e');
      expect(child.output()).toContain('\n  | Ready.\n');
    }
  });
});
