// The XML parser reads every spelling of a document, and refuses documents that are not well-formed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml, type XmlElement } from './xml.js';

/** An element without its position. */
interface Tree {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Tree | string)[];
}

function dropPositions({ name, attributes, children }: XmlElement): Tree {
  return {
    name,
    attributes,
    children: children.map((child) => (typeof child === 'string' ? child : dropPositions(child))),
  };
}

const element = (name: string, children: (Tree | string)[] = [], attributes = {}): Tree => ({
  name,
  attributes: new Map(Object.entries(attributes)),
  children,
});

describe('parseXml', () => {
  it.each([
    ['<a/>', element('a')],
    ['<a></a >', element('a')],
    ['<?xml version=\'1.0\' encoding="UTF-8"?>\n<a/>\n', element('a')],
    ['<?xml version="1.0"?><!-- so --><?and so?><a/><!-- on -->', element('a')],
    ['<a>1 &lt; 2 &amp;&#x1F4F2;&#38;</a>', element('a', ['1 < 2 &📲&'])],
    ['<a>x<![CDATA[<b>&amp;]]>y</a>', element('a', ['x<b>&amp;y'])],
    ['<a>x<!-- - -->y</a>', element('a', ['xy'])],
    ['<a>\r\nx\r</a>', element('a', ['\nx\n'])],
    ['<a b="1" c=\'"&quot;\'\n d = "x\ty"/>', element('a', [], { b: '1', c: '""', d: 'x y' })],
    ['<a> <b>x</b> y</a>', element('a', [' ', element('b', ['x']), ' y'])],
    ['<x:ä-1.é/>', element('x:ä-1.é')],
  ])('parses %j', (text, root) => {
    expect(dropPositions(parseXml(text))).toEqual(root);
  });

  it.each([
    '',
    '   ',
    'Hello',
    '<a>',
    '<a><b></a></b>',
    '</a>',
    '<a/><b/>',
    '<a/>x',
    'x<a/>',
    '<a b=1/>',
    '<a b="1" b="2"/>',
    '<a b="<"/>',
    '<a b="1"c="2"/>',
    '<a>&nbsp;</a>',
    '<a>&amp</a>',
    '<a>&constructor;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a>\u0001</a>',
    '<a>\uD800</a>',
    '<a>]]></a>',
    '<a><![CDATA[x</a>',
    '<a><!-- -- --></a>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<a><?xml version="1.0"?></a>',
    '< a/>',
    '<1/>',
    '<a'.repeat(50_000),
    '<a>'.repeat(200) + '</a>'.repeat(200),
    '\n<?xml version="1.0"?><a/>',
    '<?xml?><a/>',
    '<?xml version="1.0" encoding=""?><a/>',
    '<?XML version="1.0"?><a/>',
    '\uFEFF<?xml version="1.0"?><a/>',
    '\uFEFF<a/>',
    '\u00a0<a/>',
    '<a/>\u00a0',
    '<a\u00a0b="1"/>',
    '<a b=\u00a0"1"/>',
    '<a></a\u00a0>',
  ])('refuses %j', (text) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ name: 'XmlProblem', kind: 'malformed' }));
  });

  it.each(['1.1', '2.0', '1', '1.0.0'])('refuses a declaration with version %s', (version) => {
    const refuse = () => parseXml(`<?xml version="${version}"?><a/>`);
    expect(refuse).toThrow(expect.objectContaining({ name: 'XmlProblem', kind: 'version' }));
  });

  it.each([
    ['\n<?xml version="1.0"?><a/>', 2, 1],
    ['  <?xml version="1.0"?><a/>', 1, 3],
    ['<a>\n  <b>\n</a>', 3, 1],
    ['<a>\r\n\r\n  <b x="&nbsp;"/></a>', 3, 9],
    ['<a>\n x &y z</a>', 2, 4],
    ['<a>\n<b c="1" c="2"/></a>', 2, 10],
    ['<a>\n<b c=1/></a>', 2, 1],
    ['<a>\n<b>\n', 3, 1],
    ['<a/>\n\nx', 3, 1],
    ['<a>\n\n \u0001</a>', 3, 2],
    ['', 1, 1],
  ])('says where %j is wrong', (text, line, column) => {
    expect(() => parseXml(text)).toThrow(expect.objectContaining({ position: { line, column } }));
  });

  it('says where each element begins', () => {
    const { position, children } = parseXml('<?xml version="1.0"?>\r\n<a>\n  <b/> <c\n/></a>');
    const [, b, , c] = children as XmlElement[];
    expect([position, b?.position, c?.position]).toEqual([
      { line: 2, column: 1 },
      { line: 3, column: 3 },
      { line: 3, column: 8 },
    ]);
  });

  it('returns the elements and texts that were written', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them
    const text = fc.string({ unit: 'binary' }).map((any) => any.replace(/[\0-\x1f\ufffe\uffff]/g, ''));
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.record({
        name,
        attributes: fc.dictionary(name, text).map((entries) => new Map(Object.entries(entries))),
        children: fc
          .array(fc.oneof({ depthSize: 'small' }, text, tie('tree')), { maxLength: 4 })
          .map(joinTexts),
      }),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (root, useCdata) => {
        expect(dropPositions(parseXml(write(root, useCdata)))).toEqual(root);
      }),
    );
  });

  it('throws nothing but XmlProblem for random pieces of XML', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '</',
        '/>',
        '<a',
        '<a ',
        'b="',
        '"',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '&',
        ';',
        '<?xml ',
      ),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseXml(pieces.join(''));
        } catch (error) {
          expect(error).toMatchObject({ name: 'XmlProblem' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** Joins adjacent texts and drops empty ones. */
function joinTexts(children: readonly (Tree | string)[]): (Tree | string)[] {
  const joined: (Tree | string)[] = [];
  for (const child of children) {
    const last = joined.at(-1);
    if (typeof child === 'string' && typeof last === 'string') joined[joined.length - 1] = last + child;
    else if (child !== '') joined.push(child);
  }
  return joined;
}

function write({ name, attributes, children }: Tree, useCdata: boolean): string {
  const quote = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  const text = (child: string) =>
    useCdata ? `<![CDATA[${child.replaceAll(']]>', ']]]]><![CDATA[>')}]]>` : quote(child);
  const inside = children.map((child) => (typeof child === 'string' ? text(child) : write(child, useCdata)));
  const pairs = [...attributes].map(([key, value]) => ` ${key}="${quote(value)}"`);
  return `<${name}${pairs.join('')}>${inside.join('')}</${name}>`;
}
