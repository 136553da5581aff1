// Explains the faults of a machine by the error codes of Node.js and SQLite: a full disk, a read-only folder, a damaged file.
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findSystemCode, RelayPhoneError } from './errors.js';

/** What a code means, and what helps. */
interface Explanation {
  readonly reason: string;
  readonly tryNext: readonly string[];
  /** True if the file may belong to another user, as after `sudo`. */
  readonly isAboutRights?: true;
}

const AGAIN = 'then run it again';
const FULL = { reason: 'the disk is full', tryNext: [`free some space on that disk, ${AGAIN}`] };
const FORBIDDEN = {
  reason: 'you may not read or write it',
  tryNext: ['give yourself the right to read and write it'],
  isAboutRights: true,
} as const;
const READ_ONLY = {
  reason: 'it is on a read-only file system, or write-protected',
  tryNext: [`make it writable, ${AGAIN}`],
};
const TOO_MANY_OPEN = {
  reason: 'too many files are open',
  tryNext: [`ulimit -n 4096, ${AGAIN}`, 'end programs that hold many files open'],
};
const BROKEN_DISK = {
  reason: 'the disk reports an error',
  tryNext: ['check the disk; the log of the operating system says more'],
};
const NO_MEMORY = { reason: 'there is too little memory', tryNext: [`end other programs, ${AGAIN}`] };
const DAMAGED = {
  reason: 'it is damaged',
  tryNext: ['move it away: the next run makes a new one, without what was in it'],
};

/** By the code of the system, or by the first two words of SQLite's: `SQLITE_IOERR_WRITE` is `SQLITE_IOERR`. */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  ENOSPC: FULL,
  EDQUOT: { reason: 'your disk quota is used up', tryNext: FULL.tryNext },
  EFBIG: {
    reason: 'the file may not grow any further',
    tryNext: ['ulimit -f unlimited, or a file system for larger files'],
  },
  EROFS: READ_ONLY,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EMFILE: TOO_MANY_OPEN,
  ENFILE: TOO_MANY_OPEN,
  EIO: BROKEN_DISK,
  ENOMEM: NO_MEMORY,
  ENOENT: { reason: 'it does not exist', tryNext: [`restore it, or its folder, ${AGAIN}`] },
  ENOTDIR: { reason: 'a part of its path is not a folder', tryNext: ['move that file away'] },
  EISDIR: { reason: 'it is a folder, and a file is needed', tryNext: ['move that folder away'] },
  EEXIST: { reason: 'it exists already, as something else', tryNext: ['move it away'] },
  ELOOP: { reason: 'its symbolic links lead in a circle', tryNext: ['remove the link'] },
  ENAMETOOLONG: { reason: 'its path is too long', tryNext: ['use a folder with a shorter path'] },
  EBUSY: { reason: 'another program is using it', tryNext: [`end that program, ${AGAIN}`] },
  ESTALE: { reason: 'its network drive is gone', tryNext: [`connect the drive, ${AGAIN}`] },
  SQLITE_FULL: FULL,
  // SQLite's code for any error but ENOSPC: a quota, a limit, a broken disk.
  SQLITE_IOERR: {
    reason: 'the system refuses to read or write it',
    tryNext: [`free some space, or raise your disk quota and ulimit -f, ${AGAIN}`, ...BROKEN_DISK.tryNext],
  },
  SQLITE_READONLY: READ_ONLY,
  SQLITE_CANTOPEN: {
    reason: 'it cannot be opened',
    tryNext: ['give yourself the right to read and write it and its folder'],
    isAboutRights: true,
  },
  SQLITE_PERM: FORBIDDEN,
  SQLITE_AUTH: FORBIDDEN,
  SQLITE_NOMEM: NO_MEMORY,
  SQLITE_NOLFS: BROKEN_DISK,
  SQLITE_BUSY: { reason: 'another process is using it', tryNext: [`end that process, ${AGAIN}`] },
  SQLITE_LOCKED: { reason: 'another process is using it', tryNext: [`end that process, ${AGAIN}`] },
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
};

/** Node.js's own codes, with `--permission`. */
const PERMISSION_CODES: readonly string[] = ['ERR_ACCESS_DENIED', 'ERR_DLOPEN_DISABLED'];

/**
 * Returns an error for people if the machine is at fault; undefined if the error may be a bug of ours.
 *
 * @returns `needsUser`, with the path of the file if the error names it: Node.js's `path`, or that of {@link onPath}
 */
export function explainMachineFault(error: unknown): RelayPhoneError | undefined {
  const code = findSystemCode(error) ?? '';
  if (PERMISSION_CODES.includes(code)) return permissionNeeded(error);
  const found = EXPLANATIONS[code] ?? EXPLANATIONS[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? ''];
  const path = findPath(error);
  // Without one, a code such as EACCES may be about a port.
  if (!found || (path === undefined && !isAboutFiles(error, code))) return undefined;
  return new RelayPhoneError({
    kind: 'needsUser',
    task: path === undefined ? 'read or write a file' : `use ${path}`,
    reason: `${found.reason} (${code})${found.isAboutRights ? describeOwner(path) : ''}`,
    tryNext: [
      ...(found.isAboutRights ? adviseOwner(path) : []),
      ...found.tryNext,
      ...(path !== undefined && isInStateFolder(path) ? ['--state-dir PATH with another folder'] : []),
    ],
    cause: error,
  });
}

/** Runs `work` on a file. @throws what it throws; the errors of the system and of SQLite then name this file */
export function onPath<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw namePath(error, path);
  }
}

/** Makes an error of the system or of SQLite name this file, so that the user learns of it. */
export function namePath(error: unknown, path: string): unknown {
  return findSystemCode(error) === undefined ? error : Object.assign(error as Error, { path });
}

/** Returns a clause such as ", and it belongs to root"; empty if the file is ours, or the system has no owners. */
export function describeOwner(path: string | undefined): string {
  const owner = findOtherOwner(path);
  return owner === undefined ? '' : `, and it belongs to ${owner === 0 ? 'root' : `the user ${owner}`}`;
}

/** Returns how to take over a file that a run with `sudo` left; empty if it is ours. */
export function adviseOwner(path: string | undefined): string[] {
  return findOtherOwner(path) === undefined
    ? []
    : [`sudo chown -R "$(id -un)" ${path}, if you once ran relay-phone with sudo`];
}

function findOtherOwner(path: string | undefined): number | undefined {
  try {
    const owner = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.uid;
    return process.getuid === undefined || owner === process.getuid() ? undefined : owner;
  } catch {
    // Its folder may not be searched.
    return undefined;
  }
}

function permissionNeeded(cause: unknown): RelayPhoneError {
  const { permission, resource } = cause as { readonly permission?: string; readonly resource?: string };
  const what = resource ? `, and ${permission ?? 'access'} to ${resource} is not allowed` : '';
  return new RelayPhoneError({
    kind: 'needsUser',
    task: 'start',
    reason: `Node.js runs with --permission (${findSystemCode(cause)})${what}`,
    tryNext: [
      'run it without --permission; NODE_OPTIONS may set it',
      'or allow what it needs: --allow-addons --allow-child-process --allow-fs-read=* --allow-fs-write=*',
    ],
    cause,
  });
}

function findPath(error: unknown): string | undefined {
  const path = error instanceof Error && 'path' in error ? error.path : undefined;
  return typeof path === 'string' ? path : undefined;
}

/** True for errors that only files have, and for a write to a file whose path Node.js does not know, such as stdout. */
function isAboutFiles(error: unknown, code: string): boolean {
  if (code.startsWith('SQLITE_')) return true;
  const { syscall } = error as { readonly syscall?: unknown };
  return ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EMFILE', 'ENFILE', 'EIO', 'EISDIR'].includes(code)
    ? syscall !== undefined
    : false;
}

/** True for a file of a state folder, also in one of its folders. */
function isInStateFolder(path: string): boolean {
  const folder = dirname(path);
  return [folder, dirname(folder)].some((one) => existsSync(join(one, 'layout')));
}
