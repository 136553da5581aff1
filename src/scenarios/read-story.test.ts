// Reading stories: valid ones, the diagnostics of invalid ones, and hostile input.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelayPhoneError } from '../errors.js';
import { readStory } from './read-story.js';
import { createStepSchemas } from './step-schemas.js';

const STORY = `story: the bike
phones:
  owner:
  Ann: +12125550190
masks: { mask: owner }
numbers:
  hotline: { texts: /sms }
steps:
  - text: Hi $Ann, $$5
    from: Ann
    to: mask
  - expect text: owner
    contains: Hi
    within: 2s
  - fail: Messages
    with: 503
`;

const complaint = (source: string) => {
  try {
    readStory(source, 'a.yaml');
    return 'nothing';
  } catch (error) {
    if (!(error instanceof RelayPhoneError && error.kind === 'usage')) throw error;
    return error.lines.length === 1 ? error.reason : error.lines.slice(1).join('\n').slice(0, -1);
  }
};

const DOCS = readFileSync(new URL('../../docs/play.md', import.meta.url), 'utf8');

describe('docs/play.md', () => {
  it('starts with a valid story, and documents every step and every key of it', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(DOCS) ?? [];
    expect(readStory(yaml, 'docs').steps).toHaveLength(5);
    for (const [kind, form] of Object.entries(createStepSchemas({ phones: [], numbers: [] })))
      for (const word of [kind, ...Object.keys(form.shape)]) expect(DOCS).toMatch(new RegExp(`\`${word}\\b`));
  });
});

describe('reading a story', () => {
  it('returns names, numbers and steps with their lines', () => {
    expect(readStory(STORY, 'a.yaml')).toEqual({
      name: 'the bike',
      phones: new Map([
        ['owner', undefined],
        ['Ann', '+12125550190'],
      ]),
      numbers: new Map<string, object>([
        ['mask', { kind: 'mask', owner: 'owner' }],
        ['hotline', { kind: 'bought', texts: '/sms', calls: undefined }],
      ]),
      steps: [
        { kind: 'text', line: 9, content: { text: 'Hi $Ann, $$5', from: 'Ann', to: 'mask' } },
        { kind: 'expect text', line: 12, content: { 'expect text': 'owner', contains: 'Hi', within: 2000 } },
        { kind: 'fail', line: 15, content: { fail: 'Messages', with: 503 } },
      ],
    });
  });

  it('accepts JSON with tabs and numeric values, and uses the file name as the default name', () => {
    const json = {
      phones: { Ann: '+12125550190' },
      numbers: { number: { number: '+12025550100' } },
      steps: [
        { call: 'number', from: 'Ann' },
        { 'expect webhook': 'call', status: 200 },
        { 'expect text': 'Ann', is: 'you[[[[', from: '+12025550100' },
      ],
    };
    const { name, numbers, steps } = readStory(JSON.stringify(json, undefined, '\t'), 'b.json');
    expect([name, numbers.get('number')]).toEqual(['b.json', { kind: 'owned', number: '+12025550100' }]);
    expect(steps.map(({ line }) => line)).toEqual([11, 15, 19]);
    expect(steps[1]?.content).toEqual({ 'expect webhook': 'call', status: 200 });
  });

  it('reports all errors, each with its line and column', () => {
    const source = STORY.replace('masks:', 'mask:')
      .replace('from: Ann', 'form: Ann')
      .replace('$Ann', '$Anne')
      .replace('2s', '2 seconds')
      .replace('texts: /sms', 'text: /sms')
      .replace(
        'with: 503',
        'with: never\n  - phone: Bob\n    calls: bussy\n  - reply: [1]\n  - advanse: 5m\n  - 7',
      );
    expect(complaint(source).split('\n')).toEqual([
      '  a.yaml:5:1  there is no "mask" here (did you mean "masks"?)',
      '  a.yaml:7:14  there is no "text" here (did you mean "texts"?)',
      '  a.yaml:9:5  "from" is missing',
      '  a.yaml:9:11  nothing is called $Anne (did you mean "Ann"?); write $$ for a dollar sign',
      '  a.yaml:10:5  there is no "form" here (did you mean "from"?)',
      '  a.yaml:11:9  no mask or number is called "mask" (there is "hotline")',
      '  a.yaml:14:13  "2 seconds" is not a duration such as 500ms, 30s, 5m, 2h or 1d',
      '  a.yaml:16:11  "with" takes an HTTP status such as 503, or drop, or hang',
      '  a.yaml:17:12  no phone is called "Bob" (there is "owner", "Ann")',
      '  a.yaml:18:12  "calls" cannot be "bussy" (did you mean "busy"?)',
      '  a.yaml:19:5  "from" is missing',
      '  a.yaml:19:12  "reply" must be text',
      '  a.yaml:20:5  there is no step "advanse" (did you mean "advance"?)',
      '  a.yaml:21:5  a step must be a map',
    ]);
  });

  it.each([
    ['', 'a.yaml:1:1  must be a map of names and values'],
    ['a: [', 'a.yaml:1:5  Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['phones: {}\nphones: {}\nsteps: []', 'a.yaml:2:1  Map keys must be unique'],
    [
      `phones: { a: ${'1'.repeat(256)} }\nsteps: [{ advance: 1s }]`,
      '"a" takes a number such as +12125550190, a sender',
    ],
    ['phones: { 1a: }\nsteps: [{ advance: 1s }]', '1:11  "1a" cannot be a name: a name starts with a letter'],
    ['phones: { a: }\nmasks: { a: a }\nsteps: [{ advance: 1s }]', '2:13  "a" is already used'],
    ['phones: { a: }\nmasks: { m: b }\nsteps: [{ advance: 1s }]', '2:13  no phone is called "b"'],
    ['phones: { a: }\nsteps: []', '2:8  "steps" must have a step'],
    [
      'phones: { a: }\nsteps: [{ expect text: a, is: x, contains: x }]',
      'takes one of is, contains and matches',
    ],
    ['phones: { a: }\nsteps: [{ expect text: a, matches: "(" }]', '"matches" is not a regular expression'],
    ['steps: [{ expect webhook: { toString: false } }]', 'cannot be a map'],
    ['steps: [{ expect webhook: [] }]', 'cannot be a list'],
    ['['.repeat(50_000), 'it is nested too deeply'],
    [`a: &a [x]\n${'b: [*a,*a,*a,*a]\n'.repeat(1)}`, 'there is no "a" here'],
    ['x'.repeat(1_100_000), 'it is too long for a story'],
  ])('refuses a broken story: %#', (source, expected) => {
    expect(complaint(source)).toContain(expected);
  });

  it('accepts or refuses any JSON without an unexpected error', () => {
    const kinds = ['text', 'call', 'phone', 'fail', 'expect text', 'expect webhook', 'advance', '__proto__'];
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('a', 'm', '+12125550190', '5m', '$a', '$$', '[', 'toString', ...kinds),
    );
    const step = fc.dictionary(
      fc.oneof(fc.constantFrom(...kinds, 'from', 'to', 'with', 'is'), word),
      fc.oneof(word, fc.jsonValue()),
    );
    const story = fc.record(
      {
        phones: fc.oneof(fc.constant({ a: '' }), fc.dictionary(word, word), fc.jsonValue()),
        masks: fc.oneof(fc.constant({ m: 'a' }), fc.dictionary(word, word), fc.jsonValue()),
        numbers: fc.oneof(fc.dictionary(word, fc.dictionary(word, word)), fc.jsonValue()),
        steps: fc.oneof(fc.array(step), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(story, fc.jsonValue()), (value) => {
        expect(complaint(JSON.stringify(value))).toBeTypeOf('string');
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts or refuses any text without an unexpected error', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'phones:',
        'steps:\n',
        '  - text: ',
        '\n',
        '  ',
        '- ',
        ': ',
        '&a ',
        '*a',
        '{',
        '[',
        '"',
        '<<: ',
        '!x ',
        '---\n',
        '\u0000',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(complaint(pieces.join(''))).toBeTypeOf('string');
      }),
      { numRuns: 1000 },
    );
  });
});
