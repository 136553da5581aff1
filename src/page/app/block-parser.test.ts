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
  'data: {"body":"a: b 📲 ä\u2028"}',
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
  { id: 'e-5', type: 'text.status', data: '{"body":"a: b 📲 ä\u2028"}' },
  { id: 'e-6', type: '', data: '' },
  { id: 'e-9', type: 'gap', data: '{"missed":2}' },
];

it('finds the same events wherever the stream is cut into parts, inside a character too', () => {
  const bytes = new TextEncoder().encode(STREAM);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
      const decoder = new TextDecoder();
      const parts = places
        .slice(1)
        .map((end, index) => decoder.decode(bytes.subarray(places[index], end), { stream: true }));
      expect(parse(parts)).toEqual(BLOCKS);
    }),
  );
});

it('finds only whole events in a stream that ends anywhere', () => {
  for (let end = 0; end <= STREAM.length; end += 1) {
    const blocks = parse([STREAM.slice(0, end)]);
    expect(blocks).toEqual(BLOCKS.slice(0, blocks.length));
  }
});

it('ignores an event whose end has not arrived', () => {
  expect(parse(['id: e-1\nevent: text.status\ndata: {"whole":false}\n'])).toEqual([]);
});

it('ignores comments and lines without a value', () => {
  expect(parse([': hello\nid\ndata: {}\n\n'])).toEqual([]);
});
