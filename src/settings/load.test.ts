// Loading settings: precedence of the sources, malformed values, conversion.
import { describe, expect, it } from 'vitest';
import { loadSettings } from './load.js';
import { verifyResolved } from './unresolved.js';

const APP = `AP${'a'.repeat(32)}`;
const none = { flags: {}, environment: {}, envFile: new Map<string, string>() };

describe('loadSettings', () => {
  it('prefers the flag to the environment and the environment to .env, and records the source', () => {
    const envFile = new Map([
      ['TWILIO_MAIN_NUMBER', '+12025550101'],
      ['TWILIO_SMS_APPLICATION_SID', APP],
      ['TWILIO_ACCOUNT_SID', 'AC1'],
    ]);
    const { values, sources } = loadSettings({
      flags: { accountSid: 'AC3' },
      environment: { TWILIO_ACCOUNT_SID: 'AC2', TWILIO_MAIN_NUMBER: '+12025550102' },
      envFile,
    });
    expect(values).toEqual({ accountSid: 'AC3', mainNumber: '+12025550102', applicationSid: APP });
    expect(sources).toEqual({ accountSid: 'flag', mainNumber: 'environment', applicationSid: '.env' });
  });

  it('ignores empty values', () => {
    const envFile = new Map([['TWILIO_MAIN_NUMBER', '+12025550101']]);
    const { values } = loadSettings({
      flags: { mainNumber: undefined },
      environment: { TWILIO_MAIN_NUMBER: '' },
      envFile,
    });
    expect(values.mainNumber).toBe('+12025550101');
  });

  it('refuses a malformed value and names its source, but not the value', () => {
    const load = () => loadSettings({ ...none, environment: { TWILIO_SMS_APPLICATION_SID: 'hunter2' } });
    expect(load).toThrow(/TWILIO_SMS_APPLICATION_SID in the environment is not a SID/);
    expect(load).not.toThrow(/hunter2/);
  });

  it('ignores a malformed value in .env that init will replace', () => {
    const { values, ignored } = loadSettings({
      ...none,
      envFile: new Map([['TWILIO_MAIN_NUMBER', 'call me']]),
    });
    expect(values.mainNumber).toBeUndefined();
    expect(ignored).toEqual([
      expect.stringContaining('TWILIO_MAIN_NUMBER in the env file is not a phone number'),
    ]);
  });

  it('converts seconds to a number', () => {
    expect(loadSettings({ ...none, flags: { timeout: '2.5' } }).values.timeout).toBe(2.5);
    expect(() => loadSettings({ ...none, flags: { timeout: '-1' } })).toThrow(/more than 0 seconds/);
    expect(() => loadSettings({ ...none, flags: { timeout: 'soon' } })).toThrow(/--timeout is not a number/);
  });
});

describe('references and ciphertext', () => {
  const places = {
    flags: { authToken: 'op://Dev/Twilio/token' },
    environment: { TWILIO_ACCOUNT_SID: `"AC${'0'.repeat(32)}"` },
    envFile: new Map([['TWILIO_MAIN_NUMBER', 'encrypted:BDqDB']]),
  };
  const use = { command: 'status', envPath: '/app/.env' };

  it('count as missing, and are never ignored as a value that init would replace', () => {
    const { values, ignored, unresolved } = loadSettings(places);
    expect([values, ignored]).toEqual([{}, []]);
    expect(unresolved.map(({ key, source }) => [key, source])).toEqual([
      ['TWILIO_ACCOUNT_SID', 'environment'],
      ['--auth-token-file', 'flag'],
      ['TWILIO_MAIN_NUMBER', '.env'],
    ]);
  });

  it('are all named by one error, with key, source, form and command, but without a value', () => {
    const loaded = loadSettings(places);
    expect(() => verifyResolved(loaded, use)).toThrow(
      expect.objectContaining({
        kind: 'needsUser',
        lines: [
          'Failed to read the settings: they are references or ciphertext, not the values themselves',
          expect.stringMatching(/^TWILIO_ACCOUNT_SID in the environment is in quotation marks, which docker/),
          '--auth-token-file is a reference to 1Password (op://…)',
          'TWILIO_MAIN_NUMBER in /app/.env is ciphertext of dotenvx (encrypted:…).',
        ],
        tryNext: [
          'remove the quotation marks around TWILIO_ACCOUNT_SID where it is set',
          'op run -- relay-phone status',
          'dotenvx run -f /app/.env -- relay-phone status',
        ],
      }),
    );
    expect(() => verifyResolved(loaded, use, (name) => name === 'apiToken')).not.toThrow();
  });

  it('are refused at once in the settings that decide how a command starts', () => {
    for (const [name, value] of [
      ['RELAY_PHONE_TARGET', '"sandbox"'],
      ['RELAY_PHONE_STATE_DIR', "'state'"],
      ['RELAY_PHONE_TIMEOUT', '$SECONDS'],
    ] as const) {
      const load = () => loadSettings({ ...none, environment: { [name]: value } });
      expect(load).toThrow(`${name} in the environment is `);
    }
  });
});
