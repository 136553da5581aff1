// Runs the checkout commands and send-test on a copy of the real Firefox Relay, if RELAY_CHECKOUT names one.
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { run as runLogin } from '../../src/cli/commands/checkout/login/run.js';
import { runCheckoutScript } from '../../src/firefox-relay/script.js';
import { listen } from '../../src/http/listen.js';
import { sendRequest } from '../../src/http/send.js';
import { checkoutPrepareReportSchema, checkoutStatusReportSchema } from '../../src/reports.js';
import { findBrowser, NO_BROWSER, openBrowser } from '../support/browser.js';
import { createTestContext } from '../support/in-process.js';
import {
  changeDatabase,
  copyCheckout,
  findRealCheckout,
  NO_CHECKOUT,
  type RealCheckout,
  readDatabase,
  startRelay,
} from '../support/real-checkout.js';
import { photograph } from '../support/relay-checkout.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const found = findRealCheckout();
/** A migration of another branch, with the same parent as one of Relay. */
const RIVAL = `from django.db.migrations import Migration as Base
class Migration(Base):
    dependencies = [("phones", "0001_initial")]
`;

/** Asks the API of Relay as its own page does, and says which cookies and answers that page gets. */
const ASK_AS_PAGE = `(async () => {
  const users = await (await fetch('/api/v1/users/')).json();
  const [{ id }] = await (await fetch('/api/v1/profiles/')).json();
  const patch = async (token) => {
    const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token };
    const body = JSON.stringify({ server_storage: true });
    return (await fetch('/api/v1/profiles/' + id + '/', { method: 'PATCH', headers, body })).status;
  };
  const token = /csrftoken=(\\w+)/.exec(document.cookie)?.[1] ?? '';
  return { cookie: document.cookie, users, with: await patch(token), without: await patch('') };
})()`;

describe('in the real Firefox Relay', () => {
  const real = found ?? ({} as RealCheckout);
  const python = ['--python', real.python];
  let workspace: Workspace;
  beforeEach(async ({ skip }) => {
    skip(found === undefined, NO_CHECKOUT);
    workspace = createWorkspace();
    copyCheckout(real, workspace.path);
    expect(await workspace.run(['init', '--sandbox', '--yes'])).toMatchObject({ code: 0 });
  });
  afterEach(() => workspace.remove());

  const prepare = (...flags: string[]) =>
    workspace.run(['checkout', 'prepare', '--yes', '--trust-checkout', '--json', ...python, ...flags]);
  const status = () => workspace.run(['checkout', 'status', '--json', ...python]);
  const database = () => readFileSync(workspace.file('db.sqlite3'), 'base64');

  it('checkout prepare creates what is missing, once, and changes no file of Relay', async () => {
    const before = photograph(workspace.path);
    const missing = await status();
    expect(missing.code).toBe(3);
    expect(photograph(workspace.path).keys()).not.toContain(workspace.file('db.sqlite3'));
    const first = await prepare('--multi-replies');
    expect(checkoutPrepareReportSchema.parse(JSON.parse(first.stdout))).toMatchObject({
      flags: expect.arrayContaining(['phones', 'free_phones', 'multi_replies']),
      changes: expect.arrayContaining([expect.stringMatching(/^migrations applied: \d+$/)]),
    });
    const made = database();
    const second = await prepare('--multi-replies');
    expect(checkoutPrepareReportSchema.parse(JSON.parse(second.stdout)).changes).toEqual([]);
    const ready = await status();
    const { rows } = checkoutStatusReportSchema.parse(JSON.parse(ready.stdout));
    // The translations of Relay are a submodule, which the checkout may lack.
    expect(rows.filter(({ id, ok }) => !ok && id !== 'translations')).toEqual([]);
    expect(database()).toBe(made);
    const after = photograph(workspace.path);
    for (const [path, content] of before) expect([path, after.get(path)]).toEqual([path, content]);
  });

  it('checkout prepare refuses a database of another branch and a deactivated user', async () => {
    await prepare();
    changeDatabase(real, workspace.path, 'UPDATE auth_user SET is_active = 0');
    const [inactive, other] = [await prepare(), await prepare('--email', 'other@example.com')];
    expect([inactive.code, other.code]).toEqual([3, 0]);
    expect(inactive.stderr).toContain('was deactivated');
    const row = "('phones', '0099_elsewhere', '2026-01-01')";
    changeDatabase(real, workspace.path, `INSERT INTO django_migrations (app, name, applied) VALUES ${row}`);
    const before = database();
    const refused = await prepare('--outbound-phone');
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/another branch.*phones\.0099_else/),
    });
    expect(database()).toBe(before);
    expect((await status()).stdout).toContain('phones.0099_elsewhere');
    changeDatabase(real, workspace.path, "DELETE FROM django_migrations WHERE name = '0099_elsewhere'");
    workspace.write('phones/migrations/0002_rival.py', RIVAL);
    expect((await prepare()).stderr).toMatch(/conflicting migrations of two branches.*phones\.0002_rival/);
  });

  it.each([
    [{ RELAY_CHANNEL: 'dev' }, { word: 'channel', detail: 'dev' }],
    [{ DATABASE_URL: 'postgres://me:hidden@127.0.0.1:9/db' }, { word: 'database', detail: 'postgresql' }],
    [{ DATABASE_URL: 'sqlite://:memory:' }, { word: 'database', detail: 'in memory' }],
    [{ PHONES_ENABLED: 'no' }, { word: 'phones', detail: '' }],
    [
      { FXA_BASE_ORIGIN: 'https://nobody.example' },
      { word: 'settings', detail: expect.stringMatching(/^ValueError: FXA_BASE_ORIGIN must/) },
    ],
  ])('the script itself refuses %j', async (settings, refusal) => {
    const before = photograph(workspace.path);
    const answer = await runCheckoutScript({
      python: { path: real.python, source: 'test' },
      checkout: { path: workspace.path, hostsKey: 'ALLOWED_HOSTS' },
      environment: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...settings },
      email: 'me@example.com',
      flags: ['phones'],
    });
    expect(answer).toEqual({ refusal });
    expect(photograph(workspace.path)).toEqual(before);
  });

  it('send-test asks it as the user of checkout prepare, and explains its answers', async () => {
    await prepare();
    // With this proxy no request of it reaches Twilio.
    const relay = await startRelay(real, workspace.path, { HTTPS_PROXY: 'http://127.0.0.1:9' });
    const sendTest = (...args: string[]) => workspace.run(['send-test', '--app', relay, ...args]);
    const unreached = await sendTest();
    expect(unreached.stdout).toContain(`Asking Firefox Relay at ${relay}`);
    expect(unreached).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/asked Twilio Lookup.*\n.*exec --/),
    });
    expect(await sendTest('+31612345678')).toMatchObject({ code: 3 });
    workspace.write('token', 'nobody');
    const unknown = await sendTest('--api-token-file', 'token');
    expect(unknown).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/not know the token.*\n.*prepare/),
    });
    const token = (JSON.parse(workspace.read('.relay-phone/relay-checkout.json')) as { token: string }).token;
    expect(unreached.stdout + unreached.stderr).not.toContain(token);
  });

  /** Starts a login at a Relay, with a clock that stands still, and waits for its address. */
  async function startLogin(
    relay: string,
    email?: string,
  ): Promise<{ readonly ended: Promise<number>; readonly address: string }> {
    const stdout = new PassThrough();
    let output = '';
    stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const context = createTestContext({
      cwd: workspace.path,
      environment: { ...process.env, HOME: workspace.path, SITE_ORIGIN: relay },
      stdout,
      now: () => 0,
      sleep: () => setTimeout(20),
    });
    const flags = { python: real.python, ...(email !== undefined && { email }) };
    const ended = runLogin(context, flags);
    const findAddress = () => /http:\S+\/login\/\S+/.exec(output)?.[0];
    await Promise.race([ended, expect.poll(findAddress).toBeDefined()]);
    return { ended, address: findAddress() ?? '' };
  }
  const run = () => startRelay(real, workspace.path, { HTTPS_PROXY: 'http://127.0.0.1:9' });
  const ask = (relay: string, cookies: string) =>
    sendRequest({
      method: 'GET',
      url: new URL('/api/v1/users/', relay),
      headers: { Cookie: cookies, Accept: 'application/json' },
      timeoutMs: 60_000,
    });

  it('checkout login signs several users in over HTTP, and undo ends their sessions', async () => {
    const users = ['ann@example.com', 'bob@example.com'] as const;
    for (const email of users) expect((await prepare('--email', email)).code).toBe(0);
    const relay = await run();
    const jars: string[] = [];
    for (const email of users) {
      const { ended, address } = await startLogin(relay, email);
      const { origin } = new URL(address);
      const send = (method: string, headers: Record<string, string>) =>
        sendRequest({ method, url: new URL(address), headers, timeoutMs: 60_000 });
      expect((await send('GET', {})).status).toBe(200);
      expect((await send('POST', { Origin: 'http://evil.example' })).status).toBe(403);
      expect((await send('POST', { Origin: origin, Host: 'evil.example' })).status).toBe(403);
      const { status, headers } = await send('POST', { Origin: origin });
      expect([status, headers.location]).toEqual([303, expect.stringContaining(relay)]);
      const set = headers['set-cookie'] ?? [];
      expect(set.toSorted()).toEqual([
        expect.stringMatching(/^csrftoken=\w{32}; Path=\/; Max-Age=31449600; SameSite=Lax$/),
        expect.stringMatching(/^sessionid=\w{32}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/),
      ]);
      jars.push(set.map((cookie) => cookie.split(';')[0]).join('; '));
      // The page is gone, or refuses.
      const again = await send('POST', { Origin: origin }).catch(() => ({ status: 410 }));
      expect([again.status, await ended]).toEqual([410, 0]);
    }
    for (const [index, email] of users.entries()) {
      const answer = await ask(relay, jars[index] ?? '');
      expect([answer.status, JSON.parse(answer.body)]).toEqual([200, [{ email }]]);
    }
    const undone = await workspace.run(['undo', '--yes']);
    for (const email of users) expect(undone.stdout).toContain(`ended the browser session of ${email}`);
    for (const jar of jars) expect((await ask(relay, jar)).status).toBe(401);
  });

  it('checkout login ends a session that no browser took within 60 seconds, and refuses an unprepared user', async () => {
    await prepare();
    let time = Date.now();
    const context = createTestContext({
      cwd: workspace.path,
      environment: { ...process.env, HOME: workspace.path },
      now: () => time,
      sleep: async () => {
        time += 10_000;
        await setTimeout(1);
      },
    });
    const login = { python: real.python, trustCheckout: true };
    await expect(runLogin(context, login)).rejects.toMatchObject({
      reason: expect.stringMatching(/within 60 seconds/),
    });
    expect(readDatabase(real, workspace.path, 'SELECT count(*) FROM django_session')).toBe('0');
    await expect(runLogin(context, { ...login, email: 'nobody@example.com' })).rejects.toMatchObject({
      reason: 'the user nobody@example.com is not prepared',
      tryNext: ['relay-phone checkout prepare --email nobody@example.com'],
    });
    const redis = { ...context, environment: { ...context.environment, REDIS_URL: 'redis://127.0.0.1:9' } };
    await expect(runLogin(redis, login)).rejects.toMatchObject({
      reason: expect.stringMatching(/keeps its sessions in .*cache/),
    });
    const secure = { DJANGO_SESSION_COOKIE_SECURE: 'True' };
    const tls = { ...context, environment: { ...context.environment, ...secure } };
    await expect(runLogin(tls, login)).rejects.toMatchObject({
      reason: expect.stringMatching(/SESSION_COOKIE_SECURE is set/),
    });
    expect(readDatabase(real, workspace.path, 'SELECT count(*) FROM django_session')).toBe('0');
  });

  it('checkout login signs a browser in, and only by its own button', async ({ skip }) => {
    const program = findBrowser();
    if (program === undefined) return skip(NO_BROWSER);
    await prepare();
    const relay = await run();
    const { ended, address } = await startLogin(relay);
    const page = await openBrowser(program);
    // Without those that Relay itself sets on every page.
    const cookies = async () =>
      (await page.context().cookies()).filter(({ name }) => !['csp_nonce', 'first_visit'].includes(name));
    // Another program on the same host, whose cookies the browser shares with Relay.
    const form = `<form method="post" action="${address}"><button>Prize</button></form>`;
    const foreign = await listen(
      (_, outgoing) => void outgoing.setHeader('Content-Type', 'text/html').end(form),
      { port: 0 },
    );
    onTestFinished(foreign.close);
    await page.goto(foreign.origin);
    await page.getByRole('button', { name: 'Prize' }).click();
    await page.getByText('Only the button of this page signs in').waitFor();
    expect(await cookies()).toEqual([]);
    await page.goto(address);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${relay}/**`);
    expect(await ended).toBe(0);
    expect(await cookies()).toMatchObject([
      { name: 'csrftoken', domain: '127.0.0.1', path: '/', httpOnly: false, sameSite: 'Lax' },
      { name: 'sessionid', domain: '127.0.0.1', path: '/', httpOnly: true, sameSite: 'Lax' },
    ]);
    // As Relay's own page asks its API: the session is enough to read, and the CSRF token is needed to write.
    const asked = await page.evaluate<{ readonly cookie: string }>(ASK_AS_PAGE);
    expect(asked).toMatchObject({
      users: [{ email: 'phone-user@relay.localhost' }],
      with: 200,
      without: 403,
    });
    expect(asked.cookie).not.toContain('sessionid');
    await workspace.run(['undo', '--yes']);
    expect(await page.evaluate("fetch('/api/v1/users/').then(({ status }) => status)")).toBe(401);
  });
});
