// `relay-phone checkout prepare` and its refusals, with a fake Python.
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutPrepareReportSchema, errorReportSchema } from '../src/reports.js';
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

const TOKEN = '04ab647b-31dd-4938-ac7c-bdd9d99d6f24';
const PREPARE = ['checkout', 'prepare'];
const MADE = { ...WELL, changes: ['migrations applied: 146', 'user made'], token: TOKEN };
const SCRIPT = readFileSync(resolve(import.meta.dirname, '../templates/relay_checkout.py'), 'utf8');

/** A real Python without Django, where this machine has one. */
const bare = findBarePython();

let workspace: Workspace;
let python: StandIn;
beforeEach(() => {
  workspace = createWorkspace();
  writeCheckout(workspace.path, { '.env': LOCAL_ENV });
  python = writeStandIn(workspace.path);
  python.answer(MADE);
});
afterEach(() => workspace.remove());

// The fake Python is a script with a shebang line, which Windows does not run.
describe('checkout prepare', () => {
  it('says what it runs in five lines, runs it once, and saves the token in a file that only its owner can read', async () => {
    const { code, stdout, stderr } = await workspace.run([...PREPARE, '--yes', '--trust-checkout']);
    expect([code, stderr]).toEqual([0, '']);
    const [before = ''] = stdout.split('    ✓ migrations applied: 146');
    expect(before.trimEnd().split('\n')).toHaveLength(5);
    expect(before).toContain('switch on the flags phones, free_phones for everyone');
    expect(before).toContain('create the user phone-user@relay.localhost');
    expect(stdout).not.toContain('def main');
    expect(python.starts()).toEqual([
      ['prepare', '--flag', 'phones', '--flag', 'free_phones', '--email', 'phone-user@relay.localhost'],
    ]);
    expect(statSync(workspace.file('.relay-phone/relay-checkout.json')).mode & 0o777).toBe(0o600);
    expect(workspace.read('.relay-phone/relay-checkout.json')).toContain(TOKEN);
    expect(stdout).not.toContain(TOKEN);
  });

  it('reports if nothing was missing, and remembers the chosen user', async () => {
    const first = await workspace.run([
      ...PREPARE,
      '--yes',
      '--trust-checkout',
      '--json',
      '--email',
      'me@example.com',
    ]);
    expect(checkoutPrepareReportSchema.parse(JSON.parse(first.stdout))).toMatchObject({
      email: 'me@example.com',
      database: '/checkout/db.sqlite3',
      flags: ['phones', 'free_phones'],
      changes: [...MADE.changes, expect.stringContaining('API token saved in')],
    });
    expect(first.stdout + first.stderr).not.toContain(TOKEN);
    python.answer({ ...MADE, changes: [] });
    const before = photograph(workspace.file('.relay-phone'));
    const second = await workspace.run([...PREPARE, '--yes', '--trust-checkout']);
    expect(second.stdout).toContain('Everything was there already; nothing was changed.');
    expect(photograph(workspace.file('.relay-phone'))).toEqual(before);
    expect(python.starts().at(-1)?.at(-1)).toBe('me@example.com');
  });

  it('keeps the token of each user, and makes the last one the default', async () => {
    const prepare = (email: string) =>
      workspace.run([...PREPARE, '--yes', '--trust-checkout', '--email', email]);
    const saved = () => JSON.parse(workspace.read('.relay-phone/relay-checkout.json')) as unknown;
    // As an earlier version wrote it.
    await prepare('ann@example.com');
    workspace.write('.relay-phone/relay-checkout.json', '{"email":"ann@example.com","token":"of-ann"}\n');
    await prepare('bob@example.com');
    const [ann, bob] = [
      { email: 'ann@example.com', token: 'of-ann' },
      { email: 'bob@example.com', token: TOKEN },
    ];
    expect(saved()).toEqual({ ...bob, others: [ann] });
    python.answer({ ...MADE, changes: [], token: 'of-ann' });
    expect((await prepare('ann@example.com')).stdout).toContain('nothing was changed');
    expect(saved()).toEqual({ ...ann, others: [bob] });
    await workspace.run([...PREPARE, '--yes', '--trust-checkout']);
    expect(python.starts().at(-1)?.at(-1)).toBe('ann@example.com');
  });

  it('turns on the requested flags, with the given Python and checkout', async () => {
    const flags = ['--multi-replies', '--outbound-phone', '--checkout', workspace.path];
    const elsewhere = createWorkspace();
    const ended = await elsewhere.run([
      ...PREPARE,
      '--yes',
      '--trust-checkout',
      ...flags,
      '--python',
      workspace.file('.venv'),
    ]);
    expect([ended.code, elsewhere.list()]).toEqual([0, []]);
    elsewhere.remove();
    expect(python.starts()[0]).toEqual(expect.arrayContaining(['multi_replies', 'outbound_phone']));
  });

  it('requires --yes without a terminal, and shows the whole script on request', async () => {
    const before = photograph(workspace.path);
    const unasked = await workspace.run(PREPARE);
    expect(unasked).toMatchObject({ code: 3, stderr: expect.stringContaining('checkout prepare --yes') });
    expect(unasked.stderr).toContain('checkout prepare --show-script');
    expect(unasked.stdout).not.toContain('def main');
    const shown = await workspace.run([...PREPARE, '--show-script']);
    for (const line of SCRIPT.split('\n')) expect(shown.stdout).toContain(line.trim());
    expect(shown.stderr).not.toContain('--show-script');
    expect(photograph(workspace.path)).toEqual(before);
  });

  it('with --yes runs no Python that the user has not let run before', async () => {
    const before = photograph(workspace.path);
    const refused = await workspace.run([...PREPARE, '--yes']);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(`${workspace.file('.venv/bin/python')} would run code of this checkout`);
    expect(refused.stderr).toContain('checkout prepare --trust-checkout');
    expect([python.starts(), photograph(workspace.path)]).toEqual([[], before]);
    // A variable in .env is not the user's word: the file may have come with the checkout.
    workspace.write('.env', `${LOCAL_ENV}RELAY_PHONE_TRUST_CHECKOUT=1\n`);
    const still = await workspace.run([...PREPARE, '--yes']);
    expect(still).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('ignored: RELAY_PHONE_TRUST_CHECKOUT'),
    });
    expect(python.starts()).toEqual([]);
    workspace.write('.env', LOCAL_ENV);
    const environment = { RELAY_PHONE_TRUST_CHECKOUT: '1' };
    expect((await workspace.run([...PREPARE, '--yes'], { environment })).code).toBe(0);
    expect((await workspace.run([...PREPARE, '--yes'])).code).toBe(0);
  });

  it('asks anew if another Python stands in the place of the one that was let run', async () => {
    await workspace.run([...PREPARE, '--yes', '--trust-checkout']);
    const [own, other] = [workspace.file('.venv/bin/python'), workspace.file('.venv/bin/other')];
    renameSync(own, other);
    symlinkSync(other, own);
    expect((await workspace.run([...PREPARE, '--yes'])).code).toBe(3);
    expect((await workspace.run([...PREPARE, '--yes', '--python', other])).code).toBe(3);
    expect(python.starts()).toHaveLength(1);
  });

  it('shows the script on a terminal for the answer s, and declines for Enter alone', async ({ skip }) => {
    skip(!hasTerminals, NO_TERMINALS);
    const before = photograph(workspace.path);
    for (const keys of [['n', KEY.enter], [KEY.enter]]) {
      const no = startOnTerminal(PREPARE, { cwd: workspace.path });
      await no.answer('Run it?', 's', KEY.enter);
      await no.waitFor('def main');
      await no.answer('Run it?', ...keys);
      expect(await no.ended).toBe(3);
      expect(no.shown()).toContain('Declined: prepare the checkout, nothing was changed.');
      expect(no.shown()).not.toContain('Failed');
    }
    expect(photograph(workspace.path)).toEqual(before);
    const yes = startOnTerminal(PREPARE, { cwd: workspace.path });
    await yes.answer('Run it?', 'y', KEY.enter);
    expect([await yes.ended, python.starts().length]).toEqual([0, 1]);
    expect((await workspace.run([...PREPARE, '--yes'])).code).toBe(0);
    expect(yes.received()).not.toContain(TOKEN);
  });
});

describe('checkout prepare changes nothing', () => {
  async function refuse(args: readonly string[] = [], environment = {}): Promise<string> {
    const before = photograph(workspace.path);
    const { code, stdout } = await workspace.run(
      [...PREPARE, '--yes', '--trust-checkout', '--json', ...args],
      { environment },
    );
    expect(code).toBe(3);
    expect(photograph(workspace.path)).toEqual(before);
    return errorReportSchema.parse(JSON.parse(stdout)).error.message;
  }

  it.each([
    [{ '.env': undefined }, {}, /there is no \.env/],
    [{ '.env': `${LOCAL_ENV}DATABASE_URL=postgres://me:pw@db/relay\n` }, {}, /points to postgres/],
    [{ '.env': `${LOCAL_ENV}RELAY_CHANNEL=stage\n` }, {}, /is stage, not local/],
    [{ '.env': `${LOCAL_ENV}AWS_SECRET_ACCESS_KEY=x\n` }, {}, /AWS_SECRET_ACCESS_KEY is set in \.env/],
    [{}, { SENTRY_DSN: 'https://x@sentry.io/1' }, /SENTRY_DSN is set in the environment/],
    [{ '.env': `${LOCAL_ENV}PHONES_ENABLED=False\n` }, {}, /PHONES_ENABLED is off/],
  ])('and runs none of its code with %j and %j', async (files, environment, message) => {
    writeCheckout(workspace.path, { '.env': LOCAL_ENV, ...files });
    expect(await refuse([], environment)).toMatch(message);
    expect(python.starts()).toEqual([]);
  });

  it.each([
    ['python', '3.9.2', /is Python 3\.9\.2, and Relay needs 3\.11/],
    ['requirements', 'waffle', /lacks waffle, which Relay requires/],
    ['settings', 'ValueError: FXA', /does not start with these settings: ValueError: FXA/],
    ['channel', 'dev', /RELAY_CHANNEL is dev, not local/],
    ['phones', '', /PHONES_ENABLED is off/],
    ['database', 'postgresql', /is postgresql, and only a local SQLite file/],
    ['migrations', 'phones.0099_new', /another branch .* does not know phones\.0099_new/],
    ['rivals', 'phones.0031_a, phones.0031_b', /conflicting migrations of two branches/],
    ['user', 'a@b', /a@b was deactivated/],
    ['failure', 'OperationalError: database is locked', /another program has locked the database/],
    ['failure', 'OperationalError: unable to open database file', /cannot be used/],
    ['failure', 'KeyError: 1', /Relay's code failed: KeyError: 1/],
  ])('if the script refuses: %s, %s', async (word, detail, message) => {
    python.answer({ refusal: { word, detail } });
    expect(await refuse()).toMatch(message);
  });

  it('if the Python gives no answer, or is not a Python', async () => {
    python.answer('no JSON');
    expect(await refuse()).toMatch(/it ended without an answer/);
    expect(await refuse(['--python', '.env'])).toMatch(/\.env \(--python\): it cannot be run \(EACCES\)/);
    expect(await refuse(['--python', 'nowhere'])).toMatch(/there is no Python at .*nowhere/);
  });

  it('if the Python lacks the packages that Relay requires', async ({ skip }) => {
    skip(bare === undefined, 'there is no python3');
    const message = await refuse(['--python', bare ?? '']);
    expect(message).toMatch(/lacks django, which Relay requires|is Python 3\.\d+\.\d+, and Relay needs/);
  });

  it('without a checkout, a Python, or a valid e-mail address', async () => {
    expect(await workspace.run([...PREPARE, '--email', '-x'])).toMatchObject({ code: 2 });
    const empty = createWorkspace();
    const nowhere = await empty.run([...PREPARE, '--yes', '--trust-checkout']);
    expect(nowhere).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/is not a checkout.*\n.*--checkout PATH/),
    });
    writeCheckout(empty.path, { '.env': LOCAL_ENV });
    const bare = await empty.run([...PREPARE, '--yes', '--trust-checkout']);
    expect(bare).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/none in \.venv, env or venv.*\n.*venv \.venv/),
    });
    expect(empty.list()).not.toContain('.relay-phone');
    empty.remove();
  });
});

function findBarePython(): string | undefined {
  const code =
    'import importlib.util, sys; print("" if importlib.util.find_spec("django") else sys.executable)';
  return spawnSync('python3', ['-c', code], { encoding: 'utf8' }).stdout?.trim() || undefined;
}
