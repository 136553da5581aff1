// Where an edit puts a value, and how it writes it.
import { describe, expect, it } from 'vitest';
import { editEnv } from './edit.js';

function edit(before: string, wanted: Record<string, string>): [text: string, actions: string[]] {
  const { bytes, keys } = editEnv(Buffer.from(before), new Map(Object.entries(wanted)));
  return [bytes.toString(), keys.map(({ action }) => action)];
}

describe('a key that is there', () => {
  it.each([
    ['keeps the rest of its line', ' K\t= old  \nB=1\n', ' K\t= new  \nB=1\n'],
    ['keeps its quotation marks', 'K="old"\n', 'K="new"\n'],
    ['keeps its line end', 'K=old\r\nB=1\r', 'K=new\r\nB=1\r'],
    ['gets no line end that it lacked', 'B=1\nK=old', 'B=1\nK=new'],
    ['is filled where it stood empty', 'K=\nB=1\n', 'K=new\nB=1\n'],
    ['is changed where it counts, in its last line', 'K=1\nK=old\n', 'K=1\nK=new\n'],
  ])('%s', (_, before, after) => {
    expect(edit(before, { K: 'new' })).toEqual([after, ['changed']]);
  });

  it.each([
    ['has a note, which decouple takes for its value', 'K=old # note\nB=1\n', 'K=old # note\nK=new\nB=1\n'],
    ['is exported', 'export K=old\nB=1\n', 'export K=old\nK=new\nB=1\n'],
    ['follows a byte order mark', '\ufeffK=old\nB=1\n', '\ufeffK=old\nK=new\nB=1\n'],
    ['is exported after a plain line', 'K=old\nexport K=old\nB=1\n', 'K=old\nexport K=old\nK=new\nB=1\n'],
    ['has many lines', 'K="a\nb"\nB=1\n', 'K="a\nb"\nB=1\nK=new\n'],
    ['stands in a value of many lines', 'B="a\nK=old\nb"\n', 'B="a\nK=old\nb"\nK=new\n'],
    ['is written with a colon', 'K: old\r\nB=1\n', 'K: old\r\nK=new\r\nB=1\n'],
    ['has a colon and nothing else', 'B=1\nK:\n', 'B=1\nK:\n\nK=new\n'],
    ['has a colon and an end of another kind', 'A=1\nB=1\nK:\r', 'A=1\nB=1\nK:\r\rK=new\r'],
  ])('gets a line of its own below when it %s', (_, before, after) => {
    expect(edit(before, { K: 'new' })).toEqual([after, ['added']]);
  });

  it('stays as it is when both readers have the value', () => {
    for (const same of ['K=new', " K = 'new' \n", 'K=old\nK="new"\n']) {
      expect(edit(same, { K: 'new' })).toEqual([same, ['kept']]);
    }
  });
});

describe('a new key', () => {
  it.each([
    ['in an empty file', '', 'K=new\n'],
    ['after the last line', 'A=1\n# end\n', 'A=1\n# end\nK=new\n'],
    ['after a last line that had no end', 'A=1\r\nB=2', 'A=1\r\nB=2\r\nK=new\r\n'],
    ['with the line end most lines have', 'A=1\r\nB=2\r\nC=3\n', 'A=1\r\nB=2\r\nC=3\nK=new\r\n'],
    ['with a lone \\r where that is usual', 'A=1\rB=2\r', 'A=1\rB=2\rK=new\r'],
    ['below a byte order mark', '\ufeff', '\ufeff\nK=new\n'],
    ['above a name that would take it for its value', 'A=1\nB:', 'A=1\nK=new\nB:'],
  ])('is put %s', (_, before, after) => {
    expect(edit(before, { K: 'new' })).toEqual([after, ['added']]);
  });

  it('follows the one before it', () => {
    expect(edit('A=1', { K: 'x', A: '2', L: 'y' })).toEqual([
      'A=2\nK=x\nL=y\n',
      ['added', 'changed', 'added'],
    ]);
  });

  it('leaves bytes alone that are not UTF-8', () => {
    const before = Buffer.from('A=caf\xe9\n\xff\n', 'latin1');
    const after = Buffer.concat([before, Buffer.from('K=new\n')]);
    expect(editEnv(before, new Map([['K', 'new']])).bytes).toEqual(after);
  });
});

describe('a value', () => {
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

  it.each(['a\nb', 'a\rb', 'a\0b', `'"#`, '\ud800'])('%j is refused, and not shown', (value) => {
    expect(() => edit('', { K: `secret${value}` })).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.not.stringContaining('secret') }),
    );
  });

  it.each(['A B', 'A=B', 'A\nB', '', '#A', '__proto__'])('is refused under the name %j', (name) => {
    expect(() => editEnv(Buffer.alloc(0), new Map([[name, 'x']]))).toThrow(
      expect.objectContaining({ kind: 'usage' }),
    );
  });
});

describe('a file without a place for the key', () => {
  it.each([
    // Python sees K behind \x1c, Node does not; Node sees a B after U+2028 that any further line would fill.
    ['because K would be overridden above B, and fill it below', '\x1cK=old\u2028B:'],
    ['because a byte order mark must stay first', '\ufeffB:'],
  ])('is left as it is, and the keys are named, %s', (_, text) => {
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

  it('names no key that has one', () => {
    const wanted = { A: 'x', K: 'y' };
    expect(() => edit('\x1cK=old\u2028B:', wanted)).toThrow(
      expect.objectContaining({ tryNext: [expect.stringMatching(/ K=$/)] }),
    );
  });
});
