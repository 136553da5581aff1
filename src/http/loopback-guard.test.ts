// Which requests the guard of a server on loopback refuses.
import { describe, expect, it } from 'vitest';
import { findIntrusion } from './loopback-guard.js';

const PORT = 4020;
const refuses = (headers: Readonly<Record<string, string>>, port = PORT, hostNames?: readonly string[]) =>
  findIntrusion(headers, port, hostNames) !== undefined;

describe('the guard of a server on loopback', () => {
  it('accepts the names of this machine with the exact port, in any case', () => {
    for (const host of ['localhost:4020', 'LOCALHOST:4020', '127.0.0.1:4020', '[::1]:4020']) {
      expect([host, refuses({ host })]).toEqual([host, false]);
    }
    for (const host of ['localhost', 'localhost:4021', 'rebound.example:4020', '127.0.0.2:4020', '']) {
      expect([host, refuses({ host })]).toEqual([host, true]);
    }
    expect(refuses({})).toBe(true);
  });

  it('takes a Host without a port for port 80', () => {
    expect(refuses({ host: 'localhost' }, 80)).toBe(false);
    expect(refuses({ host: '[::1]:80' }, 80)).toBe(false);
    expect(findIntrusion({ host: 'localhost:4020' }, 80)).toBe(
      "the Host 'localhost:4020' is not localhost:80",
    );
  });

  it('accepts its host names and IP addresses with any port, if other machines can reach the server', () => {
    const ask = (headers: Readonly<Record<string, string>>) => refuses(headers, PORT, ['twilio']);
    for (const host of ['twilio:4020', 'Twilio.', 'localhost:49153', '10.0.0.7', '[2001:db8::7]:80'])
      expect([host, ask({ host })]).toEqual([host, false]);
    for (const host of ['twilio.evil.example', '127.1', 'sub.localhost', '[twilio]', ''])
      expect([host, ask({ host })]).toEqual([host, true]);
    expect(ask({ host: 'twilio', origin: 'http://twilio' })).toBe(true);
  });

  it('accepts no origin, not even the page or itself', () => {
    const host = '127.0.0.1:4020';
    for (const origin of ['http://127.0.0.1:4022', `http://${host}`, 'http://localhost:4020', 'null', '']) {
      expect([origin, refuses({ host, origin })]).toEqual([origin, true]);
    }
  });

  it('refuses what a browser says comes from another site', () => {
    const ask = (site: string) => refuses({ host: 'localhost:4020', 'sec-fetch-site': site });
    expect(['same-origin', 'none', 'same-site', 'cross-site'].map(ask)).toEqual([false, false, true, true]);
  });
});
