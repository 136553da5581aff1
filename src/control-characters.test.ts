// No control character of text from outside is printed: on a terminal, in JSON, in YAML.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRuns } from '../test/support/runs.js';
import { formatSafeJson, hasControls, readLines, shorten, showControls } from './control-characters.js';
import { formatYaml, parseYaml } from './yaml-text.js';

const RAW = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** As the runner of GitHub Actions recognises a command, in both of its forms. */
const COMMAND = /^\s*::|##\[/;
const EMOJI = ['👩‍👩‍👧', '❤️', '👍🏽', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🇩🇪', '👁️‍🗨️'];

/** Any text, with many of the characters that matter. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\u2028', '\u2029', '\u061c', '\u200e', '\u200f', '\u202e', '\u2066', '\u2069', '\r\n'),
      fc.constantFrom(
        '::',
        ' ::',
        '##[',
        '#',
        '##vso[',
        '\x1b]52;c;ZXZpbA==\x07',
        '\x1b[2J',
        '\x9b2J',
        '\\x1b',
      ),
      fc.constantFrom(...EMOJI),
    ),
  )
  .map((parts) => parts.join(''));
const runs = { numRuns: countRuns(5000) };

describe('showControls', () => {
  it.each([
    ['\x1b]52;c;ZXZpbA\x07\x1b[2J', '\\x1b]52;c;ZXZpbA\\x07\\x1b[2J'],
    ['\n  9 00:00 forged\r', '\\n  9 00:00 forged\\r'],
    ['\x00\t\x7f\x80\x85\x9b', '\\x00\\t\\x7f\\x80\\x85\\x9b'],
    ['\u061c\u200e\u200f\u202e\u2028\u2066', '\\u061c\\u200e\\u200f\\u202e\\u2028\\u2066'],
    ['::error::no', '\\x3a:error::no'],
    [' \u00a0::error::no', ' \u00a0\\x3a:error::no'],
    ['a ::error::b', 'a ::error::b'],
    ['a ##[add-mask]b ##vso[task] ###[x]', 'a \\x23#[add-mask]b \\x23#vso[task] #\\x23#[x]'],
    ['C:\\new ## heading', 'C:\\new ## heading'],
  ])('shows %j as %j', (text, shown) => {
    expect(showControls(text)).toBe(shown);
  });

  it('returns one line without control characters and commands to CI systems, and keeps it when applied again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = showControls(text);
        expect(shown).not.toMatch(RAW);
        expect(shown).not.toMatch(COMMAND);
        expect(showControls(shown)).toBe(shown);
        expect(hasControls(text)).toBe(shown !== text);
      }),
      runs,
    );
  });

  it('keeps letters, emoji and their joiners', () => {
    const harmless = fc.array(fc.constantFrom(...EMOJI, 'é', 'ß', '語', 'مرحبا', ' ', '#', ':x', '\\', '…'));
    fc.assert(
      fc.property(harmless, (parts) => {
        const text = `x${parts.join('')}`;
        expect(showControls(text)).toBe(text);
      }),
      runs,
    );
  });
});

/** Without looking for commands, which only a whole line can be. */
const showEach = (text: string) => [...text].map(showControls).join('');

describe('shorten', () => {
  it.each([
    ['\x1b\x1b\x1b', 12, '\\x1b\\x1b\\x1b'],
    ['\x1b\x1b\x1b', 11, '\\x1b\\x1b…'],
    ['\u202eab', 6, '…'],
    ['ab👩‍👩‍👧', 9, 'ab…'],
    ['ab👩‍👩‍👧', 10, 'ab👩‍👩‍👧'],
    ['abc', 2, 'a…'],
  ])('shows %j in %i characters as %j', (text, length, shown) => {
    expect(shorten(text, length)).toBe(shown);
  });

  it('never exceeds the length and never cuts an escape or an emoji', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 60 }), (text, length) => {
        const shown = shorten(text, length);
        expect(shown.length).toBeLessThanOrEqual(length);
        expect(shown).not.toMatch(RAW);
        const segments = [...new Intl.Segmenter().segment(text)].map(({ segment }) => showEach(segment));
        const shortened = segments.map((_, index) => `${segments.slice(0, index).join('')}…`);
        expect([showEach(text), ...shortened]).toContain(shown);
      }),
      runs,
    );
  });
});

it('readLines keeps everything in a text but the last line ends', () => {
  expect([readLines(''), readLines('a\r\nb\n\nc\rd\n\n')]).toEqual([[], ['a', 'b', '', 'c\rd']]);
});

describe('formatSafeJson', () => {
  it('writes the value that JSON.parse reads, without control characters and commands to CI systems', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(anyText, anyText), (value, texts) => {
        const document = { value, texts };
        for (const indent of [undefined, 2]) {
          const json = formatSafeJson(document, indent);
          expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(document)));
          for (const line of json.split('\n')) {
            expect(line).not.toMatch(RAW);
            expect(line).not.toMatch(COMMAND);
          }
        }
        expect(formatSafeJson(document)).not.toContain('\n');
      }),
      runs,
    );
  });
});

/** YAML cannot hold lone surrogates. */
const withoutSurrogates = (text: string) => text.replace(/\p{Surrogate}/gu, '');

describe('formatYaml', () => {
  it('writes texts that parseYaml reads back, without control characters and commands to CI systems', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), anyText), (texts) => {
        const values = Object.entries(texts).map(([key, text]) => [key, withoutSurrogates(text)]);
        const whole = { texts: Object.fromEntries(values) };
        const yaml = formatYaml(whole);
        for (const line of yaml.split('\n')) expect(showControls(line)).toBe(line);
        expect(parseYaml(yaml).read()).toEqual(whole);
      }),
      runs,
    );
  });
});
