// The capture file: writes what was recorded, and reads what somebody else recorded.
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { shorten } from '../control-characters.js';
import { RelayPhoneError } from '../errors.js';
import { explainMachineFault, namePath } from '../machine-fault.js';
import { describeSpecialFile } from '../special-file.js';
import { version } from '../version.js';
import { findAtPath } from './json-path.js';
import type { Recording } from './recording.js';
import { CAPTURE_KIND, CAPTURE_VERSION, type Capture, captureSchema } from './report.js';

/** Many times what all behaviours need. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Answers of Twilio have four levels in a capture of seven. */
const MAX_DEPTH = 40;

/** Creates a capture of a run. @param now milliseconds since 1970 */
export function createCapture(
  {
    recordings,
    interrupted,
  }: { readonly recordings: Readonly<Record<string, Recording>>; readonly interrupted: boolean },
  of: Capture['of'],
  now: number,
): Capture {
  return {
    kind: CAPTURE_KIND,
    version: CAPTURE_VERSION,
    of,
    relayPhone: version,
    date: new Date(now).toISOString().slice(0, 10),
    ...(interrupted && { interrupted }),
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

/** Checks that a capture can be written, before anything is spent. @throws RelayPhoneError `needsUser` if not. */
export function verifyWritable(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw fileFault('write', path, error);
  }
}

/** Reads a capture. @throws RelayPhoneError `needsUser` if there is no such file, `usage` if it is not a capture. */
export function readCapture(path: string): Capture {
  const json = readJson(path);
  const given = findAtPath(json, 'version');
  if (findAtPath(json, 'kind') === CAPTURE_KIND && given !== CAPTURE_VERSION)
    throw unusable(
      path,
      `it has version ${shorten(JSON.stringify(given) ?? 'none', 20)} of the format, and relay-phone ${version} reads version ${CAPTURE_VERSION}`,
    );
  const parsed = captureSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unusable(
    path,
    shorten(`${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'invalid'}`, 200),
  );
}

/** A pipe would never end, and the schema recurses. */
function readJson(path: string): unknown {
  let text: string;
  try {
    const stats = statSync(path);
    const special = describeSpecialFile(path, stats);
    if (special) throw unusable(path, `it is ${special.name}`);
    if (stats.size > MAX_BYTES) throw unusable(path, `it is larger than ${MAX_BYTES / 1024 / 1024} MB`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof RelayPhoneError) throw error;
    throw fileFault('read', path, error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unusable(path, 'it is not JSON');
  }
  if (isDeep(json)) throw unusable(path, 'it is nested too deeply');
  return json;
}

function isDeep(json: unknown): boolean {
  let level: readonly unknown[] = [json];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    level = level.flatMap((one) => (one !== null && typeof one === 'object' ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function unusable(path: string, reason: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'usage',
    task: 'read the capture',
    reason: `${path} is not a capture of relay-phone conformance (${reason})`,
    tryNext: ['relay-phone conformance --live --capture FILE, which writes one'],
  });
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
