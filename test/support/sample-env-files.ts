// Generates .env files of all kinds for property tests, with independent readers to check the results.
import { parse } from 'dotenv';
import fc from 'fast-check';
import { expect } from 'vitest';
import { RelayPhoneError } from '../../src/errors.js';
import { type EnvEdit, editEnv } from '../../src/settings/env-file/edit.js';

/** The number of files per property. */
export const RUNS = 2000;

/** A line ending. */
export const LINE_END = /(?:\r\n|\r|\n)$/;

/** The values to set, by key. */
export type WantedValues = ReadonlyMap<string, string>;

/** A file, and the values to set in it. */
export type Sample = readonly [before: Buffer, wanted: WantedValues];

const oneOf = (list: string) => fc.constantFrom(...list.split('|'));

const key = oneOf('TOKEN|HOSTS|NUMBER|A|A.b-c|export|TOKEN2');
const space = oneOf('||| |  |\t|\u00a0|\u2003');
const junk = fc
  .array(oneOf('A|K|1|=|"|\'|`|\\|#|:|,| |TOKEN|\x1c|\x85|\u00a0|\u2028|\ufeff|\u00e9|\xff!'), {
    maxLength: 9,
  })
  .map((pieces) => pieces.join(''));
const found = fc.oneof(
  oneOf('x|True||+12025550123|https://a.example/x|a,b|two words|x # note|x#y|# note'),
  oneOf(`"x"|'x'|\`x\`|"x" # note|'a # b'|"a"b"|"a\\nb"|"open|'open|shut"|shut'|""`),
  junk,
);
const assignment = fc.tuple(space, key, space, space, found, space);
const simple = fc.tuple(oneOf('TOKEN|HOSTS|NUMBER'), oneOf(`x|True|+12025550123|"x"|'True'`));
const line = fc.oneof(
  { weight: 4, arbitrary: simple.map(([name, value]) => `${name}=${value}`) },
  { weight: 6, arbitrary: assignment.map(([a, name, b, c, value, d]) => `${a}${name}${b}=${c}${value}${d}`) },
  { weight: 2, arbitrary: assignment.map(([a, name, b, c, value]) => `${a}export ${name}${b}=${c}${value}`) },
  { weight: 1, arbitrary: fc.tuple(key, space, found).map(([name, a, value]) => `${name}:${a}${value}`) },
  { weight: 1, arbitrary: fc.tuple(key, oneOf(`"|'|\``)).map(([name, quote]) => `${name}=${quote}first`) },
  { weight: 1, arbitrary: oneOf(`last"|last'|last\`|TOKEN=in"|export|TOKEN|=x|TOKEN:`) },
  { weight: 2, arbitrary: oneOf(`|| |# note|  # it's "odd"|#TOKEN=x`) },
  { weight: 2, arbitrary: junk },
);
const ending = oneOf('\n|\r\n|\r');
const evenLines = fc
  .tuple(fc.array(line, { maxLength: 9 }), ending)
  .map(([all, end]) => all.map((text) => text + end));
const mixedLines = fc.array(
  fc.tuple(line, ending).map((pieces) => pieces.join('')),
  { maxLength: 9 },
);
const text = fc
  .tuple(fc.oneof(evenLines, mixedLines), fc.boolean())
  .map(([lines, isOpen]) => (isOpen ? lines.join('').replace(/[\r\n]+$/, '') : lines.join('')));
const byteOrderMark = oneOf('|||\xef\xbb\xbf').map((mark) => Buffer.from(mark, 'latin1'));
const before = fc
  .tuple(byteOrderMark, text, fc.constantFrom('utf8' as const, 'latin1' as const))
  .map(([mark, content, encoding]) => Buffer.concat([mark, Buffer.from(content, encoding)]));

const plainValue = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 }),
  oneOf('+12025550123|https://a.ngrok-free.app|a.example,127.0.0.1,localhost|True|x'),
);
const oddValue = oneOf('|two words| padded |a#b|#a|"quoted"|it\'s|a\\nb|`|\u00e9|\\|=|"#|a b\u00a0');

const samplesOf = (value: fc.Arbitrary<string>): fc.Arbitrary<Sample> => {
  const pair = fc.tuple(oneOf('TOKEN|HOSTS|NUMBER|NEW_KEY'), value);
  return fc.tuple(
    before,
    fc.array(pair, { minLength: 1, maxLength: 4 }).map((pairs): WantedValues => new Map(pairs)),
  );
};

/** Any file, and values as we write them: tokens, numbers, URLs, lists. */
export const plainSamples = samplesOf(plainValue);

/** Any file, and any values that can be written. */
export const samples = samplesOf(fc.oneof(plainValue, oddValue));

/** Checks a claim about edits on generated files. Fails if more than one percent of the edits are impossible. */
export function checkEdits(claim: (sample: Sample, edit: EnvEdit) => void, inputs = samples): void {
  let impossible = 0;
  const property = fc.property(inputs, (sample) => {
    const copy = Buffer.from(sample[0]);
    const edit = findEdit(...sample);
    expect(sample[0]).toEqual(copy);
    if (edit) claim(sample, edit);
    else impossible += 1;
  });
  fc.assert(property, { numRuns: RUNS });
  expect(impossible / RUNS).toBeLessThan(0.01);
}

/** Returns the edit, or undefined if the file has no place for it. */
export function findEdit(bytes: Buffer, wanted: WantedValues): EnvEdit | undefined {
  try {
    return editEnv(bytes, wanted);
  } catch (error) {
    if (error instanceof RelayPhoneError && error.kind === 'needsUser') return undefined;
    throw error;
  }
}

/** Splits a file into lines with their endings, one character per byte. */
export function cut(bytes: Buffer): string[] {
  return bytes.toString('latin1').match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** Joins such lines to a file. */
export function join(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join(''), 'latin1');
}

/** Returns the keys that an edit changed, with the action for each. */
export function listTouched(edit: EnvEdit): Map<string, string> {
  return new Map(edit.keys.filter(({ action }) => action !== 'kept').map(({ key, action }) => [key, action]));
}

/** Both readers. */
export const READERS: readonly ((bytes: Buffer) => Map<string, string>)[] = [readWithNode, readWithPython];

function readWithNode(bytes: Buffer): Map<string, string> {
  return new Map(Object.entries(parse(bytes)));
}

/** The rules of python-decouple, implemented a second time to check the reader of the product. */
function readWithPython(bytes: Buffer): Map<string, string> {
  const white = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*';
  const strip = (text: string) =>
    text.replace(new RegExp(`^${white}`), '').replace(new RegExp(`${white}$`), '');
  const pairs = bytes
    .toString()
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map(strip)
    .filter((text) => text.includes('=') && text[0] !== '#')
    .map((text) => /^([^=]*)=(.*)$/s.exec(text) ?? [])
    .map(([, name = '', rest = '']) => [strip(name), strip(rest).replace(/^(['"])(.*)\1$/s, '$2')] as const);
  return new Map(pairs);
}
