// Tests that each version of ngrok.yml is read, and that no content causes harm.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseNgrokYml } from './ngrok-yml.js';
import { formatRelayBlock } from './relay-block.js';

const TOKEN = '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS';

describe('parseNgrokYml', () => {
  it.each([3, '"3"'])('reads the agent and the endpoints of version %s', (version) => {
    const text = `
version: ${version}
agent:
  authtoken: ${TOKEN}
  api_key: other
endpoints:
  - name: other
    url: https://other.ngrok.app
  - name: relay
    url: https://mine.ngrok.app/
    upstream: { url: 8000 }
`;
    expect(parseNgrokYml(text)).toEqual({ authtoken: TOKEN, hasApiKey: true, domain: 'mine.ngrok.app' });
  });

  it.each(['version: 2\n', 'version: "2"\n', ''])('reads the tunnels of older versions (%j)', (version) => {
    const text = `${version}authtoken: ${TOKEN}\ntunnels:\n  relay:\n    proto: http\n    domain: mine.ngrok.app\n`;
    expect(parseNgrokYml(text)).toEqual({ authtoken: TOKEN, hasApiKey: false, domain: 'mine.ngrok.app' });
  });

  it.each([
    ['hostname: old.example.com', 'old.example.com'],
    ['subdomain: mine', 'mine.ngrok.app'],
    ['subdomain: mine.ngrok.io', 'mine.ngrok.io'],
    ['proto: http', undefined],
  ])('reads the domain from older keys: %s', (line, domain) => {
    expect(parseNgrokYml(`tunnels:\n  relay:\n    ${line}\n`).domain).toBe(domain);
  });

  it.each([
    ['bare.ngrok.app', 'bare.ngrok.app'],
    ['https://full.ngrok.app:443/path?x', 'full.ngrok.app'],
    ['https://', undefined],
    ['""', undefined],
  ])('reads the host of an endpoint at %s', (url, domain) => {
    expect(parseNgrokYml(`version: 3\nendpoints:\n  - name: only\n    url: ${url}\n`).domain).toBe(domain);
  });

  it('returns no domain if several tunnels exist and none is named relay', () => {
    const text = 'tunnels:\n  a: { domain: a.ngrok.app }\n  b: { domain: b.ngrok.app }\n';
    expect(parseNgrokYml(text).domain).toBeUndefined();
  });

  it('accepts an authtoken that looks like a number, and ignores values of the wrong type', () => {
    expect(parseNgrokYml('authtoken: 0123456789e5\n').authtoken).toBe('0123456789e5');
    expect(
      parseNgrokYml('authtoken: [1]\nagent: 7\ntunnels: x\nendpoints: {}\n__proto__: { a: 1 }\n'),
    ).toEqual({
      authtoken: undefined,
      hasApiKey: false,
      domain: undefined,
    });
  });

  it.each(['', '# nothing\n', 'null\n', '7\n', '[]\n', 'authtoken:\n'])(
    'accepts a file without settings: %j',
    (text) => {
      expect(parseNgrokYml(text)).toEqual({ authtoken: undefined, hasApiKey: false, domain: undefined });
    },
  );

  it.each([
    `authtoken: "${TOKEN}\nversion: 3`,
    `authtoken: ${TOKEN}\n  version: 3: 4\n`,
    `a: &x [${TOKEN}]\nb: *y\n`,
    `authtoken: ${TOKEN}\nauthtoken: ${TOKEN}\n`,
    `---\na: 1\n---\nauthtoken: ${TOKEN}\n`,
  ])('refuses broken YAML and quotes none of it: %#', (text) => {
    expect(() => parseNgrokYml(text)).toThrow(/^broken YAML: (line \d+: [A-Z_]+|it does not resolve)$/);
  });

  it('parses hostile content in bounded time', () => {
    const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n},*a${n},*a${n},*a${n},*a${n},*a${n},*a${n}]\n`).join('')}`;
    const start = process.cpuUsage();
    for (const text of [bomb, ...['[', '- ', '{a: ', '? ', '? - '].map((piece) => piece.repeat(60_000))]) {
      expect(() => parseNgrokYml(text)).toThrow(/^broken YAML/);
    }
    // CPU time, which does not depend on other programs. Without limits, parsing would take hours.
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(10_000);
  });

  it('returns settings or throws an error without the authtoken, for any text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom(...PIECES)), { maxLength: 30 }),
        (pieces) => {
          try {
            const { authtoken, domain } = parseNgrokYml(pieces.join(''));
            expect([typeof authtoken, typeof domain].every((type) => /^(string|undefined)$/.test(type))).toBe(
              true,
            );
          } catch (error) {
            expect(String(error)).not.toContain(TOKEN);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

const PIECES = [
  `authtoken: ${TOKEN}`,
  TOKEN,
  'agent:\n  ',
  'version: 3\n',
  'tunnels:\n  relay:\n    domain: ',
  'endpoints:\n  - url: ',
  '\n',
  '  ',
  '\t',
  ': ',
  '- ',
  '"',
  "'",
  '&a ',
  '*a',
  '!!binary ',
  '!x ',
  '<<: ',
  '{',
  '[',
  '|\n',
  '---\n',
  '%TAG ! x\n',
  '\u0000',
  '\ufeff',
];

describe('formatRelayBlock', () => {
  it.each([2, 3] as const)('formats a valid file of version %i with the domain and the port', (version) => {
    const block = formatRelayBlock(version, 'mine.ngrok.app', 8000);
    expect(parseNgrokYml(block).domain).toBe('mine.ngrok.app');
    expect(String(parse(block).version)).toBe(String(version));
    expect(block).toContain('127.0.0.1:8000');
    expect(block).not.toMatch(/[{}]|authtoken/);
  });
});
