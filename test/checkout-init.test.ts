// `relay-phone init` in a checkout of Relay: its files, the secret key, and the allowed hosts of an older Relay.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initReportSchema } from '../src/reports.js';
import { readWithDecouple, readWithDotenv } from '../src/settings/env-file/read.js';
import { PLACEHOLDER, writeCheckout } from './support/relay-checkout.js';
import { createWorkspace, type Workspace } from './support/workspace.js';

const INIT = ['init', '--sandbox', '--yes'];

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

/** What both readers of `.env` see. */
function read(key: string, file = '.env'): (string | undefined)[] {
  const bytes = Buffer.from(workspace.read(file));
  return [readWithDotenv(bytes).get(key), readWithDecouple(bytes).get(key)];
}

describe('init in a checkout', () => {
  it('creates .env from .env-dist with a secret key that is never shown, and suggests the next command', async () => {
    writeCheckout(workspace.path);
    const { code, stdout, stderr } = await workspace.run([...INIT, '--json']);
    expect(code).toBe(0);
    const [key = '', other] = read('SECRET_KEY');
    expect([key, other]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), key]);
    expect(read('DEBUG')).toEqual(['True', 'True']);
    expect(stdout + stderr).not.toContain(key);
    expect(stderr).toContain('SECRET_KEY=(hidden)');
    expect(workspace.read('.relay-phone/journal.jsonl')).not.toContain(key);
    expect(initReportSchema.parse(JSON.parse(stdout)).next.join()).toContain('relay-phone checkout prepare');
    await workspace.run(INIT);
    expect(read('SECRET_KEY')).toEqual([key, key]);
  });

  it.each([
    ['# mine\n', /^[0-9a-f]{64}$/],
    ['SECRET_KEY=\n', /^[0-9a-f]{64}$/],
    [`SECRET_KEY='${PLACEHOLDER}'\n`, /^[0-9a-f]{64}$/],
    ['export SECRET_KEY=mine\n', /^mine$/],
    ['SECRET_KEY="mine"\n', /^mine$/],
  ])('writes a key that both readers read alike after %j', async (before, key) => {
    writeCheckout(workspace.path, { '.env': before });
    await workspace.run(INIT);
    expect(read('SECRET_KEY')).toEqual([expect.stringMatching(key), expect.stringMatching(key)]);
    await workspace.run(['undo', '--yes']);
    expect(read('SECRET_KEY')).toEqual(
      [readWithDotenv, readWithDecouple].map((reader) => reader(Buffer.from(before)).get('SECRET_KEY')),
    );
  });

  it('keeps a key that only Relay reads completely', async () => {
    writeCheckout(workspace.path, { '.env': 'SECRET_KEY=a"b\'c#d\n' });
    expect(await workspace.run(INIT)).toMatchObject({ code: 0 });
    expect(read('SECRET_KEY')[1]).toBe('a"b\'c#d');
  });

  it('writes only the allowed hosts setting that an older Relay reads', async () => {
    writeCheckout(workspace.path, { 'privaterelay/settings.py': 'config("DJANGO_ALLOWED_HOST")' });
    await workspace.run(INIT);
    expect(read('DJANGO_ALLOWED_HOST')[0]).toBe('127.0.0.1,localhost');
    expect(read('ALLOWED_HOSTS')[0]).toBeUndefined();
  });
});

describe('--checkout', () => {
  it('works in the folder of the checkout, from any folder', async () => {
    writeCheckout(workspace.file('relay'));
    const environment = { RELAY_PHONE_ENV_FILE: 'other.env' };
    expect(await workspace.run([...INIT, '--checkout', 'relay'], { environment })).toMatchObject({ code: 0 });
    expect(read('SECRET_KEY', 'relay/.env')[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(workspace.list()).toContain('relay/.relay-phone/journal.jsonl');
    expect(workspace.list().filter((file) => !file.startsWith('relay'))).toEqual([]);
  });

  it('is overridden by --env-file and --state-dir', async () => {
    writeCheckout(workspace.file('relay'));
    const flags = ['--checkout', 'relay', '-e', 'other.env', '--state-dir', 'state'];
    expect(await workspace.run([...INIT, ...flags])).toMatchObject({ code: 0 });
    expect(read('SECRET_KEY', 'other.env')[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(workspace.list().filter((file) => /relay\/\.(env$|relay-phone)/.test(file))).toEqual([]);
  });

  it('is an error for a folder that is not a checkout, and lists the missing files', async () => {
    writeCheckout(workspace.file('relay'), { 'manage.py': undefined });
    const { code, stderr } = await workspace.run([...INIT, '--checkout', 'relay']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/not a checkout .*: it has no manage\.py\.\n/)]);
    expect(workspace.list()).not.toContain('relay/.relay-phone');
  });
});
