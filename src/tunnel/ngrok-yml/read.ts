// Reads the ngrok.yml files this machine has. They are ngrok's: never written.
import { readFileSync, statSync } from 'node:fs';
import { findSystemCode, RelayPhoneError } from '../../errors.js';
import { listNgrokYmlPaths, type Machine } from './config-paths.js';
import { type NgrokYml, parseNgrokYml } from './parse.js';

/** An `ngrok.yml` that could be read. */
export interface NgrokYmlFile extends NgrokYml {
  readonly path: string;
}

/** The files of a machine, and what was wrong with those that could not be read. */
export interface NgrokYmlFiles {
  readonly files: readonly NgrokYmlFile[];
  /** To be shown as warnings, or thrown where something of the file is needed. */
  readonly faults: readonly RelayPhoneError[];
}

/** Bytes; a real one has a few hundred. */
const MAX_FILE_BYTES = 128 * 1024;

/** Reads every `ngrok.yml` of `machine` that is there, in the order in which they count. Never throws. */
export function readNgrokYmlFiles(machine: Machine): NgrokYmlFiles {
  const files: NgrokYmlFile[] = [];
  const faults: RelayPhoneError[] = [];
  for (const path of listNgrokYmlPaths(machine)) {
    try {
      const file = findNgrokYml(path);
      if (file) files.push(file);
    } catch (error) {
      if (!(error instanceof RelayPhoneError)) throw error;
      faults.push(error);
    }
  }
  return { files, faults };
}

/**
 * Reads the `ngrok.yml` at `path`; undefined when there is none.
 *
 * @throws RelayPhoneError `needsUser` when it is there and cannot be used; nothing of its text is in the message
 */
function findNgrokYml(path: string): NgrokYmlFile | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return { path, ...parseNgrokYml(text) };
  } catch (error) {
    throw unusableFile(
      path,
      error instanceof Error ? error.message : String(error),
      'ngrok config check says what is wrong with it',
    );
  }
}

function readText(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (!stats.isFile()) throw unusableFile(path, 'it is not a file', 'move it away');
    if (stats.size > MAX_FILE_BYTES)
      throw unusableFile(
        path,
        `it is ${Math.round(stats.size / 1024)} KB long`,
        'move it away: it is not an ngrok.yml',
      );
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof RelayPhoneError) throw error;
    const code = findSystemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unusableFile(path, code ?? 'it cannot be read', 'make it readable for you');
  }
}

function unusableFile(path: string, why: string, way: string): RelayPhoneError {
  return new RelayPhoneError({
    kind: 'needsUser',
    task: `read ${path}`,
    reason: `it cannot be used (${why})`,
    tryNext: [way, 'NGROK_AUTHTOKEN in the environment or in .env, which comes before the file'],
  });
}
