// Names the files that are not regular ones: named pipes, devices, sockets and folders.
import { type Stats, statSync } from 'node:fs';

/** A file that is not a regular one. */
export interface SpecialFile {
  readonly kind: 'pipe' | 'null' | 'other';
  /** What it is, to complete the sentence "it is …". */
  readonly name: string;
  /** What to do about values that cannot be written to it. */
  readonly writeAdvice: string;
}

/** Returns what a file is if it is not a regular file; undefined for a regular one. */
export function describeSpecialFile(path: string, stats: Stats): SpecialFile | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isFIFO())
    return {
      kind: 'pipe',
      name: 'a named pipe, into which another program writes',
      writeAdvice: 'set the values in the program that writes it, such as 1Password',
    };
  if (isNullDevice(stats)) {
    const advice = path === '/dev/null' ? 'leave out -e /dev/null' : 'replace it by a file';
    return { kind: 'null', name: 'the null device, which keeps nothing', writeAdvice: advice };
  }
  const name = stats.isDirectory() ? 'a folder' : stats.isSocket() ? 'a socket' : 'a device';
  return { kind: 'other', name, writeAdvice: 'move it out of the way' };
}

/** Also if it is mounted in the place of a file, as containers do to hide one. */
function isNullDevice(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev;
}
