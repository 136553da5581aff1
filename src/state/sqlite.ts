// Opens SQLite files: loads libsql, whose binary npm installs for one platform, and keeps the files private.
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type libsql from 'libsql';
import { findSystemCode, RelayPhoneError } from '../errors.js';
import { explainMachineFault, onPath } from '../machine-fault.js';
import { locateDocs } from '../package-file.js';

/** A connection to a SQLite file. */
export type Connection = libsql.Database;
/** A prepared statement. */
export type Statement = libsql.Statement;

// Loaded when it is first used, so that an error of the loader is one of ours, in every version of Node.js.
const requirePackage = createRequire(import.meta.url);
const MACHINE = `${process.platform} ${process.arch}`;
let loaded: typeof libsql | undefined;

/**
 * Opens a file, and creates it (0600) if it is missing. `:memory:` has no file.
 *
 * @throws RelayPhoneError `needsUser` if libsql does not work on this machine; else the system's or SQLite's error, which
 *   names the file.
 */
export function openSqlite(path: string): Connection {
  const Database = loadLibsql();
  if (path === ':memory:') return new Database(path);
  return onPath(path, () => {
    makePrivate(path);
    // Node.js tells why a file cannot be used; libsql does not.
    accessSync(path, constants.R_OK | constants.W_OK);
    try {
      return new Database(path);
    } catch (error) {
      verifyFilesCanBeOpened(dirname(path));
      throw Object.assign(new Error(String(error)), { code: 'SQLITE_CANTOPEN', cause: error });
    }
  });
}

/** How many files SQLite opens at once: the database, its journal, and the folder of both. */
const SQLITE_FILES = 3;

/** @throws the system's error if too many files are open for SQLite */
function verifyFilesCanBeOpened(folder: string): void {
  const opened: number[] = [];
  try {
    while (opened.length < SQLITE_FILES) opened.push(openSync(folder, 'r'));
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** Checks that libsql works. @throws RelayPhoneError `needsUser` if not */
export function verifyLibsql(): void {
  try {
    new (loadLibsql())(':memory:').close();
  } catch (error) {
    throw error instanceof RelayPhoneError ? error : unloadable(error);
  }
}

function loadLibsql(): typeof libsql {
  try {
    loaded ??= requirePackage('libsql') as typeof libsql;
    return loaded;
  } catch (error) {
    throw unloadable(error);
  }
}

function unloadable(cause: unknown): RelayPhoneError {
  return (
    // Node.js forbids it, with --permission.
    explainMachineFault(cause) ??
    new RelayPhoneError({ kind: 'needsUser', task: 'load the database', cause, ...explainLibsql(cause) })
  );
}

/** Says why libsql does not load: not installed, no binary for this machine, or one that the system refuses. */
function explainLibsql(cause: unknown): { reason: string; tryNext: readonly string[] } {
  const [firstLine = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const installAgain = ['install the packages again, on this machine and without --omit=optional'];
  const [, missing] = /^Cannot find module '([^']+)'/.exec(firstLine) ?? [];
  if (missing === undefined)
    return {
      reason: `libsql does not work on ${MACHINE}: ${firstLine.replace(/\.$/, '')}`,
      tryNext: installAgain,
    };
  if (!missing.startsWith('@libsql/') || hasBinary(missing)) {
    return {
      reason: `the package ${missing} is not installed (${findSystemCode(cause)})`,
      tryNext: installAgain,
    };
  }
  return {
    reason: `libsql has no binary for ${MACHINE}: ${missing} does not exist`,
    tryNext: [
      ...(process.platform === 'win32' ? ['install Node.js for x64, which Windows runs on ARM too'] : []),
      `run relay-phone in a container: ${locateDocs('containers.md')}`,
    ],
  };
}

/** True if libsql is published with this binary. */
function hasBinary(name: string): boolean {
  // Its `exports` hide its package.json.
  const manifest = join(dirname(requirePackage.resolve('libsql')), 'package.json');
  const { optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    optionalDependencies: Readonly<Record<string, string>>;
  };
  return name in optionalDependencies;
}

/** Earlier versions left files that other users may read. SQLite gives its log the mode of the file. */
function makePrivate(path: string): void {
  if (!existsSync(path)) {
    // 'wx' never opens a file that exists: closing it would release the locks that this process has on it.
    createFile(path);
    return;
  }
  const { mode, uid } = statSync(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0 && uid === process.getuid?.())
    chmodSync(path, 0o600);
}

function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    // Another process was faster.
    if (findSystemCode(error) !== 'EEXIST') throw error;
  }
}
