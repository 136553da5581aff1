// Recognises settings that are not for local development, without showing their secret values.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LOCAL_ENV, writeCheckout } from '../../test/support/relay-checkout.js';
import { listSettingFaults } from './settings.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-phone-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function list(env: string | undefined, environment = {}, files = {}) {
  writeCheckout(folder, { '.env': env, ...files });
  return listSettingFaults({ path: folder, hostsKey: 'ALLOWED_HOSTS' }, environment);
}

it.each([
  ['', {}],
  ['SENTRY_DSN=""\nAWS_ACCESS_KEY_ID=\n', {}],
  ['RELAY_CHANNEL=local\nSITE_ORIGIN=https://relay.firefox.com\n', {}],
  ['SITE_ORIGIN=https://somebody.ngrok-free.app\n', {}],
  ['FXA_OAUTH_ENDPOINT=https://oauth.stage.mozaws.net/v1\n', {}],
  ['REDIS_URL=redis://localhost:6379/0\nDATABASE_URL=sqlite:///branch.sqlite3\n', {}],
  ['SENTRY_DSN=https://secret@sentry.io/1\n', { SENTRY_DSN: '' }],
  ['PHONES_ENABLED=0\n', { PHONES_ENABLED: 'on' }],
])('accepts the settings %j in the environment %j as local', async (more, environment) => {
  expect(await list(LOCAL_ENV + more, environment)).toEqual([]);
});

it.each([
  ['RELAY_CHANNEL=prod', 'settings', /RELAY_CHANNEL in \.env is prod, not local/],
  ['SITE_ORIGIN=https://relay.firefox.com', 'settings', /SITE_ORIGIN in \.env .* deployment/],
  ['SITE_ORIGIN=https://relay-dev.allizom.org', 'settings', /SITE_ORIGIN/],
  ['AWS_ACCESS_KEY_ID=AKIAHIDDEN', 'settings', /AWS_ACCESS_KEY_ID is set in \.env/],
  ['AWS_SECRET_ACCESS_KEY="HIDDEN"', 'settings', /AWS_SECRET_ACCESS_KEY/],
  ['SENTRY_DSN=https://HIDDEN@sentry.io/1', 'settings', /SENTRY_DSN/],
  ['GOOGLE_CLOUD_PROFILER_CREDENTIALS_B64=HIDDEN', 'settings', /GOOGLE_CLOUD/],
  ['FXA_OAUTH_ENDPOINT=https://oauth.accounts.firefox.com/v1', 'settings', /FXA_OAUTH_ENDPOINT .*everybody/],
  ['FXA_BASE_ORIGIN=https://accounts.firefox.com', 'settings', /FXA_BASE_ORIGIN/],
  ['REDIS_URL=redis://:HIDDEN@cache.example.com:6379', 'settings', /REDIS_URL .*another machine/],
  ['DATABASE_URL=postgres://me:HIDDEN@db/relay', 'database', /points to postgres, and only a local SQLite/],
  ['DATABASE_URL=HIDDEN', 'database', /points to something else/],
  ['SECRET_KEY=', 'settings', /SECRET_KEY is not set/],
  ['PHONES_ENABLED=False', 'settings', /PHONES_ENABLED is off in \.env/],
])('reports %s as a fault', async (line, need, reason) => {
  const [fault, ...others] = await list(`${LOCAL_ENV}${line}\n`);
  expect([fault?.need, fault?.reason, others]).toEqual([need, expect.stringMatching(reason), []]);
  expect(JSON.stringify(fault)).not.toContain('HIDDEN');
});

it('the environment overrides .env, and values of .env-dist are not secret', async () => {
  const [fault] = await list(LOCAL_ENV, { DATABASE_URL: 'mysql://db' });
  expect(fault?.reason).toMatch(/DATABASE_URL in the environment points to mysql/);
  const dist = { '.env-dist': 'AWS_SECRET_ACCESS_KEY=dummy\n' };
  expect(await list(`${LOCAL_ENV}AWS_SECRET_ACCESS_KEY=dummy\n`, {}, dist)).toEqual([]);
});

it.each([
  [{ '.env': undefined }, /there is no \.env/],
  [{ 'settings.ini': '[settings]\n' }, /reads its settings from settings\.ini/],
  [{ [join('privaterelay', '.env')]: '' }, /privaterelay.\.env, not from \.env/],
  [{ '.env': 'A=\0' }, /it is not text/],
])('reports a fault if Relay would read other files: %j', async (files, reason) => {
  const faults = await list(LOCAL_ENV, {}, files);
  expect(faults).toMatchObject([{ need: 'env-file', reason: expect.stringMatching(reason) }]);
});
