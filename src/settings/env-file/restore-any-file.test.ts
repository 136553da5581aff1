// Property tests of restoreEnv on generated .env files: it undoes our edit and keeps the user's changes.
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

describe('restoreEnv on any edited file', () => {
  it('restores the earlier file, and changes nothing when applied again', () => {
    checkEdits(([bytes, wanted], edit) => {
      const once = restoreEnv(edit.bytes, bytes, hashAll(wanted));
      expect(once.bytes).toEqual(bytes);
      expect(once.keys.map(({ outcome }) => outcome)).not.toContain('changed-since');
      const twice = restoreEnv(bytes, bytes, hashAll(wanted));
      expect(twice.bytes).toEqual(bytes);
      expect(new Set(twice.keys.map(({ outcome }) => outcome))).toEqual(new Set(['already-back']));
    });
  });

  it('keeps a line that the user added, and restores the rest', () => {
    checkWithMine(plainSamples, (result, bytes) => expect(withoutMine(result, bytes)).toEqual(bytes));
  });

  // Values that need quotes can, in a file with a quote that is never closed, leave a line of ours behind.
  it('loses no line of the earlier file, whatever the values', () => {
    checkWithMine(samples, (result, bytes) => {
      let place = 0;
      for (const text of cut(bytes).map((line) => line.replace(LINE_END, ''))) {
        place = result.findIndex((line, index) => index >= place && line.replace(LINE_END, '') === text) + 1;
        expect(place, JSON.stringify(text)).toBeGreaterThan(0);
      }
    });
  });

  it('keeps a value that the user changed, and restores the other values', () => {
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

/** Restores files to which the user has added a line, and checks the resulting lines. */
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
    // The line may have become part of a multi-line value; then undo rightly treats that value as the user's.
    if (keys.some(({ outcome }) => outcome === 'changed-since')) entangled += 1;
    else check(cut(result), bytes);
  });
  fc.assert(property, { numRuns: RUNS });
  expect(entangled / RUNS).toBeLessThan(0.02);
}

function hashAll(wanted: WantedValues): Map<string, string> {
  return new Map([...wanted].map(([key, value]) => [key, hashValue(value)]));
}

/** Adds the user's line, above any blank lines, which may belong to a line of ours. */
function putMine(lines: readonly string[], share: number): Buffer {
  let place = Math.floor(share * lines.length);
  while (/^[\r\n]+$/.test(lines[place - 1] ?? '')) place -= 1;
  return join(lines.toSpliced(place, 0, MINE));
}

/** Removes the user's line; if it was the last one, also the line ending that it needed above it. */
function withoutMine(lines: readonly string[], bytes: Buffer): Buffer {
  const rest = join(lines.filter((text) => text !== MINE));
  const isFreshlyEnded = lines.at(-1) === MINE && !LINE_END.test(bytes.toString('latin1'));
  return isFreshlyEnded ? Buffer.from(rest.toString('latin1').replace(LINE_END, ''), 'latin1') : rest;
}

/** A bare `NAME:` at the end of a file is missing or empty, depending on whether a line ending follows. */
function withoutEmpty(values: Map<string, string>): Map<string, string> {
  return new Map([...values].filter(([, value]) => value !== ''));
}
