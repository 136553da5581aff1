// Keeps a capture of Twilio in a checkout of relay-phone: it raises rows of docs/fidelity.md to R, and is a test.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeCapture } from './capture.js';
import type { Capture } from './report.js';

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
