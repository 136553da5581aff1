// Editing an .env file: where a value goes, and how it is written.
import { describe, expect, it } from 'vitest';
import { editEnv } from './edit.js';

function edit(before: string, wanted: Record<string, string>): [text: string, actions: string[]] {
  const { bytes, keys } = editEnv(Buffer.from(before), new Map(Object.entries(wanted)));
  return [bytes.toString(), keys.map(({ action }) => action)];
}

describe('an edit of an existing key', () => {
  it.each([
    ['keeps the rest of its line', ' K\t= old  \nB=1\n', ' K\t= new  \nB=1\n'],
    ['keeps its quotation marks', 'K="old"\n', 'K="new"\n'],
    ['keeps its line ending', 'K=old\r\nB=1\r', 'K=new\r\nB=1\r'],
    ['adds no line ending to the last line', 'B=1\nK=old', 'B=1\nK=new'],
    ['fills an empty value', 'K=\nB=1\n', 'K=new\nB=1\n'],
    ['changes the last assignment, which is the one that counts', 'K=1\nK=old\n', 'K=1\nK=new\n'],
  ])('%s', (_, before, after) => {
    expect(edit(before, { K: 'new' })).toEqual([after, ['changed']]);
  });

  it.each([
    [
      'has a comment, which decouple reads as part of the value',
      'K=old # note\nB=1\n',
      'K=old # note\nK=new\nB=1\n',
    ],
    ['is exported', 'export K=old\nB=1\n', 'export K=old\nK=new\nB=1\n'],
    ['follows a byte order mark', '\ufeffK=old\nB=1\n', '\ufeffK=old\nK=new\nB=1\n'],
    ['is exported after a plain line', 'K=old\nexport K=old\nB=1\n', 'K=old\nexport K=old\nK=new\nB=1\n'],
    ['has a multi-line value', 'K="a\nb"\nB=1\n', 'K="a\nb"\nB=1\nK=new\n'],
    ['is part of a multi-line value', 'B="a\nK=old\nb"\n', 'B="a\nK=old\nb"\nK=new\n'],
    ['is written with a colon', 'K: old\r\nB=1\n', 'K: old\r\nK=new\r\nB=1\n'],
    ['has a colon and nothing else', 'B=1\nK:\n', 'B=1\nK:\n\nK=new\n'],
    ['has a colon and a different line ending', 'A=1\nB=1\nK:\r', 'A=1\nB=1\nK:\r\rK=new\r'],
  ])('adds a line below if the key %s', (_, before, after) => {
    expect(edit(before, { K: 'new' })).toEqual([after, ['added']]);
  });

  it('changes nothing if both readers already see the value', () => {
    for (const same of ['K=new', " K = 'new' \n", 'K=old\nK="new"\n']) {
      expect(edit(same, { K: 'new' })).toEqual([same, ['kept']]);
    }
  });
});

describe('an edit that adds a key', () => {
  it.each([
    ['in an empty file', '', 'K=new\n'],
    ['after the last line', 'A=1\n# end\n', 'A=1\n# end\nK=new\n'],
    ['after an unterminated last line', 'A=1\r\nB=2', 'A=1\r\nB=2\r\nK=new\r\n'],
    ['with the most frequent line ending', 'A=1\r\nB=2\r\nC=3\n', 'A=1\r\nB=2\r\nC=3\nK=new\r\n'],
    ['with a lone \\r if most lines have it', 'A=1\rB=2\r', 'A=1\rB=2\rK=new\r'],
    ['below a byte order mark', '\ufeff', '\ufeff\nK=new\n'],
    ['above a bare name that would otherwise read it as its value', 'A=1\nB:', 'A=1\nK=new\nB:'],
  ])('puts it %s', (_, before, after) => {
    expect(edit(before, { K: 'new' })).toEqual([after, ['added']]);
  });

  it('puts a second new key below the first', () => {
    expect(edit('A=1', { K: 'x', A: '2', L: 'y' })).toEqual([
      'A=2\nK=x\nL=y\n',
      ['added', 'changed', 'added'],
    ]);
  });

  it('keeps bytes that are not UTF-8', () => {
    const before = Buffer.from('A=caf\xe9\n\xff\n', 'latin1');
    const after = Buffer.concat([before, Buffer.from('K=new\n')]);
    expect(editEnv(before, new Map([['K', 'new']])).bytes).toEqual(after);
  });
});

describe('an edited value', () => {
  it.each([
    ['+12025550123', 'K=+12025550123\n'],
    ['https://a.ngrok-free.app', 'K=https://a.ngrok-free.app\n'],
    ['a,b', 'K=a,b\n'],
    ['', 'K=\n'],
    ['a#b', 'K="a#b"\n'],
    [' padded ', 'K=" padded "\n'],
    ['"a" # b', `K='"a" # b'\n`],
    ['"a"', 'K=""a""\n'],
    ['#\\n', "K='#\\n'\n"],
    ['caf\u00e9', 'K=caf\u00e9\n'],
  ])('%j is written so that both readers agree', (value, after) => {
    expect(edit('', { K: value })).toEqual([after, ['added']]);
  });

  it.each(['a\nb', 'a\rb', 'a\0b', `'"#`, '\ud800'])('%j is refused without being shown', (value) => {
    expect(() => edit('', { K: `secret${value}` })).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.not.stringContaining('secret') }),
    );
  });

  it.each(['A B', 'A=B', 'A\nB', '', '#A', '__proto__'])('is refused for the key %j', (name) => {
    expect(() => editEnv(Buffer.alloc(0), new Map([[name, 'x']]))).toThrow(
      expect.objectContaining({ kind: 'usage' }),
    );
  });
});

describe('a file without a usable position for a new line', () => {
  it.each([
    // Python sees K behind \x1c, Node does not; Node sees a B after U+2028 that any further line would fill.
    ['because K would be overridden above B, and fill it below', '\x1cK=old\u2028B:'],
    ['because a byte order mark must stay first', '\ufeffB:'],
  ])('stays unchanged, and the error names the keys, %s', (_, text) => {
    const before = Buffer.from(text);
    const copy = Buffer.from(before);
    expect(() => editEnv(before, new Map([['K', 'a-secret']]))).toThrow(
      expect.objectContaining({
        kind: 'needsUser',
        message: expect.not.stringContaining('a-secret'),
        tryNext: ['set it by hand, on a line of its own that starts with K='],
      }),
    );
    expect(before).toEqual(copy);
  });

  it('leads to an error that names only the keys without a position', () => {
    const wanted = { A: 'x', K: 'y' };
    expect(() => edit('\x1cK=old\u2028B:', wanted)).toThrow(
      expect.objectContaining({ tryNext: [expect.stringMatching(/ K=$/)] }),
    );
  });
});
