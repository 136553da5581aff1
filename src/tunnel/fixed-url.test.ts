// Tests which URLs are accepted as a fixed public base.
import { describe, expect, it } from 'vitest';
import { createFixedUrl, type FixedUrlOptions } from './fixed-url.js';

async function openFixed(raw: string, options?: FixedUrlOptions): Promise<string> {
  const tunnel = await createFixedUrl(raw, options)({ timeoutMs: 1, signal: new AbortController().signal });
  await tunnel.close();
  return tunnel.publicBase;
}

describe('a fixed URL', () => {
  it.each([
    ['https://relay.example.com', 'https://relay.example.com'],
    ['https://Relay.Example.com:8443/', 'https://relay.example.com:8443'],
  ])('is accepted: %s', async (raw, publicBase) => {
    expect(await openFixed(raw)).toBe(publicBase);
  });

  it.each([
    ['http://relay.example.com', 'must start with https://'],
    ['https://relay.example.com/sub', 'must be an origin'],
    ['https://relay.example.com/?a=b', 'must be an origin'],
    ['https://me:secret@relay.example.com', 'https://…@?relay.example.com must not hold a user name'],
    ['https://my_name.example.com', 'underscore'],
    ['https://*.example.com', 'has a wildcard in its host name'],
    ['https://-a.example.com', 'no host can have'],
    ['https://exa mple.com', 'is not a URL'],
    ['https://localhost:8000', 'is an address of this machine'],
    ['http://127.0.0.1:8000', 'is an address of this machine'],
    ['relay.example.com', 'is not a URL'],
    ['', 'is not a URL'],
  ])('is refused: %j', async (raw, reason) => {
    await expect(openFixed(raw)).rejects.toThrow(new RegExp(reason));
    await expect(openFixed(raw)).rejects.not.toThrow(/secret/);
  });

  it('may be an address of this machine if loopback is allowed', async () => {
    expect(await openFixed('http://127.0.0.1:8000', { allowLocal: true })).toBe('http://127.0.0.1:8000');
    await expect(openFixed('http://relay.example.com', { allowLocal: true })).rejects.toThrow(/https/);
    await expect(openFixed('http://*.localhost', { allowLocal: true })).rejects.toThrow(/wildcard/);
  });
});
