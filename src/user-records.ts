// Records in the user's own configuration folder, one file each, so that parallel runs never overwrite each other's.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** The records of one kind. */
export interface UserRecords {
  /** Where they are kept; undefined if the user has no configuration folder. */
  readonly folder: string | undefined;
  /** Returns a record; undefined if there is none, or if it cannot be read. */
  find(id: string): unknown;
  /** Writes a record. @returns false if that is impossible, as in a container without a home folder */
  save(id: string, record: object): boolean;
  /** Removes a record, and the folders that are empty without it. @returns its path; undefined if there is none */
  remove(id: string): string | undefined;
}

/** Ids come from files that strangers may have written, and become file names. */
const ID = /^[0-9a-f]{32,64}$/;

/**
 * Opens the records of one kind.
 *
 * @param environment of this process, never values of a `.env` file: it says where the configuration folder is
 */
export function openUserRecords(
  environment: Readonly<Record<string, string | undefined>>,
  kind: 'state-folders' | 'checkouts',
): UserRecords {
  const home = findConfigurationFolder(environment, process.platform);
  const folder = home && join(home, 'relay-phone', kind);
  const fileOf = (id: string) => (folder && ID.test(id) ? join(folder, `${id}.json`) : undefined);
  return {
    folder,
    find: (id) => {
      const file = fileOf(id);
      try {
        return file && JSON.parse(readFileSync(file, 'utf8'));
      } catch {
        return undefined;
      }
    },
    save: (id, record) => {
      const file = fileOf(id);
      if (!folder || !file) return false;
      const temporary = `${file}.${randomBytes(4).toString('hex')}`;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        try {
          writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx' });
          renameSync(temporary, file);
        } finally {
          rmSync(temporary, { force: true });
        }
        return true;
      } catch {
        return false;
      }
    },
    remove: (id) => {
      const file = fileOf(id);
      if (!folder || !file || !existsSync(file)) return undefined;
      rmSync(file);
      for (const one of [folder, dirname(folder)]) removeIfEmpty(one);
      return file;
    },
  };
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds records of other projects.
  }
}

/**
 * Returns the folder in which programs keep what they know about a user: `XDG_CONFIG_HOME`, else `%APPDATA%` on Windows,
 * `~/Library/Application Support` on macOS, `~/.config` elsewhere. Undefined if the environment names none.
 *
 * Follows https://specifications.freedesktop.org/basedir-spec/latest/, which ignores relative paths, and
 * https://developer.apple.com/library/archive/documentation/FileManagement/Conceptual/FileSystemProgrammingGuide/.
 */
export function findConfigurationFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string | undefined {
  const { XDG_CONFIG_HOME, APPDATA, HOME } = environment;
  const parts = platform === 'darwin' ? ['Library', 'Application Support'] : ['.config'];
  const places = [
    XDG_CONFIG_HOME,
    platform === 'win32' ? APPDATA : HOME && isAbsolute(HOME) ? join(HOME, ...parts) : undefined,
  ];
  return places.find((place) => place && isAbsolute(place));
}
