// Loading settings: precedence of the sources, malformed values, conversion.
import { describe, expect, it } from 'vitest';
import { loadSettings } from './load.js';

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
