// `relay-phone checkout status`: every need of a checkout, with the command for each missing one.
import { mkdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CheckoutStatusReport, checkoutStatusReportSchema } from '../src/reports.js';
import { hasTerminals, KEY, startOnTerminal } from './support/pseudo-terminal.js';
import {
  LOCAL_ENV,
  photograph,
  type StandIn,
  WELL,
  writeCheckout,
  writeStandIn,
} from './support/relay-checkout.js';
import { NO_TERMINALS, skipOnWindows } from './support/skips.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

beforeEach(skipOnWindows);

const STATUS = ['checkout', 'status'];
const TOKEN = '04ab647b-31dd-4938-ac7c-bdd9d99d6f24';
/** Its SHA-256, which the script prints instead of it. */
const DIGEST = '3236a1a5fa03ce29b79178baeb875511a11d2bd27d7fb563ef50834bfec10276';
const USER = { active: true, account: true, phone: true, token: DIGEST };

let workspace: Workspace;
let python: StandIn;
beforeEach(async () => {
  workspace = createWorkspace();
  writeCheckout(workspace.path, { '.env': LOCAL_ENV });
  python = writeStandIn(workspace.path);
  python.answer({ ...WELL, token: TOKEN });
  await workspace.run(['checkout', 'prepare', '--yes', '--trust-checkout']);
  python.answer({ ...WELL, user: USER });
});
afterEach(() => workspace.remove());

/** The report of a run that changed nothing. */
async function look(code: number, environment = {}): Promise<CheckoutStatusReport> {
  const before = photograph(workspace.path);
  const ended = await workspace.run([...STATUS, '--json'], { environment });
  expect(ended.code).toBe(code);
  expect(ended.stdout + ended.stderr).not.toContain(TOKEN);
  expect(photograph(workspace.path)).toEqual(before);
  return checkoutStatusReportSchema.parse(JSON.parse(ended.stdout));
}

/** The needs that are not met, and those that were not checked. */
function summarize({ rows }: CheckoutStatusReport): string[][] {
  return [false, null].map((state) => rows.filter(({ ok }) => ok === state).map(({ id }) => id));
}

const LATER = ['migrations', 'flags', 'user', 'token'];

// The fake Python is a script with a shebang line, which Windows does not run.
describe('checkout status', () => {
  it('exits with 0 if nothing is missing, and changes nothing', async () => {
    const report = await look(0);
    expect([report.ready, summarize(report)]).toEqual([true, [[], []]]);
    expect(report.rows.map(({ id }) => id)).toEqual([
      ...['python', 'requirements', 'env-file', 'settings', 'database', ...LATER, 'translations'],
    ]);
    expect(python.starts().at(-1)).toEqual(['look', '--email', 'phone-user@relay.localhost']);
  });

  it('says whether the frontend is built, and how to build it', async () => {
    const build = ['npm ci', 'npm run build --workspace frontend'];
    const missing = await look(0);
    expect(missing.frontend).toEqual({
      built: false,
      what: 'not built, so Relay has no web page',
      tryNext: build,
    });
    const shown = await workspace.run(STATUS);
    expect(shown.stdout).toMatch(/frontend {6}not built.*\n {8}Try: npm ci\n {13}npm run build/);
    rmSync(workspace.file('privaterelay/locales'), { recursive: true });
    const { tryNext } = (await look(3)).frontend;
    expect(tryNext).toEqual(['git submodule update --init privaterelay/locales', ...build]);
    mkdirSync(workspace.file('frontend/out'), { recursive: true });
    workspace.write('frontend/out/index.html', '');
    expect((await look(3)).frontend).toMatchObject({ built: true, tryNext: [] });
  });

  it('looks at the user and the token of --email', async () => {
    python.answer({ ...WELL, token: 'token of ann' });
    const ann = ['--email', 'ann@example.com'];
    await workspace.run(['checkout', 'prepare', '--yes', '--trust-checkout', ...ann]);
    python.answer({ ...WELL, user: USER });
    const own = await workspace.run([...STATUS, '--email', 'PHONE-USER@relay.localhost']);
    expect(own.code).toBe(0);
    for (const args of [ann, []]) {
      const other = await workspace.run([...STATUS, ...args]);
      expect(other).toMatchObject({ code: 3, stdout: expect.stringMatching(/not the one in the database/) });
    }
    const unknown = await workspace.run([...STATUS, '--email', 'bob@example.com']);
    expect(unknown.stdout).toMatch(/token of bob@example\.com was not saved/);
    expect(unknown.stdout).toContain('Try: relay-phone checkout prepare --email bob@example.com');
  });

  it.each([
    [{ exists: false }, ['database'], LATER],
    [{ pending: ['phones.0032_x'], flags: null, user: null }, ['migrations'], LATER.slice(1)],
    [{ flags: { phones: true }, user: { ...USER, phone: false } }, ['flags'], []],
    [{ flags: {} }, [], []],
    [{ flags: { phones: false, free_phones: true }, user: null }, ['flags', 'user'], []],
    [{ user: { ...USER, active: false } }, ['user'], []],
    [{ user: { ...USER, account: false } }, ['user'], []],
    [{ user: { ...USER, token: null } }, ['token'], []],
    [{ user: { ...USER, token: 'another' } }, ['token'], []],
  ])('reports what is missing: %j', async (found, missing, unseen) => {
    python.answer({ ...WELL, user: USER, ...found });
    const report = await look(missing.length > 0 ? 3 : 0);
    expect(summarize(report)).toEqual([missing, unseen]);
    for (const row of report.rows)
      expect(row.tryNext.some((step) => step.includes('checkout prepare'))).toBe(row.ok === false);
  });

  it.each([
    ['requirements', 'waffle', ['settings', 'database', ...LATER]],
    ['phones', '', ['database', ...LATER]],
    ['migrations', 'phones.0099_x', LATER.slice(1)],
  ])('reports the refusal of the script: %s', async (word, detail, unseen) => {
    python.answer({ refusal: { word, detail } });
    const [missing, others] = summarize(await look(3));
    expect([missing?.length, others]).toEqual([1, unseen]);
  });

  it('reports that the submodule with the translations was not fetched', async () => {
    rmSync(workspace.file('privaterelay/locales/en'), { recursive: true });
    const report = await look(3);
    expect(summarize(report)).toEqual([['translations'], []]);
    expect(report.rows.at(-1)?.tryNext).toEqual(['git submodule update --init privaterelay/locales']);
  });

  it('runs no code of a checkout that is not local, and reports all its faults', async () => {
    const starts = python.starts().length;
    const report = await look(3, { DATABASE_URL: 'postgres://me:hidden@db', PHONES_ENABLED: 'no' });
    expect(summarize(report)).toEqual([
      ['settings', 'database'],
      ['requirements', ...LATER],
    ]);
    expect(JSON.stringify(report)).not.toContain('hidden');
    expect(python.starts()).toHaveLength(starts);
  });

  it('runs no Python of a checkout that the user has not let run, and reports that', async () => {
    const environment = { XDG_CONFIG_HOME: workspace.file('.venv/config') };
    const ran = python.starts().length;
    const report = checkoutStatusReportSchema.parse(
      JSON.parse((await workspace.run([...STATUS, '--json', '--adopt'], { environment })).stdout),
    );
    expect(summarize(report)).toEqual([['python'], ['requirements', 'settings', 'database', ...LATER]]);
    expect(report.rows[0]?.what).toContain('you have not agreed to that yet');
    expect(report.rows[0]?.tryNext[0]).toContain('relay-phone checkout status --trust-checkout');
    const doctor = await workspace.run(['doctor', '--json'], { environment });
    expect(doctor.stdout).toContain('checkout-python');
    expect(python.starts()).toHaveLength(ran);
    await workspace.run([...STATUS, '--trust-checkout'], { environment });
    expect(python.starts()).toHaveLength(ran + 1);
  });

  it('asks once on a terminal, also for doctor', async ({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    const environment = { XDG_CONFIG_HOME: workspace.file('.venv/config'), RELAY_PHONE_ADOPT: '1' };
    const ran = python.starts().length;
    const no = startOnTerminal(['doctor', '--fix'], { cwd: workspace.path, environment });
    await no.answer('Do you trust this checkout?', 'n', KEY.enter);
    expect(await no.ended).toBe(6);
    expect(python.starts()).toHaveLength(ran);
    const yes = startOnTerminal(STATUS, { cwd: workspace.path, environment });
    await yes.answer('Do you trust this checkout?', 'y', KEY.enter);
    expect(await yes.ended).toBe(0);
    const again = startOnTerminal(STATUS, { cwd: workspace.path, environment });
    expect(await again.ended).toBe(0);
    expect(again.shown()).not.toContain('Do you trust');
    expect(python.starts()).toHaveLength(ran + 2);
  });

  it('shows the same as text, with the command for each missing need', async () => {
    python.answer({ ...WELL, exists: false });
    const { code, stdout } = await workspace.runBuilt(STATUS);
    expect(code).toBe(3);
    expect(stdout).toMatch(/✓ python {8}\S+\.venv\/bin\/python \(\.venv, 3\.11\.7\)/);
    expect(stdout).toMatch(
      /! database .*there is no .*\n.*it holds users.*\n +Try: relay-phone checkout prepare\n/,
    );
    const bare = await workspace.run([...STATUS, '--python', 'nowhere']);
    expect(bare).toMatchObject({ code: 3, stdout: expect.stringMatching(/! python .*no Python at/) });
  });
});
