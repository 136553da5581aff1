// The capture file: writes what was recorded, and reads what somebody else recorded.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { RelayPhoneError } from '../errors.js';
import { explainMachineFault, namePath } from '../machine-fault.js';
import { version } from '../version.js';
import type { Recording } from './recording.js';
import { type Capture, captureSchema } from './report.js';

/** Many times what all behaviours need. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Creates a capture. @param now milliseconds since 1970 */
export function createCapture(
  recordings: Readonly<Record<string, Recording>>,
  of: Capture['of'],
  now: number,
): Capture {
  return {
    kind: 'relay-phone conformance capture',
    version: 1,
    of,
    relayPhone: version,
    date: new Date(now).toISOString().slice(0, 10),
    recordings: { ...recordings },
  };
}

/** Writes a capture; it may be published. @throws RelayPhoneError `needsUser` if the file cannot be written. */
export function writeCapture(path: string, capture: Capture): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(capture, undefined, 2)}\n`);
  } catch (error) {
    throw fileFault('write', path, error);
  }
}

/** Reads a capture. @throws RelayPhoneError `needsUser` if there is no such file, `usage` if it is no capture. */
export function readCapture(path: string): Capture {
  const text = readText(path);
  const parsed = captureSchema.safeParse(findJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where =
    issue && issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : 'it is not JSON';
  throw new RelayPhoneError({
    kind: 'usage',
    task: 'read the capture',
    reason: `${path} is not a capture of relay-phone conformance (${where})`,
    tryNext: ['relay-phone conformance --live --capture FILE, which writes one'],
  });
}

function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    return bytes.length > MAX_BYTES ? '' : bytes.toString('utf8');
  } catch (error) {
    throw fileFault('read', path, error);
  }
}

function findJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function fileFault(act: 'read' | 'write', path: string, error: unknown): RelayPhoneError {
  const { reason, tryNext } = explainMachineFault(namePath(error, path)) ?? {
    reason: String(error),
    tryNext: [],
  };
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `${act} the capture ${path}`,
    reason,
    tryNext,
    cause: error,
  });
}
