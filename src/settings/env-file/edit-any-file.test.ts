// Property tests of editEnv on generated .env files: both readers see the edit, and all other bytes stay.
import { describe, expect, it } from 'vitest';
import {
  checkEdits,
  cut,
  LINE_END,
  listTouched,
  READERS,
  RUNS,
  type WantedValues,
} from '../../../test/support/sample-env-files.js';
import { type EnvEdit, editEnv } from './edit.js';

/** The parts of a line before and after its value, and its line ending. */
const FRAME = /^([ \t]*[\w.-]+[ \t]*=[ \t]*)[^\r\n]*?([ \t]*)([\r\n]*)$/;

describe('editEnv on any file', () => {
  it('gives both readers the wanted values and leaves all others unchanged', () => {
    checkEdits(([bytes, wanted], edit) => {
      for (const read of READERS) {
        expect(read(edit.bytes)).toEqual(new Map([...read(bytes), ...wanted]));
      }
    });
  });

  it('changes no bytes except the reported values and the reported new lines', () => {
    const seen: Record<string, number> = { added: 0, changed: 0, kept: 0 };
    checkEdits(([bytes, wanted], edit) => {
      verifyOnlyOurs(bytes, edit, wanted);
      for (const { action } of edit.keys) seen[action] = (seen[action] ?? 0) + 1;
    });
    // All three actions must occur often, or this test proves little.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(RUNS / 400);
  });

  it('changes nothing when it is applied again', () => {
    checkEdits(([, wanted], edit) => {
      const again = editEnv(edit.bytes, wanted);
      expect(again.bytes).toEqual(edit.bytes);
      expect(listTouched(again)).toEqual(new Map());
    });
  });
});

/** Compares both files line by line: each difference must be reported, and written in one of the allowed spellings. */
function verifyOnlyOurs(bytes: Buffer, edit: EnvEdit, wanted: WantedValues): void {
  const earlier = cut(bytes);
  const due = listTouched(edit);
  const after = cut(edit.bytes);
  let index = 0;
  after.forEach((text, place) => {
    const old = earlier[index] ?? '';
    const content = text.replace(LINE_END, '');
    // The last line gets an ending if another line follows it now.
    const isEnded = old !== '' && !LINE_END.test(old) && place < after.length - 1;
    if (text === old || (isEnded && content === old)) {
      index += 1;
    } else if (content === '') {
      expect(due.get(nameOf(after[place + 1]))).toBe('added');
    } else if (due.get(nameOf(text)) === 'changed') {
      index += 1;
      const [, head = '', tail = '', end = ''] = FRAME.exec(old) ?? [];
      expect(spellings(wanted, text).map((spelled) => head + spelled + tail + end)).toContain(
        isEnded ? content : text,
      );
      due.delete(nameOf(text));
    } else {
      expect(due.get(nameOf(text))).toBe('added');
      expect(spellings(wanted, text).map((spelled) => `${nameOf(text)}=${spelled}`)).toContain(content);
      expect(text).toMatch(LINE_END);
      due.delete(nameOf(text));
    }
  });
  expect(index).toBe(earlier.length);
  expect(due).toEqual(new Map());
}

const nameOf = (text = ''): string => /^[ \t]*([\w.-]+)[ \t]*=/.exec(text)?.[1] ?? '';

/** Returns the allowed spellings of the value wanted for the key of this line. */
function spellings(wanted: WantedValues, text: string): string[] {
  const spelled = Buffer.from(wanted.get(nameOf(text)) ?? '', 'utf8').toString('latin1');
  return [spelled, `"${spelled}"`, `'${spelled}'`];
}
