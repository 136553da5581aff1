// Runs the checkout commands and send-test on a copy of the real Firefox Relay, if RELAY_CHECKOUT names one.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCheckoutScript } from '../../src/firefox-relay/script.js';
import { checkoutPrepareReportSchema, checkoutStatusReportSchema } from '../../src/reports.js';
import {
  changeDatabase,
  copyCheckout,
  findRealCheckout,
  NO_CHECKOUT,
  type RealCheckout,
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
      stderr: expect.stringMatching(/asked Twilio Lookup.*\n.*\n.*exec --/),
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
});
