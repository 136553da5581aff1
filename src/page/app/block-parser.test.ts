// The parser of the event stream, for parts of any size.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBlockParser, type ServerSentEvent } from './block-parser.js';

function parse(parts: readonly string[]): ServerSentEvent[] {
  const blocks: ServerSentEvent[] = [];
  const take = createBlockParser((block) => blocks.push(block));
  for (const part of parts) take(part);
  return blocks;
}

const STREAM = [
  'retry: 1000',
  'id: e-4',
  '',
  'id: e-5',
  'event: text.status',
  'data: {"body":"a: b"}',
  '',
  ': nothing new',
  'id: e-6',
  '',
  'id: e-9',
  'event: gap',
  'data: {"missed":2}',
  '',
  '',
].join('\n');

const BLOCKS: ServerSentEvent[] = [
  { id: 'e-4', type: '', data: '' },
  { id: 'e-5', type: 'text.status', data: '{"body":"a: b"}' },
  { id: 'e-6', type: '', data: '' },
  { id: 'e-9', type: 'gap', data: '{"missed":2}' },
];

it('finds the same events wherever the stream is cut into parts', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 20 }), (cuts) => {
      const places = [0, ...cuts.toSorted((one, other) => one - other), STREAM.length];
      const parts = places.slice(1).map((end, index) => STREAM.slice(places[index], end));
      expect(parse(parts)).toEqual(BLOCKS);
    }),
  );
});

it('ignores an event whose end has not arrived', () => {
  expect(parse(['id: e-1\nevent: text.status\ndata: {"whole":false}\n'])).toEqual([]);
});

it('ignores comments and lines without a value', () => {
  expect(parse([': hello\nid\ndata: {}\n\n'])).toEqual([]);
});
