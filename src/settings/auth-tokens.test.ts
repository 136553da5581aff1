// Tests which other auth tokens are found on this machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listOtherTokens } from './auth-tokens.js';
import { readWithDotenv } from './env-file/read.js';

it('lists the tokens of .env, of the environment and of the newest three backups, each once and not the own', () => {
  const backups = mkdtempSync(join(tmpdir(), 'relay-phone-tokens-'));
  onTestFinished(() => rmSync(backups, { recursive: true }));
  for (const [at, token] of ['ancient', 'old', 'own', 'newest'].entries())
    writeFileSync(join(backups, `env-2026-01-0${at + 1}`), `TWILIO_AUTH_TOKEN=${token}\n`);
  const bytes = Buffer.from('TWILIO_AUTH_TOKEN=own\nTWILIO_TEST_AUTH_TOKEN=test\n');
  const envFile = { bytes, values: readWithDotenv(bytes) };
  const environment = { TWILIO_AUTH_TOKEN: 'shell', TWILIO_TEST_AUTH_TOKEN: 'test' };
  expect(listOtherTokens({ environment, envFile, backups }, 'own')).toEqual([
    { token: 'shell', name: 'TWILIO_AUTH_TOKEN of the environment' },
    { token: 'test', name: 'TWILIO_TEST_AUTH_TOKEN of .env' },
    { token: 'newest', name: 'TWILIO_AUTH_TOKEN of an earlier .env' },
    { token: 'old', name: 'TWILIO_AUTH_TOKEN of an earlier .env' },
  ]);
});

it('lists nothing where there is nothing', () => {
  const places = { environment: {}, envFile: undefined, backups: '/no/such/folder' };
  expect(listOtherTokens(places, 'own')).toEqual([]);
});
