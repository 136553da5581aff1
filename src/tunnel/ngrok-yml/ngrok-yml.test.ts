// What is read from an ngrok.yml of each version, and that nothing in one can hurt.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseNgrokYml } from './ngrok-yml.js';
import { formatRelayBlock } from './relay-block.js';

const TOKEN = '2abcDEFghiJKLmnoPQRstuVWXyz_3ABCdefGHIjklMNOpqrS';

describe('an ngrok.yml', () => {
  it.each([3, '"3"'])('of version %s has its agent and a list of endpoints', (version) => {
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

  it.each(['version: 2\n', 'version: "2"\n', ''])('of an older version (%j) has tunnels', (version) => {
    const text = `${version}authtoken: ${TOKEN}\ntunnels:\n  relay:\n    proto: http\n    domain: mine.ngrok.app\n`;
    expect(parseNgrokYml(text)).toEqual({ authtoken: TOKEN, hasApiKey: false, domain: 'mine.ngrok.app' });
  });

  it.each([
    ['hostname: old.example.com', 'old.example.com'],
    ['subdomain: mine', 'mine.ngrok.app'],
    ['subdomain: mine.ngrok.io', 'mine.ngrok.io'],
    ['proto: http', undefined],
  ])('names a domain in older words: %s', (line, domain) => {
    expect(parseNgrokYml(`tunnels:\n  relay:\n    ${line}\n`).domain).toBe(domain);
  });

  it.each([
    ['bare.ngrok.app', 'bare.ngrok.app'],
    ['https://full.ngrok.app:443/path?x', 'full.ngrok.app'],
    ['https://', undefined],
    ['""', undefined],
  ])('has an endpoint at %s', (url, domain) => {
    expect(parseNgrokYml(`version: 3\nendpoints:\n  - name: only\n    url: ${url}\n`).domain).toBe(domain);
  });

  it('with several endpoints, none of them ours, names none', () => {
    const text = 'tunnels:\n  a: { domain: a.ngrok.app }\n  b: { domain: b.ngrok.app }\n';
    expect(parseNgrokYml(text).domain).toBeUndefined();
  });

  it('may have a token that looks like a number, or keys of any kind', () => {
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
    'may be as good as empty: %j',
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
  ])('that is broken is refused without a word of it: %#', (text) => {
    expect(() => parseNgrokYml(text)).toThrow(/^broken YAML: (line \d+: [A-Z_]+|it does not resolve)$/);
  });

  it('is read fast, whatever is in it', () => {
    const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n},*a${n},*a${n},*a${n},*a${n},*a${n},*a${n}]\n`).join('')}`;
    const start = process.cpuUsage();
    for (const text of [bomb, ...['[', '- ', '{a: ', '? ', '? - '].map((piece) => piece.repeat(60_000))]) {
      expect(() => parseNgrokYml(text)).toThrow(/^broken YAML/);
    }
    // Of the processor's time, which other programs do not take: unbounded, this would be hours.
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(10_000);
  });

  it('of any text gives a value or an error that quotes nothing', () => {
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

describe('the relay block', () => {
  it.each([2, 3] as const)('of version %i is one that is read back', (version) => {
    const block = formatRelayBlock(version, 'mine.ngrok.app', 8000);
    expect(parseNgrokYml(block).domain).toBe('mine.ngrok.app');
    expect(String(parse(block).version)).toBe(String(version));
    expect(block).toContain('127.0.0.1:8000');
    expect(block).not.toMatch(/[{}]|authtoken/);
  });
});
