// Keeps a capture of Twilio in a checkout of relay-phone: it raises rows of docs/fidelity.md to R, and is a test.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RelayPhoneError } from '../errors.js';
import { BEHAVIOURS } from './behaviours/behaviours.js';
import { readCapture, writeCapture } from './capture.js';
import type { Recording } from './recording.js';
import type { Capture } from './report.js';

/** A capture without what this version cannot use. */
export interface KnownCapture {
  readonly capture: Capture;
  /** The ids of its other behaviours. */
  readonly unknown: readonly string[];
}

/** Reads a capture. @throws RelayPhoneError as `readCapture`, and `usage` if this version has none of its behaviours. */
export function readKnown(path: string): KnownCapture {
  const capture = readCapture(path);
  const isKnown = (id: string) => BEHAVIOURS.some((one) => one.id === id);
  const rows = Object.entries(capture.recordings);
  const recordings = Object.fromEntries(rows.filter(([id]) => isKnown(id)));
  if (Object.keys(recordings).length === 0)
    throw new RelayPhoneError({
      kind: 'usage',
      task: 'compare with the capture',
      reason: `${path} has ${rows.length === 0 ? 'no behaviours' : 'only behaviours that this version does not have'}`,
      tryNext: ['relay-phone conformance --list, for the behaviours of this version'],
    });
  return {
    capture: { ...capture, recordings },
    unknown: rows.map(([id]) => id).filter((id) => !isKnown(id)),
  };
}

/** Where a checkout keeps them; `test/conformance-captures.test.ts` and `npm run fidelity` read it. */
export const CAPTURES = 'test/captures';

/**
 * Keeps the capture if `folder` is a checkout of relay-phone and Twilio itself was recorded.
 *
 * @returns the path; undefined if it was not kept
 * @throws RelayPhoneError `needsUser` if it cannot be written.
 */
export function keepForTests(folder: string, capture: Capture): string | undefined {
  if (capture.of !== 'live' || !isOwnCheckout(folder)) return undefined;
  const path = findFreeName(join(folder, CAPTURES), capture);
  writeCapture(path, capture);
  return path;
}

function isOwnCheckout(folder: string): boolean {
  const path = join(folder, 'package.json');
  if (!existsSync(path) || !existsSync(join(folder, 'docs/fidelity.md'))) return false;
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { readonly name?: unknown }).name === 'relay-phone';
  } catch {
    return false;
  }
}

/** The date names the file; the same capture keeps its name. */
function findFreeName(folder: string, capture: Capture): string {
  for (let count = 1; ; count += 1) {
    const path = join(folder, `${capture.date}${count === 1 ? '' : `-${count}`}.json`);
    if (!existsSync(path) || readFileSync(path, 'utf8') === `${JSON.stringify(capture, undefined, 2)}\n`)
      return path;
  }
}

/** A recording and the date of its capture. */
export interface DatedRecording {
  readonly date: string;
  readonly recording: Recording;
}

/**
 * Returns the newest recording of each behaviour, by id: an older capture, whenever it was imported, does not replace it.
 *
 * @param captures of one date, the last one counts
 */
export function newestRecordings(captures: readonly Capture[]): ReadonlyMap<string, DatedRecording> {
  const byDate = captures.toSorted(({ date: one }, { date: other }) =>
    one < other ? -1 : one > other ? 1 : 0,
  );
  return new Map(
    byDate.flatMap(({ date, recordings }) =>
      Object.entries(recordings).map(([id, recording]) => [id, { date, recording }] as const),
    ),
  );
}
