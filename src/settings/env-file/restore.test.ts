// Restoring an .env file after our edit, with and without changes by the user.
import { describe, expect, it } from 'vitest';
import { editEnv } from './edit.js';
import { hashValue, restoreEnv } from './restore.js';

const WANTED = new Map([
  ['K', 'ours'],
  ['L', 'ours-too'],
]);
const WRITTEN = new Map([...WANTED].map(([key, value]) => [key, hashValue(value)]));

/** Edits `before`, lets the user change the result, and undoes. */
function undo(before: string | undefined, change: (text: string) => string): [string | undefined, string[]] {
  const start = before === undefined ? undefined : Buffer.from(before);
  const edited = editEnv(start ?? Buffer.alloc(0), WANTED).bytes.toString();
  const { bytes, keys } = restoreEnv(Buffer.from(change(edited)), start, WRITTEN);
  return [bytes?.toString(), keys.map(({ outcome }) => outcome)];
}

const untouched = (text: string) => text;

describe('restoreEnv', () => {
  it('hashes a value with SHA-256', () => {
    expect(hashValue('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('restores an unchanged file byte for byte', () => {
    expect(undo('A=1\r\nK = "x" ', untouched)).toEqual(['A=1\r\nK = "x" ', ['restored', 'removed']]);
    expect(undo('export K=x # y\n', untouched)).toEqual(['export K=x # y\n', ['restored', 'removed']]);
    expect(undo('K:\n', untouched)).toEqual(['K:\n', ['restored', 'removed']]);
    expect(undo('', untouched)).toEqual(['', ['removed', 'removed']]);
  });

  it('restores an unchanged file whatever the order of the keys', () => {
    const before = Buffer.from('A=1');
    const { bytes } = editEnv(before, WANTED);
    expect(restoreEnv(bytes, before, new Map([...WRITTEN].reverse())).bytes).toEqual(before);
  });

  it('returns no bytes if there was no file before, unless the user added something', () => {
    expect(undo(undefined, untouched)).toEqual([undefined, ['removed', 'removed']]);
    expect(undo(undefined, (text) => `# mine\n${text}`)).toEqual(['# mine\n', ['removed', 'removed']]);
  });

  it("keeps the user's lines, wherever they are", () => {
    expect(undo('A=1\nK=x', (text) => `# top\n${text}B=2\n`)).toEqual([
      '# top\nA=1\nK=x\nB=2\n',
      ['restored', 'removed'],
    ]);
    expect(undo('A=1', (text) => text.replace('A=1', 'A=2'))).toEqual(['A=2\n', ['removed', 'removed']]);
    expect(undo('A=1', (text) => `# top\n${text}`)).toEqual(['# top\nA=1', ['removed', 'removed']]);
  });

  it('restores a line in a file whose line endings were converted since', () => {
    expect(undo('A=1\nK=x\n', (text) => text.replaceAll('\n', '\r\n'))).toEqual([
      'A=1\r\nK=x\r\n',
      ['restored', 'removed'],
    ]);
  });

  it('keeps a value that the user changed, and restores the others', () => {
    expect(undo('K=x\n', (text) => text.replace('ours\n', 'theirs\n'))).toEqual([
      'K=theirs\n',
      ['changed-since', 'removed'],
    ]);
  });

  it.each([
    ['followed by a comment', (text: string) => text.replace('ours\n', 'ours # note\n')],
    ['overridden further down', (text: string) => `${text}export K=theirs\n`],
    ['removed', (text: string) => text.replace('K=ours\n', '')],
  ])('treats a key as changed by the user if it is %s', (_, change) => {
    expect(undo('K=x\n', change)).toEqual([
      change('K=ours\nL=ours-too\n').replace('L=ours-too\n', ''),
      ['changed-since', 'removed'],
    ]);
  });

  it('keeps a line if its removal would change the value of another key', () => {
    // dotenv looks for the value of `B=` on the next line if that begins with a quotation mark.
    expect(undo('B=\n', (text) => `${text}'x'\n`)).toEqual([
      "B=\nL=ours-too\n'x'\n",
      ['removed', 'changed-since'],
    ]);
  });

  it('changes nothing if the user has already undone the edit, or undo runs twice', () => {
    expect(undo('K=x\n', () => 'K=x\nB=2\n')).toEqual(['K=x\nB=2\n', ['already-back', 'already-back']]);
    expect(undo('K=x', () => 'K=x')).toEqual(['K=x', ['already-back', 'already-back']]);
    expect(undo('K=x', () => 'K=x\n')).toEqual(['K=x\n', ['already-back', 'already-back']]);
  });

  it('changes nothing for a key that had our value before the edit', () => {
    expect(undo('K=ours\n', untouched)).toEqual(['K=ours\n', ['already-back', 'removed']]);
  });
});
