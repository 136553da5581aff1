// Lays out Markdown for a terminal.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measure } from '../../core/layout.js';
import { layOutPage } from './lay-out-page.js';
import { PAGE_NAMES, PAGES } from './pages.js';

const DOCS = resolve(import.meta.dirname, '../../../../docs');
const layOut = (markdown: string, columns = 60) => layOutPage(markdown, { columns, folder: '/docs' });

describe('a page on a terminal', () => {
  it('has paragraphs that fill the window, and lists', () => {
    expect(layOut('# Title\n\nOne two\nthree **four**.\n\n- five\n  six\n- seven\n', 24)).toEqual([
      'Title',
      '',
      '    One two three four.',
      '',
      '    - five six',
      '    - seven',
    ]);
  });

  it('has code as it is, whatever its width', () => {
    const code = 'npx relay-phone exec -- go test ./... # [a](b.md)';
    expect(layOut(`\`\`\`sh\n${code}\n\`\`\`\n\n    ${code}`, 20)).toEqual([
      `        ${code}`,
      '',
      `        ${code}`,
    ]);
  });

  it('has each cell of a table on a line', () => {
    expect(layOut('| a | b |\n| --- | --- |\n| `c \\| d` | | e |')).toEqual([
      '    a',
      '        b',
      '    `c | d`',
      '        e',
    ]);
  });

  it.each([
    ['[exec](exec.md)', 'exec (relay-phone docs exec)'],
    ['[below](control-api.md#phones)', 'below (relay-phone docs control-api)'],
    ['[here](#here)', 'here'],
    ['[an example](../test/example-go/)', `an example (${join('/test/example-go/')})`],
    ['[Twilio](https://www.twilio.com/docs#a)', 'Twilio (https://www.twilio.com/docs#a)'],
  ])('shows where %s leads', (link, shown) => {
    expect(layOut(link)).toEqual([`    ${shown}`]);
  });

  it('removes the marks of strong words, and only these', () => {
    expect(layOut('**Never two numbers.** 2**10 is `2 ** 10`')).toEqual([
      '    Never two numbers. 2**10 is `2 ** 10`',
    ]);
  });

  it('shows every letter of any text', () => {
    const line = fc.stringMatching(/^[ a-z|#`*-]{0,30}$/);
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const letters = (text: string) => text.replaceAll(/[^a-z]/g, '');
        // The line of a fence names a language.
        const markdown = lines.filter((one) => !one.startsWith('```')).join('\n');
        expect(letters(layOut(markdown).join('\n'))).toBe(letters(markdown));
      }),
    );
  });
});

describe('the pages', () => {
  it('are those of docs/', () => {
    const files = readdirSync(DOCS).flatMap((file) => (file.endsWith('.md') ? [file.slice(0, -3)] : []));
    expect(PAGE_NAMES.toSorted()).toEqual(files.toSorted());
  });

  it.each(PAGE_NAMES)('include %s, described in one line and with nothing left of its Markdown', (name) => {
    expect(measure(`  control-api      ${PAGES[name]}`)).toBeLessThan(80);
    const rows = layOutPage(readFileSync(join(DOCS, `${name}.md`), 'utf8'), { columns: 80, folder: DOCS });
    expect(rows.filter((row) => /^(#|\||```)|\]\(\S+\.md/.test(row))).toEqual([]);
  });
});
