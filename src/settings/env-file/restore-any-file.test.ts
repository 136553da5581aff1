// Proves on any .env file that an edit can be undone, and that what the user did since survives it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkEdits,
  cut,
  findEdit,
  join,
  LINE_END,
  listTouched,
  plainSamples,
  READERS,
  RUNS,
  samples,
  type WantedValues,
} from '../../../test/support/sample-env-files.js';
import { hashValue, restoreEnv } from './restore.js';

const MINE = '# mine\n';

describe('any file after an edit and its undoing', () => {
  it('is the earlier one, also the second time', () => {
    checkEdits(([bytes, wanted], edit) => {
      const once = restoreEnv(edit.bytes, bytes, hashAll(wanted));
      expect(once.bytes).toEqual(bytes);
      expect(once.keys.map(({ outcome }) => outcome)).not.toContain('changed-since');
      const twice = restoreEnv(bytes, bytes, hashAll(wanted));
      expect(twice.bytes).toEqual(bytes);
      expect(new Set(twice.keys.map(({ outcome }) => outcome))).toEqual(new Set(['already-back']));
    });
  });

  it('keeps a line the user put in meanwhile, and is otherwise the earlier one', () => {
    checkWithMine(plainSamples, (result, bytes) => expect(withoutMine(result, bytes)).toEqual(bytes));
  });

  // Values that need quotes can, in a file with a quote that is never closed, leave a line of ours behind.
  it('loses no line, whatever the values', () => {
    checkWithMine(samples, (result, bytes) => {
      let place = 0;
      for (const text of cut(bytes).map((line) => line.replace(LINE_END, ''))) {
        place = result.findIndex((line, index) => index >= place && line.replace(LINE_END, '') === text) + 1;
        expect(place, JSON.stringify(text)).toBeGreaterThan(0);
      }
    });
  });

  it('keeps a value the user changed meanwhile, and is otherwise read as before', () => {
    let entangled = 0;
    checkEdits(([bytes, wanted], edit) => {
      const [theirs] = listTouched(edit).keys();
      const changed = theirs && findEdit(edit.bytes, new Map([[theirs, 'theirs']]));
      if (!changed) return;
      const { bytes: result = Buffer.alloc(0), keys } = restoreEnv(changed.bytes, bytes, hashAll(wanted));
      const left = keys.filter(({ outcome }) => outcome === 'changed-since').map(({ key }) => key);
      expect(left).toContain(theirs);
      for (const read of READERS) {
        expect(read(result).get(theirs)).toBe('theirs');
        if (left.length === 1) {
          expect(withoutEmpty(read(result))).toEqual(
            withoutEmpty(new Map(read(bytes)).set(theirs, 'theirs')),
          );
        }
      }
      if (left.length > 1) entangled += 1;
    }, plainSamples);
    expect(entangled / RUNS).toBeLessThan(0.02);
  });
});

/** Undoes edits of files into which the user has put a line, and checks the lines that come out. */
function checkWithMine(
  arbitrary: typeof samples,
  check: (result: readonly string[], bytes: Buffer) => void,
): void {
  let entangled = 0;
  const anywhere = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const property = fc.property(arbitrary, anywhere, ([bytes, wanted], share) => {
    const edited = putMine(cut(findEdit(bytes, wanted)?.bytes ?? bytes), share);
    const { bytes: result = Buffer.alloc(0), keys } = restoreEnv(edited, bytes, hashAll(wanted));
    expect(cut(result).filter((text) => text === MINE)).toHaveLength(1);
    // Their line may have become part of a value of many lines; then undo rightly takes the value for theirs.
    if (keys.some(({ outcome }) => outcome === 'changed-since')) entangled += 1;
    else check(cut(result), bytes);
  });
  fc.assert(property, { numRuns: RUNS });
  expect(entangled / RUNS).toBeLessThan(0.02);
}

function hashAll(wanted: WantedValues): Map<string, string> {
  return new Map([...wanted].map(([key, value]) => [key, hashValue(value)]));
}

/** The file with the user's line put in: above any blank lines, which may have come with a line of ours. */
function putMine(lines: readonly string[], share: number): Buffer {
  let place = Math.floor(share * lines.length);
  while (/^[\r\n]+$/.test(lines[place - 1] ?? '')) place -= 1;
  return join(lines.toSpliced(place, 0, MINE));
}

/** The file without the user's line; where that came last, the line above had to end, which it need not have before. */
function withoutMine(lines: readonly string[], bytes: Buffer): Buffer {
  const rest = join(lines.filter((text) => text !== MINE));
  const isFreshlyEnded = lines.at(-1) === MINE && !LINE_END.test(bytes.toString('latin1'));
  return isFreshlyEnded ? Buffer.from(rest.toString('latin1').replace(LINE_END, ''), 'latin1') : rest;
}

/** A bare `NAME:` at the end of a file reads as nothing or as empty, depending on whether a line end follows. */
function withoutEmpty(values: Map<string, string>): Map<string, string> {
  return new Map([...values].filter(([, value]) => value !== ''));
}
