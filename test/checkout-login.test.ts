// `relay-phone checkout login`, its refusals and its undo, with a fake Python.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { run as runLogin } from '../src/cli/commands/checkout/login/run.js';
import { type HttpAnswer, sendRequest } from '../src/http/send.js';
import { checkoutLoginReportSchema, errorReportSchema, undoReportSchema } from '../src/reports.js';
import { readJournal } from '../src/setup/journal.js';
import { acquireLock } from '../src/state/lock.js';
import { createTestContext } from './support/in-process.js';
import { openOwnStateFolder } from './support/own-state-folder.js';
import { hasTerminals, startOnTerminal } from './support/pseudo-terminal.js';
import {
  LOCAL_ENV,
  photograph,
  type StandIn,
  writeCheckout,
  writeStandIn,
} from './support/relay-checkout.js';
import { type ServerChild, startServer } from './support/sandbox-child.js';
import { NO_TERMINALS, skipOnWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

beforeEach(skipOnWindows);

const LOGIN = ['checkout', 'login'];
const KEY = 'g9we6gi0efbv0nbkxq6ohv0krgjiqeel';
const CSRF = 'aZFa3Sky3GRPYLC3klbR6xRXaMYZg6rW';
const USER = 'phone-user@relay.localhost';
/** What the script answers to a login and to a logout. */
const ANSWER = {
  database: '/checkout/db.sqlite3',
  cookies: [
    { name: 'csrftoken', value: CSRF, path: '/', maxAge: 31_449_600, httpOnly: false },
    { name: 'sessionid', value: KEY, path: '/relay', maxAge: 1_209_600, httpOnly: true },
  ],
  ended: 1,
};
const ADDRESS = /http:\/\/[\w.:[\]]+\/login\/[\w-]+/;

let workspace: Workspace;
let python: StandIn;
beforeEach(() => {
  workspace = createWorkspace();
  writeCheckout(workspace.path, { '.env': LOCAL_ENV });
  python = writeStandIn(workspace.path);
  python.answer(ANSWER);
});
afterEach(() => workspace.remove());

/** Starts a login, and waits for its address. */
async function start(...args: string[]): Promise<{ readonly child: ServerChild; readonly address: URL }> {
  const { child, address } = await startServer(workspace, [...LOGIN, '--trust-checkout', ...args], ADDRESS);
  return { child, address: new URL(address[0]) };
}

/** Presses the button. */
function press(address: URL): Promise<HttpAnswer> {
  const headers = { Origin: address.origin };
  return sendRequest({ method: 'POST', url: address, headers, timeoutMs: 60_000 });
}

const journal = () => readJournal(workspace.file('.relay-phone/journal.jsonl')).changes;

/** Signs a browser in, and returns the id of the session. */
async function signIn(): Promise<string> {
  const { child, address } = await start();
  expect((await press(address)).status).toBe(303);
  expect(await child.exited).toBe(0);
  return journal().at(-1)?.id ?? '';
}

/** Announces a tunnel of this state folder, as a running gateway does. */
async function announceTunnel(): Promise<void> {
  const folder = openOwnStateFolder(workspace.file('.relay-phone'));
  const lock = await acquireLock(folder, 'gateway', { command: 'tunnel', timeoutMs: 5000 });
  onTestFinished(lock.release);
  writeFileSync(folder.file('gateway.json'), JSON.stringify({ origin: 'http://127.0.0.1:9', token: 'x' }));
}

// The fake Python is a script with a shebang line, which Windows does not run.
describe('checkout login', () => {
  it('prints an address whose button signs a browser in, and keeps the session out of everything it writes', async () => {
    const { child, address } = await start();
    expect(address.hostname).toBe('127.0.0.1');
    const { status, headers } = await press(address);
    expect([status, headers.location]).toEqual([303, 'http://127.0.0.1:8000/api/v1/profiles/']);
    expect(headers['set-cookie']).toEqual([
      `csrftoken=${CSRF}; Path=/; Max-Age=31449600; SameSite=Lax`,
      `sessionid=${KEY}; Path=/relay; Max-Age=1209600; HttpOnly; SameSite=Lax`,
    ]);
    expect(await child.exited).toBe(0);
    expect(child.output()).toContain(`signed a browser in to http://127.0.0.1:8000 as ${USER}`);
    const [change] = journal();
    expect(change).toMatchObject({
      state: 'done',
      data: {
        kind: 'session-started',
        checkout: workspace.path,
        python: workspace.file('.venv/bin/python'),
        database: '/checkout/db.sqlite3',
        email: USER,
      },
    });
    expect(python.starts()).toEqual([['login', '--login', change?.id, '--email', USER]]);
    const secrets = [KEY, CSRF, address.pathname.replace('/login/', '')];
    const files = [...photograph(workspace.file('.relay-phone')).values()].map((file) =>
      Buffer.from(file, 'base64').toString('latin1'),
    );
    for (const secret of secrets) expect(files.filter((file) => file.includes(secret))).toEqual([]);
    for (const secret of secrets.slice(0, 2)) expect(child.output()).not.toContain(secret);
  });

  it('hides the address and the cookies in the debug log', async () => {
    const args = [...LOGIN, '--trust-checkout', '--json'];
    const { child, address } = await startServer(workspace, args, ADDRESS, { RELAY_PHONE_DEBUG: '1' });
    const url = new URL(address[0]);
    await press(url);
    expect(await child.exited).toBe(0);
    const log = child
      .output()
      .split('\n')
      .filter((line) => line.startsWith('relay-phone['))
      .join('\n');
    expect(log).toMatch(/answered 303 to POST/);
    for (const secret of [KEY, CSRF, url.pathname.replace('/login/', '')]) expect(log).not.toContain(secret);
  });

  it('with --json prints a document with the address, and one when a browser was signed in', async () => {
    const child = workspace.start([...LOGIN, '--trust-checkout', '--json', '--email', 'me@example.com']);
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await expect.poll(() => stdout).toContain('\n');
    const { address, ...waiting } = checkoutLoginReportSchema.parse(JSON.parse(stdout));
    const common = {
      command: 'checkout login',
      checkout: workspace.path,
      email: 'me@example.com',
      origin: 'http://127.0.0.1:8000',
    };
    expect(waiting).toEqual({ ...common, state: 'waiting', expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    await press(new URL(address ?? ''));
    expect(await ended).toBe(0);
    const documents = stdout.trim().split('\n');
    expect(documents).toHaveLength(2);
    expect(JSON.parse(documents[1] ?? '')).toEqual({
      ...common,
      state: 'signed-in',
      address: null,
      expiresAt: null,
    });
  });

  it.each([
    ['http://localhost:8001', 'http://localhost:8001'],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1:8000'],
    ['', 'http://127.0.0.1:8000'],
  ])('uses the host of SITE_ORIGIN=%s', async (origin, site) => {
    workspace.write('.env', LOCAL_ENV.replace(/SITE_ORIGIN=.*/, `SITE_ORIGIN=${origin}`));
    const { child, address } = await start();
    expect(address.hostname).toBe(new URL(site).hostname);
    expect((await press(address)).headers.location).toBe(`${site}/api/v1/profiles/`);
    expect(await child.exited).toBe(0);
  });

  it('leads to the masks if the frontend is built', async () => {
    mkdirSync(workspace.file('frontend/out'), { recursive: true });
    workspace.write('frontend/out/index.html', '');
    const { child, address } = await start();
    expect((await press(address)).headers.location).toBe('http://127.0.0.1:8000/phone/');
    expect(await child.exited).toBe(0);
    expect(child.output()).not.toContain('frontend');
  });

  it('signs in the user who was prepared last, or the one of --email', async () => {
    for (const email of ['ann@example.com', 'bob@example.com']) {
      python.answer({
        python: '3.11',
        database: '/db',
        exists: true,
        pending: [],
        changes: [],
        token: email,
        flags: {},
        user: null,
      });
      const prepare = ['checkout', 'prepare', '--yes', '--trust-checkout', '--email', email];
      expect((await workspace.run(prepare)).code).toBe(0);
    }
    python.answer(ANSWER);
    for (const [args, email] of [
      [[], 'bob@example.com'],
      [['--email', 'ann@example.com'], 'ann@example.com'],
    ] as const) {
      const { child, address } = await start(...args);
      await press(address);
      expect(await child.exited).toBe(0);
      expect(python.starts().at(-1)).toEqual(['login', '--login', expect.any(String), '--email', email]);
    }
  });

  it('ends after 60 seconds without a browser, and ends its session', async () => {
    let time = Date.now();
    const environment = { HOME: workspace.path, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME };
    const context = createTestContext({
      cwd: workspace.path,
      environment,
      now: () => time,
      sleep: async () => {
        time += 10_000;
        await setTimeout(1);
      },
    });
    await expect(runLogin(context, { trustCheckout: true })).rejects.toMatchObject({
      kind: 'needsUser',
      reason: 'nobody pressed the button within 60 seconds',
    });
    expect(python.starts().map(([mode]) => mode)).toEqual(['login', 'logout']);
    expect(journal()).toMatchObject([{ state: 'undone' }]);
  });

  it('opens the browser only on a terminal, with a file, because others can read the arguments of programs', async ({
    skip,
  }) => {
    const piped = await start('--open');
    await press(piped.address);
    expect(await piped.child.exited).toBe(0);
    expect(piped.child.output()).toContain('--open opens nothing: this is not a terminal');
    skip(!hasTerminals, NO_TERMINALS);
    const log = workspace.file('opened');
    mkdirSync(workspace.file('bin'));
    const script = `#!/bin/sh\n/bin/cp "$1" '${log}.html'\nprintf '%s\\n' "$@" > '${log}.part'\n/bin/mv '${log}.part' '${log}'\n`;
    writeFileSync(workspace.file('bin/xdg-open'), script, { mode: 0o755 });
    const terminal = startOnTerminal([...LOGIN, '--trust-checkout', '--open'], {
      cwd: workspace.path,
      environment: { PATH: `${workspace.file('bin')}:${process.env.PATH}` },
    });
    await expect.poll(() => workspace.list()).toContain('opened');
    const path = workspace.file('.relay-phone/login.html');
    expect(workspace.read('opened').trim()).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const address = ADDRESS.exec(readFileSync(`${log}.html`, 'utf8'))?.[0] ?? '';
    expect(address).not.toBe('');
    await terminal.waitFor(address);
    await press(new URL(address));
    expect(await terminal.ended).toBe(0);
    expect(workspace.list()).not.toContain('.relay-phone/login.html');
  });
});

describe('undo', () => {
  const undo = async (...args: string[]) => {
    const ended = await workspace.run(['undo', '--yes', '--json', ...args]);
    const report = undoReportSchema.parse(JSON.parse(ended.stdout));
    return { code: ended.code, stderr: ended.stderr, results: report.results };
  };

  it('ends the session of checkout login, once', async () => {
    const id = await signIn();
    expect((await undo('--dry-run')).results).toMatchObject([{ id, kind: 'session-started', undone: false }]);
    const { code, results, stderr } = await undo();
    expect([code, results]).toEqual([
      0,
      [{ id, kind: 'session-started', undone: true, text: `ended the browser session of ${USER}` }],
    ]);
    expect(stderr).not.toContain('Restart the app');
    expect(python.starts().at(-1)).toEqual(['logout', '--login', id, '--email', USER]);
    expect((await undo()).results).toEqual([]);
  });

  it('ends the session of a login that Ctrl-C ended', async () => {
    const { child, address } = await start();
    expect(await child.end('SIGINT')).toBe(130);
    await expect(press(address)).rejects.toThrow();
    expect(journal()).toMatchObject([{ state: 'done' }]);
    expect((await undo()).results).toMatchObject([{ undone: true }]);
    expect(python.starts().map(([mode]) => mode)).toEqual(['login', 'logout']);
  });

  it('of another account ends it too, because the session belongs to none', async () => {
    await signIn();
    expect(await workspace.run(['init', '--sandbox', '--yes'])).toMatchObject({ code: 0 });
    const { results } = await undo();
    expect(results.filter(({ undone }) => undone).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['env-written', 'app-created', 'session-started']),
    );
  });

  it.each([
    [{ ...ANSWER, ended: 0 }, true, /has ended already/],
    [{ ...ANSWER, ended: 0, database: '/other.sqlite3' }, false, /it is in \/checkout\/db\.sqlite3/],
    [{ refusal: { word: 'database', detail: 'postgresql' } }, false, /the database is postgresql/],
    ['no JSON', false, /ended without an answer/],
  ])('says what became of a session for which the script answers %j', async (answer, undone, text) => {
    await signIn();
    python.answer(answer);
    expect((await undo()).results).toMatchObject([{ undone, text: expect.stringMatching(text) }]);
  });

  it('runs no Python of a checkout whose settings are not local any more', async () => {
    await signIn();
    workspace.write('.env', `${LOCAL_ENV}RELAY_CHANNEL=stage\n`);
    const text = expect.stringMatching(/stays: RELAY_CHANNEL in \.env is stage/);
    expect((await undo()).results).toMatchObject([{ undone: false, text }]);
    expect(python.starts()).toHaveLength(1);
  });

  it('runs no Python that a planted journal names', async () => {
    const id = await signIn();
    const path = '.relay-phone/journal.jsonl';
    const planted = workspace.file('planted');
    writeFileSync(planted, `#!/bin/sh\ntouch '${workspace.file('harmed')}'\n`, { mode: 0o755 });
    const journalText = workspace.read(path);
    workspace.write(path, journalText.replaceAll(workspace.file('.venv/bin/python'), planted));
    const distrusted = await undo();
    expect(distrusted.results).toMatchObject([
      { id, undone: false, text: expect.stringMatching(/you have not agreed/) },
    ]);
    const elsewhere = createWorkspace();
    onTestFinished(elsewhere.remove);
    writeCheckout(elsewhere.path, { '.env': LOCAL_ENV });
    const other = writeStandIn(elsewhere.path);
    workspace.write(path, journalText.replaceAll(workspace.path, elsewhere.path));
    expect((await undo('--trust-checkout')).results).toMatchObject([
      { id, undone: false, text: expect.stringMatching(/is outside of the project/) },
    ]);
    expect([other.starts(), workspace.list().includes('harmed')]).toEqual([[], false]);
  });
});

describe('checkout login signs nobody in', () => {
  async function refuse(args: readonly string[] = ['--trust-checkout'], environment = {}): Promise<string> {
    const { code, stdout } = await workspace.run([...LOGIN, '--json', ...args], { environment });
    expect(code).toBe(3);
    return errorReportSchema.parse(JSON.parse(stdout)).error.message;
  }

  it.each([
    [{ '.env': undefined }, {}, /there is no \.env/],
    [{ '.env': `${LOCAL_ENV}DATABASE_URL=postgres://me:pw@db/relay\n` }, {}, /points to postgres/],
    [{ '.env': `${LOCAL_ENV}REDIS_URL=redis://cache.example:6379\n` }, {}, /REDIS_URL .* on another machine/],
    [{ '.env': `${LOCAL_ENV}RELAY_CHANNEL=stage\n` }, {}, /is stage, not local/],
    [{ '.env': `${LOCAL_ENV}AWS_SECRET_ACCESS_KEY=x\n` }, {}, /AWS_SECRET_ACCESS_KEY is set in \.env/],
    [{}, { SENTRY_DSN: 'https://x@sentry.io/1' }, /SENTRY_DSN is set in the environment/],
    [{ '.env': `${LOCAL_ENV}PHONES_ENABLED=False\n` }, {}, /PHONES_ENABLED is off/],
    [{}, { SITE_ORIGIN: 'https://relay.firefox.com' }, /belongs to a deployment/],
    [{}, { SITE_ORIGIN: 'https://me.ngrok.app' }, /SITE_ORIGIN in the environment is not an address of this/],
    [{}, { SITE_ORIGIN: 'http://192.168.1.2:8000' }, /is not an address of this machine/],
    [{}, { SITE_ORIGIN: 'http://127.0.0.1.evil.example:8000' }, /is not an address of this machine/],
    [{}, { SITE_ORIGIN: 'http://127.0.0.1@evil.example' }, /is not an address of this machine/],
    [{}, { SITE_ORIGIN: 'localhost:8000' }, /is not an address of this machine|is not a URL/],
    [{}, { SITE_ORIGIN: 'relay' }, /is not a URL/],
  ])('and runs none of the checkout with %j and %j', async (files, environment, message) => {
    writeCheckout(workspace.path, { '.env': LOCAL_ENV, ...files });
    const before = photograph(workspace.path);
    expect(await refuse(undefined, environment)).toMatch(message);
    expect([python.starts(), photograph(workspace.path)]).toEqual([[], before]);
  });

  it('without the consent to run the Python of the checkout', async () => {
    expect(await refuse([])).toMatch(/would run code of this checkout, and you have not agreed/);
    expect(python.starts()).toEqual([]);
  });

  it.each([
    ['unprepared', 'a@b', /Failed to sign a browser in: the user a@b is not prepared/],
    ['user', 'a@b', /a@b was deactivated/],
    ['sessions', 'django.contrib.sessions.backends.cache', /keeps its sessions in django\.contrib/],
    ['cookies', 'SESSION_COOKIE_SECURE', /SESSION_COOKIE_SECURE is set/],
    ['channel', 'dev', /RELAY_CHANNEL is dev, not local/],
    ['database', 'postgresql', /only a local SQLite file/],
    ['failure', 'OperationalError: database is locked', /another program has locked the database/],
  ])('if the script refuses: %s, %s', async (word, detail, message) => {
    python.answer({ refusal: { word, detail } });
    expect(await refuse()).toMatch(message);
    expect(journal()).toMatchObject([{ state: 'abandoned' }]);
  });

  it('if the script gives no answer; undo then asks it to end what it may have started', async () => {
    python.answer('no JSON');
    expect(await refuse()).toMatch(/it ended without an answer/);
    expect(journal()).toMatchObject([{ state: 'intended' }]);
  });

  it('with a cookie that would end its header', async () => {
    const [cookie] = ANSWER.cookies;
    python.answer({ ...ANSWER, cookies: [{ ...cookie, value: 'x; Domain=evil' }] });
    expect(await refuse()).toMatch(/it ended without an answer/);
  });

  it('while a tunnel runs', async () => {
    await announceTunnel();
    expect(await refuse()).toMatch(/relay-phone tunnel is running, so Relay is public/);
    expect(python.starts()).toEqual([]);
  });

  it('once a tunnel runs, even if the address was printed before', async () => {
    const { child, address } = await start();
    await announceTunnel();
    const { status, headers } = await press(address);
    expect([status, headers['set-cookie']]).toEqual([500, undefined]);
    expect(await child.exited).toBe(3);
    expect(child.output()).toContain('relay-phone tunnel is running');
    expect(python.starts().map(([mode]) => mode)).toEqual(['login', 'logout']);
    expect(journal()).toMatchObject([{ state: 'undone' }]);
  });
});
