// Why tests are skipped on some systems: each gives its reason, which the last lines of a run show.
import type { TestContext } from 'vitest';

/** Whether this is Windows, and what a test misses there. */
export const [isWindows, NO_POSIX] = [
  process.platform === 'win32',
  'Windows has no signals, shell and file modes as POSIX has them',
] as const;

/** Why a test that needs a terminal is skipped where `hasTerminals` is false. */
export const NO_TERMINALS = '@lydell/node-pty has no binary for this machine';

/** A hook for files and suites that need them. */
export function skipOnWindows({ skip }: TestContext): void {
  skip(isWindows, NO_POSIX);
}
