// The debug log: which areas are on, and how lines are redacted.
import { describe, expect, it } from 'vitest';
import { createDebugLog, DEBUG_AREAS, type DebugArea } from './debug.js';

const NOON = Date.UTC(2026, 0, 1, 12, 0, 0, 5);

function createLog(value: string | undefined, environment: Record<string, string> = {}) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { ...createDebugLog({ value, environment, write, now: () => NOON, pid: 7 }), lines };
}

/** Returns the line that is written for `message`, without its prefix. */
function show(message: string, environment: Record<string, string> = {}, ...secrets: string[]): string {
  const { debug, hide, lines } = createLog('1', environment);
  for (const secret of secrets) hide(secret);
  debug('http', () => message);
  return lines.join('').replace('relay-phone[7] 12:00:00.005 http     ', '');
}

describe('the areas of the debug log', () => {
  it.each<[string | undefined, readonly DebugArea[]]>([
    [undefined, []],
    ['', []],
    ['0', []],
    ['1', DEBUG_AREAS],
    ['true', DEBUG_AREAS],
    ['*', DEBUG_AREAS],
    ['locks', ['locks']],
    [' HTTP , tunnel,', ['http', 'tunnel']],
  ])('%j turns on %j and writes nothing itself', (value, areas) => {
    const { isOn, lines } = createLog(value);
    expect(DEBUG_AREAS.filter(isOn)).toEqual(areas);
    expect(lines).toEqual([]);
  });

  it('are listed if RELAY_PHONE_DEBUG names an unknown one', () => {
    const { isOn, lines } = createLog('http,lock,\x1b[2J');
    expect(isOn('http')).toBe(true);
    expect(lines).toEqual([
      'RELAY_PHONE_DEBUG names no area "lock", "\\x1b[2j": the areas are http, locks, programs, tunnel, webhooks, and 1 is all of them.\n',
    ]);
  });

  it('do not build a message for an area that is off', () => {
    const { debug, lines } = createLog('locks');
    debug('http', () => {
      throw new Error('it was asked for');
    });
    debug('locks', () => 'took setup');
    expect(lines).toEqual(['relay-phone[7] 12:00:00.005 locks    took setup\n']);
  });
});

describe('a line of the debug log', () => {
  it.each([
    ['http://me:pass@word@host/path', 'http://host/path'],
    ['https://me@host', 'https://host'],
    ['http://host/?user=me&api_token=abc&Area=1', 'http://host/?user=me&api_token=…&Area=1'],
    ['http://host/login?code=abc#part', 'http://host/login?code=…#part'],
    ['http://host/?AreaCode=202&ErrorCode=30034', 'http://host/?AreaCode=202&ErrorCode=30034'],
    ['Authorization: Basic QUM6dG9rZW4=', 'Authorization: Basic …'],
    ['refused "Bearer abc.def"', 'refused "Bearer …"'],
    [`token ${'0123456789abcdef'.repeat(2)}, AC${'1'.repeat(32)}`, `token …, AC${'1'.repeat(32)}`],
    ['a\nb\r\x1b[31mc\u202ed\u2028e', 'a\\nb\\r\\x1b[31mc\\u202ed\\u2028e'],
  ])('shows %j as %j', (message, shown) => {
    expect(show(message)).toBe(`${shown}\n`);
  });

  it('hides the values of variables named like secrets, plain and URL-encoded', () => {
    const environment = { TWILIO_AUTH_TOKEN: 'a b', DATABASE_URL: 'db', SECRET_KEY: 'key', HOME: '/home' };
    expect(show('a b, a%20b, db, key, /home', environment)).toBe('…, …, …, …, /home\n');
  });

  it('hides registered secrets, the longest first', () => {
    expect(show('one one-two', {}, 'one', 'one-two', '')).toBe('… …\n');
  });
});
