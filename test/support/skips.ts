// The reasons to skip tests on some systems, which the summary of a run prints.
import type { TestContext } from 'vitest';

/** Whether this is Windows, and what a test misses there. */
export const [isWindows, NO_POSIX] = [
  process.platform === 'win32',
  'Windows has no signals, shell and file modes as POSIX has them',
] as const;

/** The reason to skip a test that needs a terminal if `hasTerminals` is false. */
export const NO_TERMINALS = '@lydell/node-pty has no binary for this machine';

/** The reason to skip a test that mounts files if that is not allowed. */
export const NO_MOUNTS = 'no file can be mounted here';

/** A hook for files and suites that need them. */
export function skipOnWindows({ skip }: TestContext): void {
  skip(isWindows, NO_POSIX);
}
