// Tests the split of markup: nothing is lost, sections are recognized, and long hostile documents take linear time.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findTagName, splitMarkup } from './markup.js';

it('splits a document into tags, comments, CDATA sections and texts', () => {
  const document = '<?xml version="1.0"?><Say voice="a>b">Hi<!-- > --><![CDATA[<b>]]></Say>';
  expect(splitMarkup(document).map(({ kind, raw }) => [kind, raw])).toEqual([
    ['tag', '<?xml version="1.0"?>'],
    ['tag', '<Say voice="a>'],
    ['text', 'b">Hi'],
    ['comment', '<!-- > -->'],
    ['cdata', '<![CDATA[<b>]]>'],
    ['tag', '</Say>'],
  ]);
  expect(splitMarkup('<Say voice="a"><Dial/></Say\n>').map(findTagName)).toEqual(['Say', 'Dial', 'Say']);
});

it('loses nothing of any text', () => {
  const piece = fc.constantFrom('<', '>', '<!--', '-->', '<![CDATA[', ']]>', '</a>', '<a b="c">', 'x', '\n');
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const document = pieces.join('');
      expect(
        splitMarkup(document)
          .map(({ raw }) => raw)
          .join(''),
      ).toBe(document);
    }),
  );
});

it.each(['<', '<!--', '<![CDATA[', '<a', '<a>', ']]>', '<!-->', '</'])('splits 256 KB of %s', (piece) => {
  const document = piece.repeat(Math.ceil((256 * 1024) / piece.length));
  expect(splitMarkup(document).reduce((sum, { raw }) => sum + raw.length, 0)).toBe(document.length);
});
